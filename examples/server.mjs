// A server that answers what a language model's logits say about given tokens: their log-probabilities,
// the sum of these and whether the tokens are the model's own choice, which is what harnesses like
// lm-evaluation-harness ask of a model.
//
//   PORT=8080 node examples/server.mjs     answers POST /score?classes=C&targets=1,2,...&top=k
//   node examples/server.mjs               asks itself once, prints the answer, and ends
import { createServer } from 'node:http';
// Outside this repository: from 'logits', and from 'logits/promises'.
import { isArgumentError, toRows } from '../index.mjs';
import { score } from '../promises.mjs';

/** JSON has no -Infinity: a token that the model rules out gets this log-probability. */
const FLOOR = -9999;

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  // A copy, so that the floats lie where floats may lie: in shared memory, which other threads can use as it is.
  const body = Buffer.concat(chunks);
  const memory = new SharedArrayBuffer(body.length);
  new Uint8Array(memory).set(body);
  return new Float32Array(memory, 0, Math.floor(body.length / 4));
}

/** The float32 logits of one row a token, about the tokens of one text. */
async function answer(logits, parameters) {
  const classes = Number(parameters.get('classes'));
  const targets = (parameters.get('targets') ?? '').split(',').map(Number);
  const top = Number(parameters.get('top') ?? 1);
  const scores = await score(logits, targets, { shape: [targets.length, classes], top });
  return {
    // Numbers are float64 here: a sum of many keeps its digits.
    logLikelihood: Math.max(
      FLOOR,
      scores.logProbs.reduce((sum, logProb) => sum + logProb, 0),
    ),
    isGreedy: targets.every((target, row) => scores.predictions[row] === target),
    tokens: toRows(scores, { floor: FLOOR }).map(({ logProb, rank, top }, row) => ({
      id: targets[row],
      logProb,
      rank,
      top,
    })),
  };
}

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  const reply = (status, value) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(`${JSON.stringify(value)}\n`);
  };
  try {
    if (request.method !== 'POST' || pathname !== '/score') {
      reply(404, { error: 'POST /score' });
    } else {
      reply(200, await answer(await bodyOf(request), searchParams));
    }
  } catch (error) {
    reply(isArgumentError(error) ? 400 : 500, { error: error.message, code: error.code });
  }
});

if (process.env.PORT !== undefined) {
  server.listen(Number(process.env.PORT), () => console.log(server.address()));
} else {
  server.listen(0, async () => {
    const url = `http://localhost:${server.address().port}/score`;
    const ask = async (query, logits) => {
      const response = await fetch(`${url}?${query}`, { method: 'POST', body: logits });
      console.log(response.status, await response.json());
    };
    // Two tokens of a vocabulary of four, the second of which the model rules out.
    const logits = Float32Array.of(2, 0, 1, -1, 0, 3, -Infinity, 1);
    await ask('classes=4&targets=0,2&top=2', logits);
    await ask('classes=4&targets=0,1', logits);
    await ask('classes=4&targets=0,4', logits);
    server.close();
  });
}
