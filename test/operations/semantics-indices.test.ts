import { describe, expect, it } from 'vitest';
import { crossEntropy, crossEntropyWithGradient } from '../../lib/index.js';
import { describeEachIsa } from '../support/isas.js';
import { arrangements, elementTypes } from '../support/tables/arrangements.js';
import {
  expectLosses,
  type LossCase,
  l,
  lMasked,
  p,
  pMasked,
  w,
} from '../support/tables/loss-table.js';

const INF = Infinity;
const ones = [1, 1, 1];
const zeros = [0, 0, 0];
const nans = [NaN, NaN, NaN];

/** The loss of row 0, 1, 2 by the definition. */
function loss(y: number, weight: readonly number[] = ones, e = 0): number {
  const smooth = l.reduce((sum, value, c) => sum + (weight[c] as number) * value, 0);
  return (1 - e) * (weight[y] as number) * (l[y] as number) + (e / 3) * smooth;
}

/** Its gradient by the definition. */
function slope(
  y: number,
  weight: readonly number[] = ones,
  e = 0,
  softmax: readonly number[] = p,
): number[] {
  const W = weight.reduce((a, b) => a + b, 0);
  return softmax.map((own, c) => {
    const plain = (weight[y] as number) * (own - (c === y ? 1 : 0));
    return (1 - e) * plain + (e / 3) * (W * own - (weight[c] as number));
  });
}

const two = [0, 1, 2, 0, 1, 2];

const table: Record<string, LossCase> = {
  'two rows': {
    logits: two,
    indices: [2, 0],
    none: [loss(2), loss(0)],
    denominator: 2,
    gradient: [...slope(2), ...slope(0)],
  },
  weights: {
    logits: two,
    indices: [1, 0],
    options: { weight: w },
    none: [loss(1, w), loss(0, w)],
    denominator: w[1] + w[0],
    gradient: [...slope(1, w), ...slope(0, w)],
  },
  'negative weights': {
    logits: two,
    indices: [1, 2],
    options: { weight: [1, -0.25, 2] },
    none: [-0.25 * l[1], 2 * l[2]],
    denominator: 1.75,
    gradient: [...slope(1, [1, -0.25, 2]), ...slope(2, [1, -0.25, 2])],
  },
  smoothing: {
    logits: two,
    indices: [2, 0],
    options: { labelSmoothing: 0.25 },
    none: [loss(2, ones, 0.25), loss(0, ones, 0.25)],
    denominator: 2,
    gradient: [...slope(2, ones, 0.25), ...slope(0, ones, 0.25)],
  },
  'smoothing of 1: no target at all': {
    logits: two,
    indices: [2, 0],
    options: { labelSmoothing: 1 },
    none: [loss(0, ones, 1), loss(0, ones, 1)],
    denominator: 2,
    gradient: [...slope(0, ones, 1), ...slope(0, ones, 1)],
  },
  'weights and smoothing, one ignored': {
    logits: [...two, 5, 6, 7],
    indices: [1, -100, 0],
    options: { weight: w, labelSmoothing: 0.5 },
    none: [loss(1, w, 0.5), 0, loss(0, w, 0.5)],
    denominator: w[1] + w[0],
    gradient: [...slope(1, w, 0.5), ...zeros, ...slope(0, w, 0.5)],
  },
  'z-loss, divided by the weights too': {
    logits: two,
    indices: [1, 0],
    options: { weight: w, zLoss: 0.125 },
    none: [loss(1, w) + 0.125 * l[0] ** 2, loss(0, w) + 0.125 * l[0] ** 2],
    denominator: w[1] + w[0],
    gradient: [...slope(1, w), ...slope(0, w)].map(
      (g, i) => g + 2 * 0.125 * l[0] * (p[i % 3] as number),
    ),
  },
  'z-loss of rows without weight': {
    logits: two,
    indices: [1, 0],
    options: { weight: [0, 2, 1], zLoss: 0.125 },
    none: [2 * l[1] + 0.125 * l[0] ** 2, 0.125 * l[0] ** 2],
    denominator: 2,
    gradient: [...slope(1, [0, 2, 1]), ...zeros].map(
      (g, i) => g + 2 * 0.125 * l[0] * (p[i % 3] as number),
    ),
  },
  'all ignored': {
    logits: two,
    indices: [-100, -100],
    none: [0, 0],
    denominator: 0,
    gradient: [...zeros, ...zeros],
  },
  'all ignored, with weights, smoothing and a z-loss': {
    logits: two,
    indices: [-100, -100],
    options: { weight: w, labelSmoothing: 0.5, zLoss: 1 },
    none: [0, 0],
    denominator: 0,
    gradient: [...zeros, ...zeros],
  },
  'no rows': { logits: [], indices: [], none: [], denominator: 0, gradient: [] },
  'no weight at all': {
    logits: [...two, 0, 1, 2],
    indices: [2, -100, 2],
    options: { weight: [1, 1, 0] },
    none: [0, 0, 0],
    denominator: 0,
    gradient: [...zeros, ...zeros, ...zeros],
    meanGradient: [...nans, ...zeros, ...nans],
  },
  'no weight at all, with smoothing': {
    logits: two,
    indices: [2, 2],
    options: { weight: [1, 1, 0], labelSmoothing: 0.5 },
    none: [loss(2, [1, 1, 0], 0.5), loss(2, [1, 1, 0], 0.5)],
    denominator: 0,
    gradient: [...slope(2, [1, 1, 0], 0.5), ...slope(2, [1, 1, 0], 0.5)],
    meanGradient: [...nans, ...nans],
  },
  'ignoreIndex is a class, which still counts in the sum': {
    logits: two,
    indices: [2, 0],
    options: { ignoreIndex: 2 },
    none: [0, loss(0)],
    denominator: 1,
    gradient: [...zeros, ...slope(0)],
  },
  'ignoreIndex is the number of classes': {
    logits: two,
    indices: [3, 1],
    options: { ignoreIndex: 3 },
    none: [0, loss(1)],
    denominator: 1,
    gradient: [...zeros, ...slope(1)],
  },
  'several are ignored': {
    logits: [...two, ...two],
    indices: [-1, 1, 0, 1e9],
    options: { ignoreIndex: [-1, 0, 1e9] },
    none: [0, loss(1), 0, 0],
    denominator: 1,
    gradient: [...zeros, ...slope(1), ...zeros, ...zeros],
  },
  'no classes, all ignored': {
    classes: 0,
    logits: [],
    indices: [-100, -100],
    none: [0, 0],
    denominator: 0,
    gradient: [],
  },
  'target at -inf': {
    logits: [0, -INF, 2],
    indices: [1],
    none: [INF],
    denominator: 1,
    gradient: [pMasked[0], -1, pMasked[2]],
  },
  // PyTorch: NaN. Its term has no weight.
  'target at -inf without weight': {
    logits: [0, -INF, 2, 0, 1, 2],
    indices: [1, 2],
    options: { weight: [0.5, 0, 1] },
    none: [0, loss(2)],
    denominator: 1,
    gradient: [...zeros, ...slope(2)],
  },
  'target at -inf without weight, alone': {
    logits: [0, -INF, 2],
    indices: [1],
    options: { weight: [0.5, 0, 1] },
    none: [0],
    denominator: 0,
    gradient: zeros,
    meanGradient: nans,
  },
  'another class at -inf': {
    logits: [0, -INF, 2],
    indices: [0],
    none: [lMasked[0]],
    denominator: 1,
    gradient: [pMasked[0] - 1, 0, pMasked[2]],
  },
  'another class at -inf, with smoothing': {
    logits: [0, -INF, 2],
    indices: [0],
    options: { labelSmoothing: 0.25, weight: w },
    none: [INF],
    denominator: w[0],
    gradient: slope(0, w, 0.25, pMasked),
  },
  // PyTorch: NaN. Its smoothing term has no weight.
  'another class at -inf without weight, with smoothing': {
    logits: [0, -INF, 2],
    indices: [0],
    options: { labelSmoothing: 0.25, weight: [0.5, 0, 1] },
    none: [0.75 * 0.5 * lMasked[0] + (0.25 / 3) * (0.5 * lMasked[0] + lMasked[2])],
    denominator: 0.5,
    gradient: slope(0, [0.5, 0, 1], 0.25, pMasked),
  },
  'all others at -inf': {
    logits: [-INF, 3, -INF],
    indices: [1],
    none: [0],
    denominator: 1,
    gradient: zeros,
  },
  'one class': { classes: 1, logits: [5], indices: [0], none: [0], denominator: 1, gradient: [0] },
  ...Object.fromEntries(
    [
      [-INF, -INF, -INF],
      [0, INF, 1],
      [INF, INF, -INF],
      [0, NaN, 1],
      [-INF, NaN, INF],
    ].flatMap((row): [string, LossCase][] => {
      const rows = { logits: [...row, 0, 1, 2], indices: [1, 2] };
      const results = { none: [NaN, loss(2)], gradient: [...nans, ...slope(2)] };
      return [
        [`the row ${row}`, { ...rows, ...results, denominator: 2 }],
        [
          `the row ${row} without weight`,
          { ...rows, ...results, options: { weight: [0, 0, 1] }, denominator: 1 },
        ],
        [
          `the row ${row}, ignored`,
          {
            logits: rows.logits,
            indices: [-100, 2],
            none: [0, loss(2)],
            gradient: [...zeros, ...slope(2)],
            denominator: 1,
          },
        ],
        [
          `the row ${row}, ignored, with all options`,
          {
            logits: rows.logits,
            indices: [1, 2],
            options: { weight: w, labelSmoothing: 0.5, ignoreIndex: 1 },
            none: [0, loss(2, w, 0.5)],
            gradient: [...zeros, ...slope(2, w, 0.5)],
            denominator: 1,
          },
        ],
      ];
    }),
  ),
};

describeEachIsa('section 2: class indices', () => {
  describe.each(arrangements)('$name', (arrangement) => {
    it.each(Object.entries(table))('%s', (_, given) => expectLosses(given, arrangement));
  });

  describe.each(elementTypes)('$name', ({ type }) => {
    it.each([
      [[0, 3], 1, 3],
      [[-1, 1], 0, -1],
      [[1, -101], 1, -101],
      [[2, 2147483647], 1, 2147483647],
    ])('targets %j: row %i is out of range', (targets, row, target) => {
      const logits = type.from(two);
      for (const reduction of ['none', 'sum', 'mean'] as const) {
        for (const labelSmoothing of [0, 0.5]) {
          const options = { shape: [2, 3], reduction, labelSmoothing };
          const functions = [crossEntropy, crossEntropyWithGradient] as (typeof crossEntropy)[];
          for (const compute of functions) {
            expect(() => compute(logits, targets, options)).toThrow(
              expect.objectContaining({ code: 'ERR_TARGET_OUT_OF_RANGE', row, target }),
            );
          }
        }
      }
    });

    it('no classes, but a target', () => {
      expect(() => crossEntropy(new type(0), [0], { shape: [1, 0] })).toThrow(
        expect.objectContaining({ code: 'ERR_TARGET_OUT_OF_RANGE', row: 0, target: 0 }),
      );
    });

    it.each([-0.1, 1.1, NaN])('a smoothing of %d is an error', (labelSmoothing) => {
      expect(() => crossEntropy(type.from(two), [0, 0], { shape: [2, 3], labelSmoothing })).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }),
      );
    });

    it.each([
      [[3], 0],
      [[2, 3], 1],
      [[2, 3, 4], 1],
      [[2, 3, 2, 2], 1],
      [[2, 3, 2, 1, 3], 1],
      [[1, 2, 3, 1, 2, 2], 2],
    ])('shape %j, classes along %i: one mean over all positions', (shape, axis) => {
      const count = shape.reduce((a, b) => a * b, 1);
      const rows = count / 3;
      const logits = type.from(Array.from({ length: count }, (_, i) => Math.fround(Math.sin(i))));
      const targets = Array.from({ length: rows }, (_, row) => (row % 5 === 4 ? -100 : row % 3));
      const options = { shape, axis, weight: Float32Array.from(w), labelSmoothing: 0.1 };
      const none = crossEntropy(logits, targets, { ...options, reduction: 'none' });
      expect(none).toHaveLength(rows);
      const sum = Array.from(none).reduce((a, b) => a + b, 0);
      const share = targets.reduce((a, y) => a + (w[y] ?? 0), 0);
      expect(crossEntropy(logits, targets, { ...options, reduction: 'sum' })).toBeCloseTo(sum, 5);
      expect(crossEntropy(logits, targets, options)).toBeCloseTo(sum / share, 5);
    });

    it('every type of index gives the same', () => {
      const logits = type.from(two);
      const expected = crossEntropyWithGradient(logits, [2, 0], { shape: [2, 3] });
      for (const targets of [
        Int8Array.of(2, 0),
        Uint8Array.of(2, 0),
        Int16Array.of(2, 0),
        Uint16Array.of(2, 0),
        Int32Array.of(2, 0),
        Uint32Array.of(2, 0),
        BigInt64Array.of(2n, 0n),
        BigUint64Array.of(2n, 0n),
      ]) {
        expect(crossEntropyWithGradient(logits, targets, { shape: [2, 3] })).toEqual(expected);
      }
    });
  });
});
