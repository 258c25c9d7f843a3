import { describe, expect, it } from 'vitest';
import { Evaluator } from '../../lib/index.js';
import { summaryWithConfusion } from '../support/evaluation/evaluators.js';
import { normalLogits, randomTargets } from '../support/inputs.js';
import { describeEachIsa } from '../support/isas.js';
import { nearest, standardErrorOf, unitsOf } from '../support/reference/rational.js';

// The parts of a summary, one by one.

const LN2 = Math.LN2;
/** Two classes, the second of which has the probability p. */
const odds = (p: number) => [0, Math.log(p / (1 - p))];
const confident = (confidences: readonly number[]) => Float64Array.from(confidences.flatMap(odds));

function evaluate(rows: readonly (readonly number[])[], targets: readonly number[], more = {}) {
  const classes = rows[0]?.length as number;
  const logits = Float64Array.from(rows.flat());
  const evaluator = new Evaluator({ classes, ...more });
  return evaluator.update(logits, targets, { shape: [rows.length, classes] }).summary();
}

describe('a summary', () => {
  it('of no rows: means are NaN, counts 0', () => {
    for (const evaluator of [
      new Evaluator({ classes: 3, top: [1, 2], confusion: true }),
      new Evaluator({ classes: 3, top: [1, 2], confusion: true }).update(new Float32Array(0), [], {
        shape: [0, 3],
      }),
    ]) {
      const summary = evaluator.summary();
      expect(summary).toMatchObject({ rows: 0, ignored: 0, notFinite: 0 });
      for (const key of [
        'loss',
        'lossStandardError',
        'perplexity',
        'bitsPerToken',
        'meanLogProb',
        'meanEntropy',
        'brier',
      ] as const) {
        expect(summary[key], key).toBeNaN();
      }
      expect(summary.accuracy).toEqual({ 1: NaN, 2: NaN });
      const { bins, expected, maximum, rootMeanSquare } = summary.calibration;
      expect([expected, maximum, rootMeanSquare]).toEqual([NaN, NaN, NaN]);
      expect(bins).toHaveLength(15);
      for (const [i, bin] of bins.entries()) {
        const edges = { lower: i / 15, upper: (i + 1) / 15 };
        expect(bin).toEqual({ ...edges, count: 0, confidence: NaN, accuracy: NaN });
      }
    }
  });

  it('of ignored rows alone is that of no rows', () => {
    const evaluator = new Evaluator({ classes: 3 });
    evaluator.update(new Float32Array(6).fill(NaN), [-100, -100], { shape: [2, 3] });
    const none = new Evaluator({ classes: 3 }).update(new Float32Array(0), [], { shape: [0, 3] });
    expect(evaluator.summary()).toEqual({ ...none.summary(), ignored: 2 });
  });

  it('of one row has no standard error', () => {
    const summary = evaluate([[1, 2, 4]], [1]);
    expect(summary.rows).toBe(1);
    expect(summary.lossStandardError).toBeNaN();
    expect(summary.loss).toBeCloseTo(2.16984602, 6);
    expect(summary.meanLogProb).toBe(-summary.loss);
    expect(summary.perplexity).toBeCloseTo(Math.exp(summary.loss), 10);
    expect(summary.bitsPerToken).toBeCloseTo(summary.loss / LN2, 12);
    expect(summary.accuracy).toEqual({ 1: 0 });
  });

  it('of one class is certain', () => {
    const summary = evaluate([[5], [-3]], [0, 0], { confusion: true });
    expect(summary).toMatchObject({ rows: 2, perplexity: 1, lossStandardError: 0 });
    expect(summary.loss + summary.meanEntropy + summary.brier).toBe(0);
    expect(summary.accuracy).toEqual({ 1: 1 });
    expect(summary.calibration.bins[14]).toMatchObject({ count: 2, confidence: 1, accuracy: 1 });
    expect(summary.calibration).toMatchObject({ expected: 0, maximum: 0, rootMeanSquare: 0 });
  });

  it('has the standard error of the losses, also where they hardly differ', () => {
    // Losses of 40 and a little: their squares agree in all digits but the last ones.
    const rows = Array.from({ length: 50 }, (_, i) => [0, -40 - i * 2 ** -45]);
    const losses = rows.map((row) => evaluate([row], [1]).loss);
    const { lossStandardError } = evaluate(rows, new Array(50).fill(1));
    const expected = standardErrorOf(losses);
    expect(expected).toBeGreaterThan(0);
    expect(Math.abs(lossStandardError / expected - 1)).toBeLessThan(1e-15);
  });

  it.each([
    ['the smallest losses', [380, 400, 500, 390]],
    ['the largest losses', [-1e300, -1.5e308, -1e308, -3e307]],
    ['losses of all sizes', [600, 0, -1e200, -1e-5]],
  ])('has the standard error of %s, whose squares are beyond float64', (_, logits) => {
    const rows = logits.map((logit) => [0, logit]);
    const losses = rows.map((row) => evaluate([row], [1]).loss);
    const { lossStandardError } = evaluate(rows, new Array(4).fill(1));
    const expected = standardErrorOf(losses);
    expect(expected).toBeGreaterThan(0);
    expect(Math.abs(lossStandardError / expected - 1)).toBeLessThan(1e-15);
  });

  it('is plain data, made anew each time', () => {
    const evaluator = new Evaluator({ classes: 2, confusion: true });
    evaluator.update(Float32Array.of(1, 2), [1]);
    const first = evaluator.summary();
    expect(evaluator.summary()).toEqual(first);
    expect(evaluator.summary()).not.toBe(first);
    expect(structuredClone(first)).toEqual(first);
    evaluator.confusion().fill(9);
    expect([...evaluator.confusion()]).toEqual([0, 0, 0, 1]);
  });
});

describe('accuracy', () => {
  const rows = [
    [3, 2, 1, 0],
    [1, 1, 1, 1],
    [0, 5, 5, 5],
    [-0, 0, -1, 0],
  ];

  it('among equal logits counts the lower classes first', () => {
    const top = [1, 2, 3, 4, 9];
    expect(evaluate(rows, [0, 3, 3, 1], { top }).accuracy).toEqual({
      1: 0.25,
      2: 0.5,
      3: 0.75,
      4: 1,
      9: 1,
    });
    expect(evaluate(rows, [0, 0, 1, 0]).accuracy).toEqual({ 1: 1 });
  });

  it('of 1 is the share of predictions that are the target, by the confusion too', () => {
    const logits = normalLogits(500 * 6, { seed: 8 }).map((x) => Math.round(2 * x));
    const targets = randomTargets(500, 6);
    const evaluator = new Evaluator({ classes: 6, confusion: true });
    const summary = evaluator.update(logits, targets, { shape: [500, 6] }).summary();
    const confusion = summaryWithConfusion(evaluator).confusion as number[][];
    const right = confusion.reduce((sum, row, c) => sum + (row[c] as number), 0);
    expect(summary.accuracy[1]).toBe(right / 500);
    confusion.forEach((row, c) => {
      const count = targets.filter((target) => target === c).length;
      expect(row.reduce((a, b) => a + b, 0)).toBe(count);
    });
  });

  it('is there of what was asked for alone', () => {
    expect(Object.keys(evaluate(rows, [0, 0, 0, 0], { top: [3] }).accuracy)).toEqual(['3']);
    expect(evaluate(rows, [0, 0, 0, 0], { top: [] }).accuracy).toEqual({});
  });
});

it('confusion has targets down and predictions across', () => {
  const rows = [
    [1, 0, 0],
    [0, 0, 2],
    [0, 0, 2],
    [0, 1, 1],
    [NaN, 0, 0],
  ];
  const update = (confusion: boolean) =>
    new Evaluator({ classes: 3, confusion }).update(rows, [2, 0, 0, 1, 1]);
  expect([...update(true).confusion()]).toEqual([0, 0, 2, 0, 1, 0, 1, 0, 0]);
  expect(() => update(false).confusion()).toThrow('Evaluator.confusion: nothing was counted');
});

describeEachIsa('calibration', () => {
  /** Equal logits of 2^-k each, the others too small to count: a confidence that is exact. */
  const equal = (count: number) => Array.from({ length: 8 }, (_, c) => (c < count ? 0 : -2000));

  it.each([1, 2, 4, 8, 16])('%i bins: a confidence at an edge is in the upper one', (bins) => {
    for (const count of [1, 2, 4, 8]) {
      const own = evaluate([equal(count)], [0], { calibrationBins: bins }).calibration.bins;
      const filled = own.findIndex((bin) => bin.count === 1);
      expect(filled).toBe(Math.min(bins - 1, Math.floor(bins / count)));
      expect(own[filled]?.confidence).toBe(1 / count);
    }
  });

  it('n zeros have the confidence 1 / n, which is the edge of the second of n bins', () => {
    for (let classes = 1; classes <= 100; classes++) {
      for (const type of [Float32Array, Float64Array]) {
        const evaluator = new Evaluator({ classes, calibrationBins: classes });
        const row = new type(classes) as Float32Array;
        const { bins } = evaluator.update(row, [0]).summary().calibration;
        const filled = bins.findIndex((bin) => bin.count === 1);
        expect([filled, bins[filled]?.confidence]).toEqual([Math.min(1, classes - 1), 1 / classes]);
      }
    }
  });

  it('a confidence of 1 is in the last bin', () => {
    for (const calibrationBins of [1, 3, 7, 15, 100]) {
      const bins = evaluate([[0, 800]], [1], { calibrationBins }).calibration.bins;
      expect(bins.at(-1)).toMatchObject({ count: 1, confidence: 1, accuracy: 1, upper: 1 });
    }
  });

  it('says how far confidence and accuracy are apart', () => {
    const confidences = [0.95, 0.95, 0.95, 0.95, 0.65, 0.65, 0.75];
    const targets = [1, 1, 1, 0, 1, 0, 0];
    const evaluator = new Evaluator({ classes: 2, calibrationBins: 10 });
    evaluator.update(confident(confidences), targets, { shape: [7, 2] });
    const { bins, expected, maximum, rootMeanSquare } = evaluator.summary().calibration;
    expect(bins.map(({ count }) => count)).toEqual([0, 0, 0, 0, 0, 0, 2, 1, 0, 4]);
    expect(bins[9]?.accuracy).toBe(0.75);
    expect(bins[9]?.confidence).toBeCloseTo(0.95, 12);
    const gaps = [0.15, 0.75, 0.2] as const;
    expect(expected).toBeCloseTo((2 * gaps[0] + gaps[1] + 4 * gaps[2]) / 7, 12);
    expect(maximum).toBeCloseTo(0.75, 12);
    const squares = (2 * gaps[0] ** 2 + gaps[1] ** 2 + 4 * gaps[2] ** 2) / 7;
    expect(rootMeanSquare).toBeCloseTo(Math.sqrt(squares), 12);
  });
});

describe('bytes', () => {
  const logits = Float32Array.of(0, 1, 2, 0, 1, 2);
  const shape = [2, 3];
  const update = (evaluator: Evaluator, bytes?: number) =>
    evaluator.update(logits, [0, 2], bytes === undefined ? { shape } : { shape, bytes });
  const fresh = () => new Evaluator({ classes: 3 });

  it('divide the sum of all losses in bits', () => {
    const summary = update(update(fresh(), 5), 8).summary();
    expect(summary.bitsPerByte).toBeCloseTo((4 * summary.loss) / LN2 / 13, 12);
    expect(update(update(fresh(), 13), 0).summary().bitsPerByte).toBe(summary.bitsPerByte);
  });

  it('are told by every update, or there is no result of them', () => {
    for (const evaluator of [
      update(fresh()),
      update(update(fresh(), 5)),
      update(update(fresh()), 5),
      update(fresh(), 5).merge(update(fresh())),
      update(fresh()).merge(update(fresh(), 5)),
    ]) {
      expect(evaluator.summary().bitsPerByte).toBeUndefined();
      expect('bitsPerByte' in evaluator.summary()).toBe(false);
    }
    const both = update(fresh(), 5).merge(update(fresh(), 8)).summary();
    expect(both).toEqual(update(update(fresh(), 5), 8).summary());
  });
});

it('the standard error of known values', () => {
  expect(standardErrorOf([1, 2, 3, 4])).toBe(Math.sqrt(5 / 12));
  expect(standardErrorOf([5, 5, 5])).toBe(0);
  expect(standardErrorOf([0, 2e-200])).toBe(1e-200);
  expect(standardErrorOf([7])).toBeNaN();
});

it('a ratio of integers is rounded to the nearest even', () => {
  const one = 1n << 1074n;
  expect(nearest(one + (one >> 53n), one)).toBe(1);
  expect(nearest(one + 3n * (one >> 53n), one)).toBe(1 + 2 ** -51);
  expect(nearest(unitsOf(5e-324), 2n * one)).toBe(0);
  expect(nearest(3n, 2n * one)).toBe(1e-323);
  expect(nearest(-unitsOf(0.3), one)).toBe(-0.3);
  expect(nearest(unitsOf(1.7e308) * 2n, one)).toBe(Infinity);
});
