import { describe, expect, it } from 'vitest';
import { Evaluator } from '../../lib/index.js';
import {
  expectSummary,
  measuredRows,
  type SummaryBounds,
  summaryWithConfusion,
} from '../support/evaluation/evaluators.js';
import {
  mixedRows,
  normalLogits,
  normalLogits64,
  randomTargets,
  transposed,
} from '../support/inputs.js';
import { describeEachIsa } from '../support/isas.js';
import { meanOnce } from '../support/reference/rational.js';
import { measureRows } from '../support/reference.js';

const INF = Infinity;

/** Of the means; shares of probability to an absolute error. */
const single: SummaryBounds = { relative: 1e-6, absolute: 4e-7 };
const double: SummaryBounds = { relative: 1e-12, absolute: 1e-14 };

const precisions = [
  { name: 'float32', type: Float32Array, make: normalLogits, bounds: single },
  { name: 'float64', type: Float64Array, make: normalLogits64, bounds: double },
] as const;

type SomeLogits = Float32Array;

const sizes = [
  [40, 1],
  [40, 2],
  [60, 10],
  [30, 65],
  [8, 300],
  [3, 5000],
] as const;

describeEachIsa('Evaluator', () => {
  describe.each(precisions)('$name', ({ type, make, bounds }) => {
    it.each(sizes)('%i rows of %i classes by the definitions', (rows, classes) => {
      const logits = make(rows * classes, { seed: classes, deviation: 3 }) as SomeLogits;
      const targets = randomTargets(rows, classes);
      targets[1] = -100;
      logits[2 * classes] = NaN;
      const options = { classes, top: [1, 2, 5], confusion: classes < 100 };
      const shape = [rows, classes];
      const evaluator = new Evaluator(options).update(logits, targets, { shape });
      expectSummary(
        summaryWithConfusion(evaluator),
        measureRows(logits, targets, { shape }),
        options,
        bounds,
      );
    });

    it.each([
      { temperature: 0.7 },
      { softcap: 5 },
      { softcap: 30, temperature: 2 },
      { temperature: 1e4 },
    ])('%j', (transform) => {
      const logits = make(20 * 30, { seed: 4, deviation: 3 }) as SomeLogits;
      const targets = randomTargets(20, 30);
      const given = { shape: [20, 30], ...transform };
      const evaluator = new Evaluator({ classes: 30 }).update(logits, targets, given);
      const measured = measureRows(logits, targets, given);
      const wide = { relative: 3 * bounds.relative, absolute: 10 * bounds.absolute };
      expectSummary(summaryWithConfusion(evaluator), measured, { classes: 30 }, wide);
    });

    it.each(sizes)('%i rows of %i classes: every mean is rounded once', (rows, classes) => {
      const logits = type.from(mixedRows(rows, classes, 3)) as SomeLogits;
      const targets = randomTargets(rows, classes);
      for (let row = 0; row < rows; row += 6) targets[row] = -100;
      const options = { classes, top: [1, 3], confusion: classes < 100, calibrationBins: 7 };
      const evaluator = new Evaluator(options);
      evaluator.update(logits, targets, { shape: [rows, classes] });
      expectSummary(
        summaryWithConfusion(evaluator),
        measuredRows(logits, targets, options),
        options,
      );
    });

    it.each([
      [[4, 5], 0],
      [[2, 5, 3], 1],
      [[2, 5, 3], -2],
      [[3, 2, 5], -1],
    ])('shape %j, classes along %i', (shape, axis) => {
      const count = shape.reduce((a, b) => a * b, 1);
      const classes = shape.at(axis) as number;
      const logits = make(count, { seed: 9, deviation: 2 }) as SomeLogits;
      const targets = randomTargets(count / classes, classes);
      const options = { classes, axis, confusion: true };
      const evaluator = new Evaluator(options).update(logits, targets, { shape });
      const measured = measureRows(logits, targets, { shape, axis });
      expectSummary(summaryWithConfusion(evaluator), measured, options, bounds);
    });

    it('ignored rows are never read, and several targets may be ignored', () => {
      const logits = make(6 * 4, { seed: 2 }) as SomeLogits;
      logits.fill(NaN, 4, 8);
      const targets = [0, 7, 2, -1, 3, 2];
      const options = { classes: 4, ignoreIndex: [-1, 7, 2] };
      const evaluator = new Evaluator(options).update(logits, targets, { shape: [6, 4] });
      const measured = measureRows(logits, targets, { ...options, shape: [6, 4] });
      expect(evaluator.summary()).toMatchObject({ rows: 2, ignored: 4, notFinite: 0 });
      expectSummary(summaryWithConfusion(evaluator), measured, options, bounds);
    });

    it('rows without finite values count for nothing else', () => {
      const rows = [
        [NaN, 0, 0],
        [0, INF, 0],
        [-INF, -INF, -INF],
        [0, 1, 2],
      ];
      const logits = type.from(rows.flat()) as SomeLogits;
      const options = { classes: 3, confusion: true };
      const evaluator = new Evaluator(options).update(logits, [0, 1, 2, 2], { shape: [4, 3] });
      const alone = new Evaluator(options).update(type.of(0, 1, 2) as SomeLogits, [2]);
      const { notFinite, ...rest } = evaluator.summary();
      const { notFinite: none, ...expected } = alone.summary();
      expect([notFinite, none]).toEqual([3, 0]);
      expect(rest).toEqual(expected);
    });

    it('a target at -Infinity is an infinite loss', () => {
      const logits = type.of(0, -INF, 2, 0, 1, 2) as SomeLogits;
      const evaluator = new Evaluator({ classes: 3 }).update(logits, [1, 2], { shape: [2, 3] });
      const summary = evaluator.summary();
      expect(summary).toMatchObject({ rows: 2, notFinite: 0, loss: INF, perplexity: INF });
      expect(summary).toMatchObject({ meanLogProb: -INF, bitsPerToken: INF });
      expect(summary.accuracy).toEqual({ 1: 0.5 });
      expect(Number.isFinite(summary.meanEntropy)).toBe(true);
      expect(Number.isFinite(summary.brier)).toBe(true);
      expect(Number.isFinite(summary.lossStandardError)).toBe(false);
    });
  });

  it('sums what float64 could not: small beside large, and beyond its range', () => {
    const rows = [
      [1.5e308, 0],
      [1.5e308, 0],
      [1e150, 0],
      [0, 200],
      [0, 700],
      [3, 3],
    ];
    const targets = [1, 1, 1, 1, 1, 0];
    const logits = Float64Array.from(rows.flat());
    const measured = measuredRows(logits, targets, { classes: 2 });
    const losses = measured.map((row) => (typeof row === 'string' ? NaN : row.loss));
    expect(losses.slice(0, 3)).toEqual([1.5e308, 1.5e308, 1e150]);
    expect(losses[3]).toBeCloseTo(0);
    expect(losses[4]).toBeGreaterThan(0);
    const evaluator = new Evaluator({ classes: 2 }).update(logits, targets, { shape: [6, 2] });
    expect(evaluator.summary().loss).toBe(meanOnce(losses));
    // Without the large ones, those that they hid.
    const tail = new Evaluator({ classes: 2 });
    tail.update(logits.subarray(6), targets.slice(3), { shape: [3, 2] });
    expect(tail.summary().loss).toBe(meanOnce(losses.slice(3)));
  });

  it('many equal losses have their own mean, and no error', () => {
    const rows = 10_000;
    const logits = new Float32Array(rows * 3).map((_, i) => (i % 3) / 8);
    const targets = new Int32Array(rows).fill(1);
    const one = new Evaluator({ classes: 3 }).update(logits.subarray(0, 3), [1]).summary();
    const all = new Evaluator({ classes: 3 }).update(logits, targets, { shape: [rows, 3] });
    const summary = all.summary();
    for (const key of ['loss', 'meanEntropy', 'brier', 'perplexity', 'meanLogProb'] as const) {
      expect(summary[key], key).toBe(one[key]);
    }
    expect(summary.lossStandardError).toBe(0);
  });

  it('takes float16 and bfloat16, tensors, padded rows and any number of threads', () => {
    const bits = Uint16Array.of(0x3f80, 0x4000, 0xc000, 0x3f80, 0x3f80, 0x4000);
    const logits = Float32Array.of(1, 2, -2, 1, 1, 2);
    const options = { classes: 3 };
    const expected = new Evaluator(options).update(logits, [1, 0], { shape: [2, 3] }).summary();
    const shape = [2, 3];
    const padded = Float32Array.of(1, 2, -2, NaN, 1, 1, 2);
    for (const evaluator of [
      new Evaluator(options).update(bits, [1, 0], { shape, dtype: 'bfloat16' }),
      new Evaluator(options).update({ data: logits, dims: shape, type: 'float32' }, [1, 0]),
      new Evaluator(options).update(padded, [1, 0], { shape, rowStride: 4 }),
      new Evaluator(options).update(logits, BigInt64Array.of(1n, 0n), { shape, threads: 3 }),
    ]) {
      expect(evaluator.summary()).toEqual(expected);
    }
    const across = new Evaluator({ classes: 3, axis: 0 });
    across.update(transposed(logits, 2, 3), [1, 0], { shape: [3, 2] });
    expect(across.summary()).toEqual(expected);
  });
});
