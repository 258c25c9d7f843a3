import { describe, expect, it } from 'vitest';
import { Evaluator, score } from '../../lib/index.js';
import { summaryWithConfusion } from '../support/evaluation/evaluators.js';
import { labelledLogits, readEvaluationFixtures } from '../support/evaluation/fixtures.js';
import { describeEachIsa } from '../support/isas.js';
import { expectWithin } from '../support/ulp.js';

// What scikit-learn and PyTorch say of the same logits, in float64.

/** Of sums in float64 on their side, and of float32 results on ours. */
const SINGLE = 4e-7;
const DOUBLE = 1e-12;

/** PyTorch subtracts a logarithm: its log-probabilities near 0 are right to an absolute error. */
const FLOOR = 2e-14;

const within = (relative: number) => (exact: number) => relative * Math.abs(exact) + FLOOR;
const fixtures = readEvaluationFixtures();
const inputs = Object.fromEntries(fixtures.map(({ name }) => [name, labelledLogits[name]()]));

const precisions = [
  { name: 'float32', bound: SINGLE, convert: (logits: Float32Array) => logits },
  { name: 'float64', bound: DOUBLE, convert: (logits: Float32Array) => Float64Array.from(logits) },
] as const;

describeEachIsa("scikit-learn's and PyTorch's values", () => {
  describe.each(precisions)('$name', ({ bound, convert }) => {
    it.each(fixtures)('the rows of $name', ({ name, classes, firstRows, rankSums, summary }) => {
      const { logits, targets } = inputs[name] as ReturnType<typeof labelledLogits.digits>;
      const { topIndices, targets: shown, ...floats } = firstRows;
      const shape = [summary.rows, classes];
      const options = { shape, entropy: true, margin: true, top: 5 } as const;
      const x = convert(logits);
      const scores = score(x, targets, options);
      expect([...targets.subarray(0, shown.length)]).toEqual(shown);
      const actual = { ...scores, topLogProbs: scores.top.logProbs };
      for (const key of Object.keys(floats) as (keyof typeof floats)[]) {
        const values = actual[key].subarray(0, floats[key].length);
        expectWithin(values, floats[key], within(bound), key);
      }
      topIndices.forEach((indices, row) => {
        const own = [...scores.top.indices.subarray(5 * row, 5 * row + 5)];
        if (indices) expect(own).toEqual(indices);
      });
      const sum = (ranks: Int32Array) => ranks.reduce((a, b) => a + b, 0);
      expect(sum(scores.ranks)).toBe(rankSums.min);
      expect(sum(score(x, targets, { shape, ties: 'max' }).ranks)).toBe(rankSums.max);
    });

    it.each(fixtures)('the summary of $name', ({ name, classes, top, summary }) => {
      const { logits, targets } = inputs[name] as ReturnType<typeof labelledLogits.digits>;
      const confusion = summary.confusion !== undefined;
      const evaluator = new Evaluator({ classes, top, confusion });
      const { rows } = summary;
      const cut = Math.floor(rows / 3);
      for (const [from, to] of [
        [cut, rows],
        [0, cut],
      ] as const) {
        const part = convert(logits.subarray(from * classes, to * classes));
        const shape = [to - from, classes];
        evaluator.update(part as Float32Array, targets.subarray(from, to), { shape });
      }
      const actual = evaluator.summary();
      expect(actual).toMatchObject({ rows, ignored: 0, notFinite: 0 });
      const means = ['loss', 'lossStandardError', 'perplexity', 'meanEntropy', 'brier'] as const;
      for (const key of means) {
        expectWithin([actual[key]], [summary[key]], within(10 * bound), key);
      }
      expectWithin([actual.meanLogProb], [-summary.loss], within(bound));
      expectWithin([actual.bitsPerToken], [summary.loss / Math.LN2], within(bound));
      for (const k of top) {
        expectWithin(
          [actual.accuracy[k] as number],
          [summary.accuracy[k] as number],
          within(DOUBLE),
        );
      }
      const { bins, ...errors } = actual.calibration;
      expect(bins.map(({ count }) => count)).toEqual(summary.calibration.counts);
      const filled = bins.filter(({ count }) => count > 0);
      for (const key of ['confidence', 'accuracy'] as const) {
        const values = filled.map((bin) => bin[key]);
        expectWithin(values, summary.calibration[key], within(bound), key);
      }
      for (const key of ['expected', 'maximum', 'rootMeanSquare'] as const) {
        expectWithin([errors[key]], [summary.calibration[key]], () => bound, key);
      }
      expect(summaryWithConfusion(evaluator).confusion).toEqual(summary.confusion);
    });
  });
});
