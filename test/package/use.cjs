const { strict: assert } = require('node:assert');
const { isMainThread, parentPort, Worker } = require('node:worker_threads');
const {
  binaryCrossEntropy,
  crossEntropy,
  logSoftmax,
  logSumExp,
  nllLoss,
  runtime,
  softmax,
} = require('logits');
const promises = require('logits/promises');
const { version } = require('logits/package.json');

assert.match(version, /^\d+\.\d+\.\d+/);
assert.ok(Math.abs(softmax(Float32Array.of(0, 0))[0] - 0.5) < 1e-7);
assert.ok(Math.abs(logSumExp(Float32Array.of(0, 0))[0] - Math.LN2) < 1e-7);
assert.ok(Math.abs(nllLoss(logSoftmax(Float64Array.of(0, 0)), [1]) - Math.LN2) < 1e-15);
assert.ok(Math.abs(binaryCrossEntropy(Float32Array.of(0, 0), [0, 1]) - Math.LN2) < 1e-7);
// 0 and 1 as bfloat16 bits, in a tensor.
const bits = { data: Uint16Array.of(0, 0x3f80), dims: [1, 2] };
assert.deepEqual(softmax(bits, { dtype: 'bfloat16' }), softmax(Float32Array.of(0, 1)));
assert.throws(() => softmax(new Float32Array(3), { shape: [2, 2] }), {
  code: 'ERR_SHAPE_MISMATCH',
});
assert.throws(() => softmax(Uint16Array.of(0, 0)), { code: 'ERR_INVALID_ARG_VALUE' });
assert.ok(Math.abs(crossEntropy(Float32Array.of(0, 0), [1]) - Math.LN2) < 1e-7);

// All of it once more in a worker. What is printed is the addon that both have loaded.
promises.crossEntropy(Float32Array.of(0, 0), [1]).then((loss) => {
  assert.ok(Math.abs(loss - Math.LN2) < 1e-7);
  const { addon } = runtime();
  if (!isMainThread) return parentPort.postMessage(addon);
  new Worker(__filename).once('message', (addonOfWorker) => {
    assert.equal(addonOfWorker, addon);
    console.log(addon);
  });
});
