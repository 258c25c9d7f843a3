import { strict as assert } from 'node:assert';
import { createRequire } from 'node:module';
import * as esm from 'logits';

const cjs = createRequire(import.meta.url)('logits');
assert.deepEqual(Object.keys(esm).sort(), Object.keys(cjs).sort(), 'both faces name the same');
for (const [name, value] of Object.entries(esm)) assert.equal(value, cjs[name], name);

const { loss, gradient } = esm.crossEntropyWithGradient(Float32Array.of(8, -3, 10), [1]);
assert.ok(Math.abs(loss - 13.126930001932529) < 1e-5);
assert.equal(gradient.length, 3);
assert.match(esm.runtime().addon, /prebuilds/);
