import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import * as esm from 'logits';
import * as promises from 'logits/promises';

const require = createRequire(import.meta.url);
// Node.js adds two names to what a module re-exports from CommonJS.
const namesOf = (face) =>
  Object.keys(face)
    .filter((name) => name !== '__esModule' && name !== 'module.exports')
    .sort();
for (const [module, common] of [
  [esm, require('logits')],
  [promises, require('logits/promises')],
]) {
  assert.deepEqual(namesOf(module), Object.keys(common).sort(), 'both faces name the same');
  for (const [name, value] of Object.entries(common)) assert.equal(module[name], value, name);
}

const logits = Float32Array.of(8, -3, 10);
const { loss, gradient } = esm.crossEntropyWithGradient(logits, [1]);
assert.ok(Math.abs(loss - 13.126930001932529) < 1e-5);
assert.equal(gradient.length, 3);
const ofProbabilities = esm.crossEntropy(logits, Float32Array.of(0, 1, 0), { temperature: 1 });
assert.ok(Math.abs(ofProbabilities - loss) < 1e-5);
assert.ok(esm.crossEntropy(logits, [1], { labelSmoothing: 0.1, zLoss: 1e-4 }) < loss);
assert.ok(Math.abs(esm.klDivergence(logits, logits)) < 1e-12);
const slopes = esm.logSoftmaxGradient(esm.logSoftmax(logits), Float32Array.of(0, -1, 0));
for (const [c, slope] of slopes.entries()) assert.ok(Math.abs(slope - gradient[c]) < 1e-6);

assert.equal(await promises.crossEntropy(logits, [1]), loss);
assert.equal(await require('logits/promises').crossEntropy(logits, [1]), loss);
const refused = promises.softmax(logits, { signal: AbortSignal.abort() });
await assert.rejects(refused, { name: 'AbortError' });

// All of it once more in a worker. What is printed is the addon that both have loaded.
const { addon } = esm.runtime();
if (isMainThread) {
  const [addonOfWorker] = await once(new Worker(new URL(import.meta.url)), 'message');
  assert.equal(addonOfWorker, addon);
  console.log(addon);
} else {
  parentPort.postMessage(addon);
}
