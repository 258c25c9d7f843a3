import { describe, expect, it } from 'vitest';
import { binaryCrossEntropy, klDivergence, nllLoss } from '../../lib/index.js';
import { describeEachIsa } from '../support/isas.js';
import { arrangements, elementTypes, expectRow, unsigned } from '../support/tables/arrangements.js';
import { asArray } from '../support/tables/loss-table.js';

const INF = Infinity;
const LN2 = Math.LN2;
const reductions = ['none', 'sum', 'mean'] as const;

/** The losses of every reduction, from those of all rows. */
function reduced(none: readonly number[], denominator: number) {
  const sum = none.reduce((a, b) => a + b, 0);
  const mean = denominator === 0 ? NaN : sum / denominator;
  return { none, sum: [sum], mean: [mean] };
}

interface NllCase {
  readonly classes?: number;
  readonly rows: readonly number[];
  readonly targets: readonly number[];
  readonly weight?: readonly number[];
  readonly ignoreIndex?: number | readonly number[];
  readonly none: readonly number[];
  readonly denominator: number;
}

const nll: Record<string, NllCase> = {
  'no normalisation': {
    rows: [1, -2, 3, -0.5, -1, -4],
    targets: [2, 0],
    none: [-3, 0.5],
    denominator: 2,
  },
  weights: {
    rows: [-1, -2, -3, -0.5, -1, -4],
    targets: [2, 0],
    weight: [0.5, 2, 4],
    none: [12, 0.25],
    denominator: 4.5,
  },
  'ignored rows': {
    rows: [-1, -2, -3, NaN, NaN, NaN, -0.5, -1, -4],
    targets: [1, -100, 1],
    none: [2, 0, 1],
    denominator: 2,
  },
  'several ignored': {
    rows: [-1, -2, -3, INF, NaN, -INF, -0.5, -1, -4],
    targets: [0, 7, 2],
    ignoreIndex: [7, 0],
    none: [0, 0, 4],
    denominator: 1,
  },
  'all ignored': { rows: [-1, -2, -3], targets: [-100], none: [0], denominator: 0 },
  'no rows': { rows: [], targets: [], none: [], denominator: 0 },
  'no classes, all ignored': {
    classes: 0,
    rows: [],
    targets: [-100, -100],
    none: [0, 0],
    denominator: 0,
  },
  'target at -inf': { rows: [0, -INF, -2], targets: [1], none: [INF], denominator: 1 },
  'target at -inf without weight': {
    rows: [0, -INF, -2, -1, -2, -3],
    targets: [1, 2],
    weight: [1, 0, 2],
    none: [0, 6],
    denominator: 2,
  },
  'no weight at all': {
    rows: [0, -INF, -2],
    targets: [1],
    weight: [1, 0, 2],
    none: [0],
    denominator: 0,
  },
  'another class at -inf or NaN': {
    rows: [-3, -INF, NaN],
    targets: [0],
    none: [3],
    denominator: 1,
  },
  'target at NaN': {
    rows: [NaN, -1, -2, -1, -2, -3],
    targets: [0, 0],
    none: [NaN, 1],
    denominator: 2,
  },
};

interface KlCase {
  readonly classes?: number;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly none: readonly number[];
}

const p = 0.7310585786300049;
const q = 0.2689414213699951;
const nan = { none: [NaN] };

const kl: Record<string, KlCase> = {
  'equal rows': { x: [0, 1, 2], y: [0, 1, 2], none: [0] },
  'equal but for a shift': { x: [0, 1, 2], y: [-4, -3, -2], none: [0] },
  'reversed rows': { x: [0, 1], y: [1, 0], none: [p - q] },
  'against the uniform one': {
    x: [0, 1],
    y: [5, 5],
    none: [p * Math.log(p) + q * Math.log(q) + LN2],
  },
  'two rows': { x: [0, 1, 0, 1], y: [1, 0, 0, 1], classes: 2, none: [p - q, 0] },
  'far apart': { x: [0, -200], y: [-200, 0], none: [200] },
  'one class': { x: [3], y: [-7], none: [0] },
  'no rows': { x: [], y: [], classes: 3, none: [] },
  // All of y counts in its softmax: log(e + e^4 + 1) against log(1 + e).
  'x at -inf contributes nothing': {
    x: [0, -INF, 1],
    y: [1, 4, 0],
    none: [p - q + Math.log(Math.E + Math.exp(4) + 1) - Math.log(1 + Math.E)],
  },
  'both at -inf': { x: [0, -INF, 1], y: [1, -INF, 0], none: [p - q] },
  'y at -inf where x is not': { x: [0, 1, 2], y: [0, -INF, 2], none: [INF] },
  'x all -inf': { x: [-INF, -INF], y: [0, 1], ...nan },
  'y all -inf': { x: [0, 1], y: [-INF, -INF], ...nan },
  'x with +inf': { x: [0, INF], y: [0, 1], ...nan },
  'y with +inf': { x: [0, 1], y: [INF, 0], ...nan },
  'both with +inf': { x: [0, INF], y: [0, INF], ...nan },
  'x with NaN': { x: [0, NaN], y: [0, 1], ...nan },
  'y with NaN': { x: [0, 1], y: [NaN, 0], ...nan },
  'y with NaN where x is -inf': { x: [0, -INF], y: [0, NaN], ...nan },
  'NaN beside a good row': { x: [0, NaN, 0, 1], y: [0, 1, 1, 0], classes: 2, none: [NaN, p - q] },
};
interface BinaryCase {
  readonly z: number;
  readonly y: number;
  readonly weight?: number;
  readonly positiveWeight?: number;
  readonly loss: number;
}

const softplus = (v: number) => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v)));

const binary: readonly BinaryCase[] = [
  { z: 0, y: 0, loss: LN2 },
  { z: 0, y: 1, loss: LN2 },
  { z: 1.5, y: 0, loss: softplus(1.5) },
  { z: 1.5, y: 1, loss: softplus(-1.5) },
  { z: 1.5, y: 0.25, loss: 0.75 * softplus(1.5) + 0.25 * softplus(-1.5) },
  { z: -2, y: 1, positiveWeight: 3, loss: 3 * softplus(2) },
  { z: -2, y: 0, positiveWeight: 3, loss: softplus(-2) },
  { z: -2, y: 0.5, weight: 2, positiveWeight: 3, loss: softplus(-2) + 3 * softplus(2) },
  { z: 2, y: 2, loss: -softplus(2) + 2 * softplus(-2) },
  { z: 2, y: -1, loss: 2 * softplus(2) - softplus(-2) },
  { z: 60, y: 1, loss: Math.exp(-60) },
  { z: -60, y: 0, loss: Math.exp(-60) },
  { z: 2 ** 127, y: 0, loss: 2 ** 127 },
  { z: 3e38, y: 1, loss: 0 },
  { z: -3e38, y: 0, loss: 0 },
  { z: INF, y: 0, loss: INF },
  { z: INF, y: 0.5, loss: INF },
  { z: INF, y: 1, loss: 0 },
  { z: -INF, y: 0, loss: 0 },
  { z: -INF, y: 0.5, loss: INF },
  { z: -INF, y: 1, loss: INF },
  { z: INF, y: 0, weight: 0, loss: 0 },
  { z: -INF, y: 1, weight: 0, loss: 0 },
  { z: -INF, y: 1, positiveWeight: 0, loss: 0 },
  { z: -INF, y: 0.5, positiveWeight: 0, loss: 0 },
  { z: 2, y: 1, weight: 0, loss: 0 },
  { z: NaN, y: 0, loss: NaN },
  { z: NaN, y: 1, loss: NaN },
  { z: 1, y: NaN, loss: NaN },
];

describeEachIsa('sections 4 and 5', () => {
  describe.each(arrangements)('$name', ({ type, relative, ...layout }) => {
    it.each(Object.entries(nll))('nllLoss: %s', (_, given) => {
      const { rows, targets, classes = 3, weight, ignoreIndex, none, denominator } = given;
      const count = targets.length;
      const logProbabilities = type.from(layout.arrange(rows, count, classes));
      const expected = reduced(none, denominator);
      for (const reduction of reductions) {
        const loss = nllLoss(logProbabilities, targets, {
          shape: layout.shape(count, classes),
          axis: layout.axis,
          reduction,
          ignoreIndex,
          weight: weight && Float32Array.from(weight),
        });
        expectRow(unsigned(asArray(loss)), expected[reduction], reduction, relative);
      }
    });

    it('nllLoss: a target out of range', () => {
      const options = { shape: layout.shape(2, 3), axis: layout.axis };
      for (const targets of [
        [0, 3],
        [0, -1],
      ]) {
        expect(() => nllLoss(new type(6), targets, options)).toThrow(
          expect.objectContaining({
            code: 'ERR_TARGET_OUT_OF_RANGE',
            row: 1,
            target: targets[1] as number,
          }),
        );
      }
    });

    it.each(Object.entries(kl))('klDivergence: %s', (_, { x, y, classes = x.length, none }) => {
      const count = none.length;
      const [a, b] = [x, y].map((row) => type.from(layout.arrange(row, count, classes))) as [
        Float32Array,
        Float32Array,
      ];
      const expected = reduced(none, count);
      for (const reduction of reductions) {
        const options = { shape: layout.shape(count, classes), axis: layout.axis, reduction };
        const losses = unsigned(asArray(klDivergence(a, b, options)));
        // What is 0 by cancellation may come out as a rounding error of the terms.
        expectRow(
          losses.map((loss, i) => {
            const near = expected[reduction][i] === 0 && loss >= 0 && loss <= 1e-15;
            return near ? 0 : loss;
          }),
          expected[reduction],
          reduction,
          relative,
        );
      }
    });

    it.each(binary)('binaryCrossEntropy: %j', ({ z, y, weight, positiveWeight, loss }) => {
      // In the middle of nine logits whose losses are log 2, or 0 under a weight of 0.
      const rows = [0, 0, 0, 0, z, 0, 0, 0, 0];
      const options = {
        shape: layout.shape(3, 3),
        axis: layout.axis,
        positiveWeight:
          positiveWeight === undefined ? undefined : Float32Array.of(1, positiveWeight, 1),
        weight: weight === undefined ? undefined : Float32Array.of(1, weight, 1),
      };
      const logits = type.from(layout.arrange(rows, 3, 3));
      const labels = Float64Array.of(0, 0, 0, 0, y, 0, 0, 0, 0);
      const none = rows.map((_x, i) => (i === 4 ? loss : LN2 * (i % 3 === 1 ? (weight ?? 1) : 1)));
      const expected = reduced(none, 9);
      for (const reduction of reductions) {
        const actual = asArray(binaryCrossEntropy(logits, labels, { ...options, reduction }));
        const back =
          reduction === 'none' ? layout.arrange(expected.none, 3, 3) : expected[reduction];
        expectRow(unsigned(actual), back, reduction, relative);
      }
    });
  });

  describe.each(elementTypes)('$name', ({ type, relative }) => {
    it('binaryCrossEntropy: weights per class, per logit, and numbers', () => {
      const z = type.of(0.5, -1, 2, -3, 0, 1);
      const y = Float32Array.of(0, 1, 0.5, 1, 0, 0.25);
      const perClass = {
        weight: Float32Array.of(1, 2, 3),
        positiveWeight: Float64Array.of(4, 4, 4),
      };
      const options = { shape: [2, 3], reduction: 'none' } as const;
      const expected = binaryCrossEntropy(z, y, { ...options, ...perClass });
      const perLogit = { weight: Float64Array.of(1, 2, 3, 1, 2, 3), positiveWeight: 4 };
      expect(binaryCrossEntropy(z, y, { ...options, ...perLogit })).toEqual(expected);
    });

    it('binaryCrossEntropy: labels of every type', () => {
      const z = type.of(0.5, -1, 2, -3);
      const labels = [0, 1, 1, 0];
      const expected = [softplus(0.5), softplus(1), softplus(-2), softplus(-3)];
      for (const targets of [
        labels,
        Float32Array.from(labels),
        Float64Array.from(labels),
        Uint8Array.from(labels),
        Int8Array.from(labels),
        Uint16Array.from(labels),
        Int16Array.from(labels),
        Uint32Array.from(labels),
        Int32Array.from(labels),
      ]) {
        const losses = binaryCrossEntropy(z, targets, { reduction: 'none' });
        expectRow(losses, expected, targets.constructor.name, relative);
      }
    });

    it('the mean of nothing', () => {
      const none = new type(0);
      expect(klDivergence(none, none, { shape: [0, 3] })).toBeNaN();
      expect(klDivergence(none, none, { shape: [0, 3], reduction: 'sum' })).toBe(0);
      expect(binaryCrossEntropy(none, [], { shape: [0, 3] })).toBeNaN();
      expect(binaryCrossEntropy(none, [], { shape: [0, 3], reduction: 'sum' })).toBe(0);
      expect(binaryCrossEntropy(none, [], { shape: [3, 0] })).toBeNaN();
    });
  });
});
