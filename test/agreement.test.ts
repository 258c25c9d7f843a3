import { describe, expect, it } from 'vitest';
import {
  crossEntropy,
  crossEntropyWithGradient,
  logSoftmax,
  logSumExp,
  softmax,
} from '../lib/index.js';
import { normalLogits, randomTargets } from './support/inputs.js';
import { describeEachIsa, isas, withIsa } from './support/isas.js';
import { rowsOf } from './support/reference.js';

/** Everything the library computes from one array, as bytes. */
function everything(
  logits: Float32Array,
  shape: readonly number[],
  axis: number,
  targets: Int32Array,
): Buffer {
  const options = { shape, axis };
  const parts: Float32Array[] = [
    softmax(logits, options),
    logSoftmax(logits, options),
    logSumExp(logits, options),
  ];
  const scalars: number[] = [];
  for (const reduction of ['mean', 'sum', 'none'] as const) {
    const { loss, gradient } = crossEntropyWithGradient(logits, targets, {
      ...options,
      reduction,
    });
    parts.push(gradient);
    if (typeof loss === 'number') {
      scalars.push(loss, crossEntropy(logits, targets, { ...options, reduction }) as number);
    } else {
      parts.push(loss);
    }
  }
  const bytesOf = (array: Float32Array | Float64Array) =>
    Buffer.from(array.buffer, array.byteOffset, array.byteLength);
  return Buffer.concat([...parts.map(bytesOf), bytesOf(Float64Array.from(scalars))]);
}

const special = [
  NaN,
  Infinity,
  -Infinity,
  3e38,
  -3e38,
  1e-45,
  -0,
  88,
  -104,
  2 ** 20,
  1.5 * 2 ** 20,
];

/** Rows of every kind: ordinary, far off, confident, masked, and with special values strewn in. */
function mixedRows(rows: number, classes: number, seed: number): Float32Array {
  const logits = normalLogits(rows * classes, { seed, deviation: 3 });
  const offsets = [0, 0, 0, 30, -50, 1000, -1e6, 1e8];
  for (let row = 0; row < rows; row++) {
    const at = row * classes;
    const offset = offsets[(row + seed) % offsets.length] as number;
    for (let c = 0; c < classes; c++) logits[at + c] = (logits[at + c] as number) + offset;
    if (row % 5 === 1) logits[at + (row % classes)] = 60 + offset;
    if (row % 5 === 2) logits.fill(-Infinity, at, at + (classes >> 1));
    if (row % 7 === 3) logits[at + (row % classes)] = special[row % special.length] as number;
    if (row % 11 === 4) logits.fill(-Infinity, at, at + classes);
  }
  return logits;
}

/** The same rows with the class axis first: [rows, classes] to [classes, rows]. */
function transposed(logits: Float32Array, rows: number, classes: number): Float32Array {
  return logits.map((_, i) => logits[(i % rows) * classes + Math.floor(i / rows)] as number);
}

const sizes = [
  [40, 1],
  [60, 2],
  [60, 10],
  [33, 64],
  [20, 100],
  [17, 129],
  [12, 1000],
  [5, 4096],
  [3, 16384 + 77],
  [3, 70001],
] as const;

describe('every instruction set gives the bytes of the scalar one', () => {
  it.each(isas)('%s, rows in memory order', (isa) => {
    for (const [rows, classes] of sizes) {
      const logits = mixedRows(rows, classes, rows + classes);
      const targets = randomTargets(rows, classes);
      targets[rows - 1] = -100;
      const compute = () => everything(logits, [rows, classes], -1, targets);
      expect(withIsa(isa, compute).equals(withIsa('scalar', compute))).toBe(true);
    }
  });

  it.each(isas)('%s, rows side by side', (isa) => {
    for (const [rows, classes] of sizes) {
      const logits = transposed(mixedRows(rows, classes, rows + classes), rows, classes);
      const targets = randomTargets(rows, classes);
      targets[rows - 1] = -100;
      const compute = () => everything(logits, [classes, rows], 0, targets);
      expect(withIsa(isa, compute).equals(withIsa('scalar', compute))).toBe(true);
    }
  });
});

describeEachIsa('a row gives the same bytes', () => {
  it('side by side as laid out contiguously', () => {
    for (const [rows, classes] of sizes) {
      const logits = mixedRows(rows, classes, 5 * rows + classes);
      const targets = randomTargets(rows, classes);
      targets[0] = -100;
      const across = transposed(logits, rows, classes);
      const inRows = { shape: [rows, classes], axis: 1 };
      const inColumns = { shape: [classes, rows], axis: 0 };
      for (const compute of [softmax, logSoftmax]) {
        expect(compute(across, inColumns)).toEqual(
          transposed(compute(logits, inRows), rows, classes),
        );
      }
      expect(logSumExp(across, inColumns)).toEqual(logSumExp(logits, inRows));
      for (const reduction of ['mean', 'sum', 'none'] as const) {
        const a = crossEntropyWithGradient(across, targets, { ...inColumns, reduction });
        const b = crossEntropyWithGradient(logits, targets, { ...inRows, reduction });
        expect(a.loss).toEqual(b.loss);
        expect(a.gradient).toEqual(transposed(b.gradient, rows, classes));
      }
    }
  });

  it('alone as in a batch, whatever rows come before it', () => {
    for (const [rows, classes] of sizes) {
      const logits = mixedRows(rows, classes, 3 * rows + classes);
      const targets = randomTargets(rows, classes);
      const options = { shape: [rows, classes] };
      const batch = {
        softmax: softmax(logits, options),
        logSoftmax: logSoftmax(logits, options),
        logSumExp: logSumExp(logits, options),
        ...crossEntropyWithGradient(logits, targets, { ...options, reduction: 'none' }),
      };
      for (let row = 0; row < rows; row++) {
        const x = logits.subarray(row * classes, (row + 1) * classes);
        const part = (array: Float32Array) => array.subarray(row * classes, (row + 1) * classes);
        expect(softmax(x)).toEqual(part(batch.softmax));
        expect(logSoftmax(x)).toEqual(part(batch.logSoftmax));
        expect(logSumExp(x)[0]).toEqual(batch.logSumExp[row]);
        const alone = crossEntropyWithGradient(x, targets.subarray(row, row + 1), {
          reduction: 'none',
        });
        expect(alone.loss[0]).toEqual(batch.loss[row]);
        expect(alone.gradient).toEqual(part(batch.gradient));
      }
    }
  });

  it('in place', () => {
    for (const [rows, classes] of sizes) {
      for (const [shape, axis] of [
        [[rows, classes], 1],
        [[classes, rows], 0],
      ] as const) {
        const logits = mixedRows(rows, classes, 9);
        const targets = randomTargets(rows, classes);
        const options = { shape, axis };
        for (const compute of [softmax, logSoftmax]) {
          const own = logits.slice();
          expect(compute(own, { ...options, out: own })).toBe(own);
          expect(own).toEqual(compute(logits, options));
        }
        const own = logits.slice();
        const { loss } = crossEntropyWithGradient(own, targets, { ...options, gradient: own });
        const apart = crossEntropyWithGradient(logits, targets, options);
        expect(loss).toBe(apart.loss);
        expect(own).toEqual(apart.gradient);
      }
    }
  });

  it('in any dimension around it', () => {
    const shape = [3, 5, 4, 7];
    const logits = normalLogits(420, { deviation: 4 });
    for (let axis = 0; axis < 4; axis++) {
      const p = softmax(logits, { shape, axis });
      for (const indices of rowsOf(shape, axis)) {
        const row = Float32Array.from(indices, (i) => logits[i] as number);
        expect(softmax(row)).toEqual(Float32Array.from(indices, (i) => p[i] as number));
      }
    }
  });
});
