// Chromium does not know the app's scheme: its files come from here, by the app's own handler.
import { once } from 'node:events';
import { createServer } from 'node:http';

/** An address where the handler answers as for `origin`. */
export async function serve(handler, origin) {
  const server = createServer(async (request, response) => {
    const answer = await handler(new Request(new URL(request.url, origin)));
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  return `http://127.0.0.1:${server.address().port}/`;
}
