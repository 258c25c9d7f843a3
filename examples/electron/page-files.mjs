// What the window may load, by its address: these files and nothing else.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const inPage = (name) => fileURLToPath(new URL(`page/${name}`, import.meta.url));
const echarts = createRequire(import.meta.url).resolve('echarts/dist/echarts.esm.min.mjs');

const files = new Map([
  ['/', { path: inPage('index.html'), type: 'text/html' }],
  ['/style.css', { path: inPage('style.css'), type: 'text/css' }],
  ['/page.mjs', { path: inPage('page.mjs'), type: 'text/javascript' }],
  ['/results.mjs', { path: inPage('results.mjs'), type: 'text/javascript' }],
  ['/chart.mjs', { path: inPage('chart.mjs'), type: 'text/javascript' }],
  ['/numbers.mjs', { path: inPage('numbers.mjs'), type: 'text/javascript' }],
  ['/echarts.mjs', { path: echarts, type: 'text/javascript' }],
]);

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Answers the window's requests. */
export async function respond(request) {
  const file = files.get(new URL(request.url).pathname);
  if (file === undefined) return new Response(null, { status: 404 });
  return new Response(await readFile(file.path), {
    headers: {
      'content-type': `${file.type}; charset=utf-8`,
      'content-security-policy': policy,
    },
  });
}
