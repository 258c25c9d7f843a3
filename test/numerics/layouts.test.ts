import { describe, expect, it } from 'vitest';
import {
  binaryCrossEntropy,
  crossEntropy,
  crossEntropyWithGradient,
  klDivergence,
  logSoftmax,
  logSoftmaxGradient,
  logSumExp,
  nllLoss,
  softmax,
  softmaxGradient,
} from '../../lib/index.js';
import { guarded } from '../support/guarded.js';
import { normalLogits, truncated } from '../support/inputs.js';
import { describeEachIsa } from '../support/isas.js';
import {
  type Batch,
  bytesOf,
  makeBatch,
  operations,
  resultBytes,
} from '../support/tables/operations.js';

const rowLengths = [1, 2, 7, 16, 33, 64, 65, 100] as const;
const rows = 5;

type Elements = Float32Array | Float64Array | Uint16Array;

/** The same rows with a distance between them; what lies between is NaN, in any reading of 16 bits. */
function padded<A extends Elements>(array: A, classes: number, stride: number, tail: boolean): A {
  const length = tail ? rows * stride : (rows - 1) * stride + classes;
  const result = new (array.constructor as new (length: number) => A)(length);
  result.fill(array instanceof Uint16Array ? 0x7fa5 : NaN);
  for (let row = 0; row < rows; row++) {
    result.set(array.subarray(row * classes, (row + 1) * classes), row * stride);
  }
  return result;
}

const kinds = [
  ['float32', (values: Float32Array) => values, {}],
  ['float64', (values: Float32Array) => Float64Array.from(values), {}],
  ['float16', (values: Float32Array) => truncated(values, 'float16'), { dtype: 'float16' }],
  ['bfloat16', (values: Float32Array) => truncated(values, 'bfloat16'), { dtype: 'bfloat16' }],
] as const;

function batchOf(
  classes: number,
  convert: (values: Float32Array) => Elements,
  dtype: object,
): Batch {
  const batch = makeBatch(rows, classes, classes);
  return {
    ...batch,
    options: { ...batch.options, ...dtype },
    logits: convert(batch.logits as Float32Array),
    others: convert(batch.others as Float32Array),
    upstream: convert(batch.upstream as Float32Array),
  };
}

describeEachIsa('rows with padding between them', () => {
  describe.each(kinds)('%s', (_kind, convert, dtype) => {
    it.each(Object.entries(operations))('%s: results as without', (_, { compute }) => {
      for (const classes of rowLengths) {
        const dense = batchOf(classes, convert, dtype);
        const expected = resultBytes(compute(dense));
        for (const rowStride of [classes, classes + 1, classes + 29]) {
          for (const tail of [false, true]) {
            const spread = (array: Elements) => padded(array, classes, rowStride, tail);
            const batch = {
              ...dense,
              options: { ...dense.options, rowStride },
              logits: spread(dense.logits),
              others: spread(dense.others),
              upstream: spread(dense.upstream),
            };
            const what = `${classes} of ${rowStride}`;
            expect(resultBytes(compute(batch)).equals(expected), what).toBe(true);
          }
        }
      }
    });
  });

  describe.each([
    ['float32', Float32Array],
    ['float64', Float64Array],
  ] as const)('%s, in place: the padding stays', (_, type) => {
    const compute = {
      softmax: (x: Float32Array, options: object) => softmax(x, { ...options, out: x }),
      logSoftmax: (x: Float32Array, options: object) => logSoftmax(x, { ...options, out: x }),
      softmaxGradient: (x: Float32Array, options: object) =>
        softmaxGradient(x, x, { ...options, out: x }),
      logSoftmaxGradient: (x: Float32Array, options: object) =>
        logSoftmaxGradient(x, x, { ...options, out: x }),
      crossEntropy: (x: Float32Array, options: object) =>
        crossEntropyWithGradient(x, [0, 0, 0, 0, 0], { ...options, gradient: x }).gradient,
    };

    it.each(Object.entries(compute))('%s', (_name, run) => {
      for (const classes of rowLengths) {
        for (const rowStride of [classes, classes + 1, classes + 17]) {
          const values = normalLogits(rows * classes, { seed: classes, deviation: 3 });
          const shape = [rows, classes];
          const expected = run(type.from(values) as Float32Array, { shape });
          const spread = padded(values, classes, rowStride, true).map((value) =>
            Number.isNaN(value) ? 12345 : value,
          );
          for (const offset of [0, 1, 5]) {
            const { view, check } = guarded(spread, offset, type as typeof Float32Array);
            expect(run(view, { shape, rowStride })).toBe(view);
            check();
            view.forEach((value, i) => {
              const [row, c] = [Math.floor(i / rowStride), i % rowStride];
              const wanted = c < classes ? expected[row * classes + c] : 12345;
              if (!Object.is(value, wanted)) expect(value, `[${i}] of ${rowStride}`).toBe(wanted);
            });
          }
        }
      }
    });
  });

  it('another array of results is dense', () => {
    const x = padded(normalLogits(rows * 7, { seed: 1 }), 7, 11, true);
    const options = { shape: [rows, 7], rowStride: 11 };
    const out = new Float32Array(rows * 7);
    expect(softmax(x, { ...options, out })).toBe(out);
    const gradient = new Float32Array(rows * 7);
    crossEntropyWithGradient(x, [1, 2, 3, 4, 5], { ...options, gradient });
    for (const result of [out, gradient]) expect(result.some(Number.isNaN)).toBe(false);
    expect(out).toEqual(softmax(x, options));
  });

  it('more dimensions: every row along the last axis', () => {
    const values = normalLogits(24, { seed: 2 });
    const shape = [2, 3, 4];
    const spread = new Float32Array(6 * 9).fill(NaN);
    for (let row = 0; row < 6; row++) spread.set(values.subarray(row * 4, row * 4 + 4), row * 9);
    expect(softmax(spread, { shape, rowStride: 9 })).toEqual(softmax(values, { shape }));
    expect(logSumExp(spread, { shape, rowStride: 9, axis: 2 })).toEqual(
      logSumExp(values, { shape }),
    );
  });
});

describeEachIsa('tensors', () => {
  const values = normalLogits(60, { seed: 8, deviation: 2 });
  const others = normalLogits(60, { seed: 9, deviation: 2 });
  const targets = [1, 2, 3, 4, 0, 1];
  const shape = [6, 10];

  it.each([
    ['data and dims', (data: Float32Array) => ({ data, dims: [6, 10] })],
    ['data and shape', (data: Float32Array) => ({ data, shape: [6, 10] })],
    ['data, dims and type', (data: Float32Array) => ({ data, dims: [6, 10], type: 'float32' })],
    ['data, shape and type', (data: Float32Array) => ({ data, shape: [6, 10], type: 'float32' })],
    [
      'an instance with getters',
      (data: Float32Array) =>
        new (class Tensor {
          get data() {
            return data;
          }
          get dims() {
            return [6, 10];
          }
          get type() {
            return 'float32';
          }
        })(),
    ],
  ])('%s', (_, tensor) => {
    const x = tensor(values);
    const y = tensor(others);
    const options = { shape };
    expect(softmax(x)).toEqual(softmax(values, options));
    expect(logSoftmax(x, { axis: 0 })).toEqual(logSoftmax(values, { shape, axis: 0 }));
    expect(logSumExp(x)).toEqual(logSumExp(values, options));
    expect(softmaxGradient(x, y)).toEqual(softmaxGradient(values, others, options));
    expect(logSoftmaxGradient(x, y)).toEqual(logSoftmaxGradient(values, others, options));
    expect(crossEntropy(x, targets)).toBe(crossEntropy(values, targets, options));
    expect(crossEntropyWithGradient(x, targets)).toEqual(
      crossEntropyWithGradient(values, targets, options),
    );
    expect(nllLoss(x, targets)).toBe(nllLoss(values, targets, options));
    expect(klDivergence(x, y)).toBe(klDivergence(values, others, options));
    const labels = values.map((value) => (value > 0 ? 1 : 0));
    expect(binaryCrossEntropy(x, labels)).toBe(binaryCrossEntropy(values, labels, options));
  });

  it('the option shape wins over dims, dims over shape', () => {
    const expected = bytesOf(softmax(values, { shape: [20, 3] }));
    const tensor = { data: values, dims: [6, 10] };
    expect(bytesOf(softmax(tensor, { shape: [20, 3] })).equals(expected)).toBe(true);
    const both = { data: values, dims: [20, 3], shape: [6, 10] };
    expect(bytesOf(softmax(both)).equals(expected)).toBe(true);
  });

  it('float64 data give float64 results', () => {
    const data = Float64Array.from(values);
    expect(softmax({ data, dims: shape, type: 'float64' })).toEqual(softmax(data, { shape }));
    expect(softmax({ data, dims: shape })).toBeInstanceOf(Float64Array);
  });
});
