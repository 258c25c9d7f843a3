const { strict: assert } = require('node:assert');
const { logSumExp, softmax } = require('logits');
const { version } = require('logits/package.json');

assert.match(version, /^\d+\.\d+\.\d+/);
assert.ok(Math.abs(softmax(Float32Array.of(0, 0))[0] - 0.5) < 1e-7);
assert.ok(Math.abs(logSumExp(Float32Array.of(0, 0))[0] - Math.LN2) < 1e-7);
assert.throws(() => softmax(new Float32Array(3), { shape: [2, 2] }), {
  code: 'ERR_SHAPE_MISMATCH',
});
