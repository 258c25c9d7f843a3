import { strict as assert } from 'node:assert';
import * as transformers from '@huggingface/transformers';
import * as logits from 'logits';
import * as ort from 'onnxruntime-node';
import { operations } from '../support/tables/operation-files.cjs';
import { model } from './model.mjs';

let passed = 0;
let failed = 0;

async function check(title, run) {
  try {
    await run();
    passed++;
  } catch (error) {
    failed++;
    console.log(`failed: ${title}\n${error.stack}\n`);
  }
}

const values = [0.5, -2, 0.25, 1, 1.5, -0.5];
const dims = [2, 3];
const shape = dims;
/** The bits of `values`, which all have few of them. */
const float16 = Uint16Array.of(0x3800, 0xc000, 0x3400, 0x3c00, 0x3e00, 0xb800);
const bfloat16 = Uint16Array.of(0x3f00, 0xc000, 0x3e80, 0x3f80, 0x3fc0, 0xbf00);

/** Each kind of tensor: the type's name, its data, and what a call on the bare data needs. */
const kinds = [
  { type: 'float32', make: () => Float32Array.from(values) },
  { type: 'float64', make: () => Float64Array.from(values) },
  { type: 'float16', make: () => float16.slice(), bare: { dtype: 'float16' } },
  // No tensor has this type yet; integers hold its bits.
  { type: 'uint16', make: () => bfloat16.slice(), both: { dtype: 'bfloat16' } },
];
if (typeof Float16Array !== 'undefined') {
  kinds.push({ type: 'float16', make: () => Float16Array.from(values) });
}

/** Calls of every function (support/operations/), on what holds its logits, with the targets of a tensor. */
const classes = new ort.Tensor('int64', BigInt64Array.of(2n, 0n), [2]).data;
const labels = new ort.Tensor('uint8', Uint8Array.of(0, 1, 1, 0, 0, 1), dims).data;
const calls = {};
for (const { tensors = {} } of Object.values(operations)) {
  for (const [title, call] of Object.entries(tensors)) {
    calls[title] = (x, options) => call(logits, x, options, { classes, labels });
  }
}

for (const [library, { Tensor }] of Object.entries({ onnxruntime: ort, transformers })) {
  for (const { type, make, bare, both } of kinds) {
    const kind = `${type} in a ${make().constructor.name}, a tensor of ${library}`;
    // The package may not know a type of array yet that the runtime knows.
    let tensor;
    try {
      tensor = new Tensor(type, make(), dims);
    } catch (error) {
      console.log(`not made: ${kind}: ${error.message}`);
      continue;
    }
    for (const [title, call] of Object.entries(calls)) {
      await check(`${title} of ${kind}`, () => {
        assert.deepEqual(call(tensor, both), call(make(), { shape, ...bare, ...both }));
        assert.deepEqual(tensor.data, make(), 'logits were written');
      });
    }
  }

  await check(`precision by the data of a tensor of ${library}`, () => {
    const single = new Tensor('float32', Float32Array.from(values), dims);
    const double = new Tensor('float64', Float64Array.from(values), dims);
    const half = new Tensor('float16', float16.slice(), dims);
    assert.ok(logits.softmax(single) instanceof Float32Array);
    assert.ok(logits.softmax(double) instanceof Float64Array);
    assert.ok(logits.softmax(half) instanceof Float32Array);
  });

  await check(`the option shape before the dims of a tensor of ${library}`, () => {
    const tensor = new Tensor('float32', Float32Array.from(values), dims);
    assert.equal(logits.logSumExp(tensor).length, 2);
    assert.equal(logits.logSumExp(tensor, { shape: [3, 2] }).length, 3);
    assert.equal(logits.logSumExp(tensor, { axis: 0 }).length, 3);
  });

  await check(`in place, in a tensor of ${library}`, () => {
    const tensor = new Tensor('float32', Float32Array.from(values), dims);
    const expected = logits.softmax(Float32Array.from(values), { shape });
    const { data } = tensor;
    assert.equal(logits.softmax(tensor, { out: data }), data);
    assert.deepEqual(tensor.data, expected);
  });

  await check(`results become tensors of ${library} again`, () => {
    const tensor = new Tensor('float32', Float32Array.from(values), dims);
    const again = new Tensor('float32', logits.logSoftmax(tensor), tensor.dims);
    const sums = logits.logSumExp(again);
    for (const sum of sums) assert.ok(Math.abs(sum) < 1e-6);
  });

  const integers = {
    int8: () => new Int8Array(6),
    uint8: () => new Uint8Array(6),
    int16: () => new Int16Array(6),
    int32: () => new Int32Array(6),
    uint32: () => new Uint32Array(6),
    int64: () => new BigInt64Array(6),
    uint64: () => new BigUint64Array(6),
    bool: () => new Uint8Array(6),
    string: () => ['a', 'b', 'c', 'd', 'e', 'f'],
  };
  for (const [type, make] of Object.entries(integers)) {
    await check(`no ${type} in a tensor of ${library}`, () => {
      const tensor = new Tensor(type, make(), dims);
      const code = 'ERR_INVALID_ARG_TYPE';
      assert.throws(() => logits.softmax(tensor), { name: 'TypeError', code });
      assert.throws(() => logits.crossEntropy(tensor, [0, 1]), { code });
    });
  }
  await check(`no uint16 without dtype in a tensor of ${library}`, () => {
    const tensor = new Tensor('uint16', bfloat16.slice(), dims);
    assert.throws(() => logits.softmax(tensor), { code: /^ERR_INVALID_ARG_(TYPE|VALUE)$/ });
  });
  await check(`a tensor of ${library} as targets, and none as out`, () => {
    const tensor = new Tensor('float32', Float32Array.from(values), dims);
    const targets = new Tensor('int64', BigInt64Array.of(0n, 1n), [2]);
    const expected = logits.crossEntropy(tensor, targets.data);
    assert.equal(logits.crossEntropy(tensor, targets), expected);
    const code = 'ERR_INVALID_ARG_TYPE';
    assert.throws(() => logits.softmax(tensor, { out: tensor }), { code });
  });
}

await check('a disposed tensor of onnxruntime has its own error', () => {
  const tensor = new ort.Tensor('float32', Float32Array.from(values), dims);
  tensor.dispose();
  assert.throws(() => logits.softmax(tensor), /disposed/);
});

await check('slices and permutations of transformers', () => {
  const tensor = new transformers.Tensor('float32', Float32Array.from(values), dims);
  const row = Float32Array.from(values.slice(3));
  assert.deepEqual(logits.softmax(tensor.slice(1)), logits.softmax(row));
  const turned = logits.softmax(tensor.permute(1, 0), { axis: 0 });
  const straight = logits.softmax(tensor);
  for (const i of turned.keys()) assert.equal(turned[i], straight[(i % 2) * 3 + (i >> 1)]);
});

for (const { type, make, bare } of kinds.filter((kind) => kind.type !== 'uint16')) {
  await check(`what a session gives: ${type} from a ${make().constructor.name}`, async () => {
    const session = await ort.InferenceSession.create(model('Identity', type));
    let x;
    try {
      x = new ort.Tensor(type, make(), dims);
    } catch (error) {
      console.log(`not made: ${error.message}`);
      return;
    }
    const { y } = await session.run({ x });
    for (const call of Object.values(calls)) {
      assert.deepEqual(call(y), call(make(), { shape, ...bare }));
    }
  });
}

await check('the same softmax as that of onnxruntime', async () => {
  const x = new ort.Tensor('float32', Float32Array.from(values), dims);
  for (const [operation, ours] of [
    ['Softmax', logits.softmax(x)],
    ['LogSoftmax', logits.logSoftmax(x)],
  ]) {
    const session = await ort.InferenceSession.create(model(operation, 'float32'));
    const { y } = await session.run({ x });
    for (const [i, value] of ours.entries()) assert.ok(Math.abs(value - y.data[i]) < 1e-6);
  }
});

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
