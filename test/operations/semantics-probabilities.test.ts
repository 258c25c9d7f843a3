import { describe, expect, it } from 'vitest';
import { crossEntropy, crossEntropyWithGradient } from '../../lib/index.js';
import { describeEachIsa } from '../support/isas.js';
import { arrangements, elementTypes, expectRow, unsigned } from '../support/tables/arrangements.js';
import {
  asArray,
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

/** The coefficients of -log p: weights times smoothed probabilities. */
function coefficients(q: readonly number[], weight: readonly number[], e: number): number[] {
  return q.map((value, c) => (weight[c] as number) * ((1 - e) * value + e / q.length));
}

/** The loss of row 0, 1, 2 by the definition; a term without coefficient is none. */
function loss(
  q: readonly number[],
  weight: readonly number[] = ones,
  e = 0,
  surprisal: readonly number[] = l,
): number {
  return coefficients(q, weight, e).reduce(
    (sum, a, c) => (a === 0 ? sum : sum + a * (surprisal[c] as number)),
    0,
  );
}

/** Its gradient by the definition. */
function slope(
  q: readonly number[],
  weight: readonly number[] = ones,
  e = 0,
  softmax: readonly number[] = p,
): number[] {
  const a = coefficients(q, weight, e);
  const sum = a.reduce((x, y) => x + y, 0);
  return softmax.map((own, c) => own * sum - (a[c] as number));
}

const row = [0, 1, 2];
const masked = [0, -INF, 2];
const q = [0.5, 0.125, 0.375];
const r = [0.125, 0.75, 0.125];

const table: Record<string, LossCase> = {
  probabilities: {
    logits: [...row, ...row],
    probabilities: [...q, ...r],
    none: [loss(q), loss(r)],
    denominator: 2,
    gradient: [...slope(q), ...slope(r)],
  },
  'weights, by which the mean is not divided': {
    logits: [...row, ...row],
    probabilities: [...q, ...r],
    options: { weight: w },
    none: [loss(q, w), loss(r, w)],
    denominator: 2,
    gradient: [...slope(q, w), ...slope(r, w)],
  },
  smoothing: {
    logits: row,
    probabilities: q,
    options: { labelSmoothing: 0.25 },
    none: [loss(q, ones, 0.25)],
    denominator: 1,
    gradient: slope(q, ones, 0.25),
  },
  'smoothing of 1': {
    logits: row,
    probabilities: q,
    options: { labelSmoothing: 1, weight: w },
    none: [loss(q, w, 1)],
    denominator: 1,
    gradient: slope(q, w, 1),
  },
  'weights, smoothing and a z-loss': {
    logits: [...row, ...row],
    probabilities: [...q, ...r],
    options: { labelSmoothing: 0.5, weight: w, zLoss: 0.125 },
    none: [q, r].map((target) => loss(target, w, 0.5) + 0.125 * l[0] ** 2),
    denominator: 2,
    gradient: [...slope(q, w, 0.5), ...slope(r, w, 0.5)].map(
      (g, i) => g + 2 * 0.125 * l[0] * (p[i % 3] as number),
    ),
  },
  'no sum of 1': {
    logits: row,
    probabilities: [2, 0.5, 1],
    none: [loss([2, 0.5, 1])],
    denominator: 1,
    gradient: slope([2, 0.5, 1]),
  },
  'negative ones': {
    logits: row,
    probabilities: [-0.5, 2, 0.25],
    none: [loss([-0.5, 2, 0.25])],
    denominator: 1,
    gradient: slope([-0.5, 2, 0.25]),
  },
  'a row of zeros, which masks its row': {
    logits: [...row, ...row],
    probabilities: [...zeros, ...q],
    none: [0, loss(q)],
    denominator: 2,
    gradient: [...zeros, ...slope(q)],
  },
  'all weights zero': {
    logits: row,
    probabilities: q,
    options: { weight: zeros },
    none: [0],
    denominator: 1,
    gradient: zeros,
  },
  // PyTorch: NaN. The term has no coefficient.
  'zero at -inf': {
    logits: masked,
    probabilities: [0.25, 0, 0.75],
    none: [loss([0.25, 0, 0.75], ones, 0, lMasked)],
    denominator: 1,
    gradient: slope([0.25, 0, 0.75], ones, 0, pMasked),
  },
  'more than zero at -inf': {
    logits: masked,
    probabilities: q,
    none: [INF],
    denominator: 1,
    gradient: slope(q, ones, 0, pMasked),
  },
  'more than zero at -inf, without weight': {
    logits: masked,
    probabilities: q,
    options: { weight: [0.5, 0, 1] },
    none: [loss(q, [0.5, 0, 1], 0, lMasked)],
    denominator: 1,
    gradient: slope(q, [0.5, 0, 1], 0, pMasked),
  },
  'zero at -inf, smoothed': {
    logits: masked,
    probabilities: [0.25, 0, 0.75],
    options: { labelSmoothing: 0.25 },
    none: [INF],
    denominator: 1,
    gradient: slope([0.25, 0, 0.75], ones, 0.25, pMasked),
  },
  'zero at -inf, smoothed, without weight': {
    logits: masked,
    probabilities: [0.25, 0, 0.75],
    options: { labelSmoothing: 0.25, weight: [0.5, 0, 1] },
    none: [loss([0.25, 0, 0.75], [0.5, 0, 1], 0.25, lMasked)],
    denominator: 1,
    gradient: slope([0.25, 0, 0.75], [0.5, 0, 1], 0.25, pMasked),
  },
  NaN: {
    logits: [...row, ...row],
    probabilities: [0.5, NaN, 0.5, ...q],
    none: [NaN, loss(q)],
    denominator: 2,
    gradient: [...nans, ...slope(q)],
  },
  'no rows': { logits: [], probabilities: [], none: [], denominator: 0, gradient: [] },
  'one class': {
    classes: 1,
    logits: [3, -2],
    probabilities: [1, 0.5],
    none: [0, 0],
    denominator: 2,
    gradient: [0, 0],
  },
  ...Object.fromEntries(
    [
      [-INF, -INF, -INF],
      [0, INF, 1],
      [INF, INF, -INF],
      [0, NaN, 1],
      [-INF, NaN, INF],
    ].flatMap((bad): [string, LossCase][] => {
      const results = { none: [NaN, loss(q)], denominator: 2, gradient: [...nans, ...slope(q)] };
      const logits = [...bad, ...row];
      return [
        [`the row ${bad}`, { logits, probabilities: [...r, ...q], ...results }],
        [`the row ${bad} under zeros`, { logits, probabilities: [...zeros, ...q], ...results }],
      ];
    }),
  ),
};

describeEachIsa('section 3: class probabilities', () => {
  describe.each(arrangements)('$name', (arrangement) => {
    it.each(Object.entries(table))('%s', (_, given) => expectLosses(given, arrangement));

    it('one-hot ones equal class indices for none and sum, not for the weighted mean', () => {
      const { type, axis, relative } = arrangement;
      const logits = type.from(arrangement.arrange([...row, 2, 0, 1], 2, 3));
      const onehot = Float32Array.from(arrangement.arrange([0, 0, 1, 1, 0, 0], 2, 3));
      const options = { shape: arrangement.shape(2, 3), axis, weight: Float32Array.from(w) };
      for (const labelSmoothing of [0, 0.25]) {
        for (const reduction of ['none', 'sum'] as const) {
          const all = { ...options, labelSmoothing, reduction };
          const a = crossEntropyWithGradient(logits, onehot, all);
          const b = crossEntropyWithGradient(logits, [2, 0], all);
          expectRow(asArray(a.loss), [...Array.from(asArray(b.loss))], reduction, 4 * relative);
          expectRow(unsigned(a.gradient), unsigned(b.gradient), reduction, 8 * relative);
        }
        const mean = crossEntropy(logits, onehot, { ...options, labelSmoothing });
        const byIndex = crossEntropy(logits, [2, 0], { ...options, labelSmoothing });
        expectRow([mean * 2], [byIndex * (w[2] + w[0])], 'mean', 4 * relative);
      }
    });
  });

  describe.each(elementTypes)('$name', ({ type }) => {
    it('either type of probabilities', () => {
      const logits = type.from(row);
      expect(crossEntropyWithGradient(logits, Float32Array.from(q))).toEqual(
        crossEntropyWithGradient(logits, Float64Array.from(q)),
      );
    });

    it('no class can be ignored, and a negative ignoreIndex ignores nothing', () => {
      const logits = type.from(row);
      const targets = Float32Array.from(q);
      for (const ignoreIndex of [0, 7, [-1, 2]]) {
        expect(() => crossEntropy(logits, targets, { ignoreIndex })).toThrow(
          expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }),
        );
      }
      const expected = crossEntropy(logits, targets);
      for (const ignoreIndex of [-1, [-1, -5], []]) {
        expect(crossEntropy(logits, targets, { ignoreIndex })).toBe(expected);
      }
    });

    it.each([
      [[3], 0],
      [[2, 3, 4], 1],
      [[2, 3, 2, 2], 1],
      [[2, 2, 1, 3], 3],
    ])('shape %j, classes along %i: one mean over all positions', (shape, axis) => {
      const count = shape.reduce((a, b) => a * b, 1);
      const logits = type.from(Array.from({ length: count }, (_, i) => Math.fround(Math.sin(i))));
      const targets = Float32Array.from({ length: count }, (_, i) => Math.cos(i) ** 2);
      const options = { shape, axis, weight: Float32Array.from(w), labelSmoothing: 0.1 };
      const none = crossEntropy(logits, targets, { ...options, reduction: 'none' });
      expect(none).toHaveLength(count / 3);
      const sum = Array.from(none).reduce((a, b) => a + b, 0);
      expect(crossEntropy(logits, targets, options)).toBeCloseTo(sum / (count / 3), 5);
    });
  });
});
