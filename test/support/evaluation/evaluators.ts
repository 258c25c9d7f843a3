import { expect } from 'vitest';
import {
  type EvaluationSummary,
  Evaluator,
  type EvaluatorOptions,
  score,
  type UpdateOptions,
} from '../../../lib/index.js';
import type { SummaryOptions } from '../reference/summary.js';
import { type Measured, type ReferenceSummary, summaryOf } from '../reference.js';
import { expectWithin } from '../ulp.js';

export type FloatLogits = Float32Array | Float64Array;

/** An evaluator's state as bytes say it. */
/** A summary with the confusion as rows, where it was counted. */
export function summaryWithConfusion(evaluator: Evaluator) {
  const { classes, confusion } = evaluator.toJSON().options;
  const counts = confusion ? Array.from(evaluator.confusion()) : undefined;
  const size = classes as number;
  const rows =
    counts && Array.from({ length: size }, (_, c) => counts.slice(c * size, (c + 1) * size));
  return { ...evaluator.summary(), confusion: rows };
}

export const stateOf = (evaluator: Evaluator) => JSON.stringify(evaluator);

/**
 * The numbers that an evaluator adds for each row, bit for bit: read off evaluators of one row each,
 * whose means are these numbers themselves.
 */
export function measuredRows(
  logits: FloatLogits,
  targets: ArrayLike<number>,
  { classes, ignoreIndex }: Pick<EvaluatorOptions, 'ignoreIndex'> & { readonly classes: number },
  options: UpdateOptions = {},
): Measured[] {
  const { bytes: _, ...ofLogits } = options;
  return Array.from(targets, (target, row) => {
    const own = logits.subarray(row * classes, (row + 1) * classes) as Float32Array;
    const one = new Evaluator({ classes, ignoreIndex, calibrationBins: 1 });
    const summary = one.update(own, [target], { ...options, shape: [1, classes] }).summary();
    if (summary.ignored) return 'ignored';
    if (summary.notFinite) return 'not finite';
    const more = { ...ofLogits, ties: 'index', shape: [1, classes] } as const;
    const { predictions, ranks } = score(own, [target], more);
    return {
      target,
      prediction: predictions[0] as number,
      rank: ranks[0] as number,
      loss: summary.loss,
      entropy: summary.meanEntropy,
      brier: summary.brier,
      confidence: summary.calibration.bins[0]?.confidence as number,
    };
  });
}

/** What is a handful of roundings away from exact sums. */
const FEW_ROUNDINGS = 1e-14;

/** How far means, and shares of probability, may be from the exact ones. */
export interface SummaryBounds {
  readonly relative: number;
  readonly absolute: number;
}

function expectBins(actual: EvaluationSummary, expected: ReferenceSummary, bound: number): void {
  expect(actual.calibration.bins.length).toBe(expected.calibration.bins.length);
  actual.calibration.bins.forEach((bin, i) => {
    const { confidence, ...wanted } = expected.calibration.bins[i] as typeof bin;
    const { confidence: own, ...rest } = bin;
    expect(rest).toEqual(wanted);
    expectWithin([own], [confidence], () => bound, `bin ${i}`);
  });
}

/** A summary against the reference's; without bounds every mean is the correctly rounded one. */
export function expectSummary(
  actual: EvaluationSummary & { readonly confusion?: unknown },
  measured: readonly Measured[],
  options: SummaryOptions,
  { relative, absolute }: SummaryBounds = { relative: 0, absolute: 0 },
): void {
  const expected = summaryOf(measured, options);
  for (const key of ['rows', 'ignored', 'notFinite', 'accuracy', 'confusion'] as const) {
    expect(actual[key], key).toEqual(expected[key]);
  }
  const share = (bound: number) => (exact: number) => bound * Math.abs(exact);
  for (const key of ['loss', 'meanLogProb', 'meanEntropy'] as const) {
    expectWithin([actual[key]], [expected[key]], share(relative), key);
  }
  expectWithin([actual.brier], [expected.brier], () => absolute, 'brier');
  expectBins(actual, expected, absolute);
  const derived = share(10 * relative + FEW_ROUNDINGS);
  for (const key of ['lossStandardError', 'bitsPerToken'] as const) {
    expectWithin([actual[key]], [expected[key]], derived, key);
  }
  expectWithin(
    [actual.perplexity],
    [expected.perplexity],
    share((relative + FEW_ROUNDINGS) * Math.max(1, Math.abs(expected.loss))),
    'perplexity',
  );
  expect('bitsPerByte' in actual && actual.bitsPerByte !== undefined).toBe(
    expected.bitsPerByte !== undefined,
  );
  if (expected.bitsPerByte !== undefined) {
    expectWithin([actual.bitsPerByte as number], [expected.bitsPerByte], derived, 'bitsPerByte');
  }
  for (const key of ['expected', 'maximum', 'rootMeanSquare'] as const) {
    const bound = 10 * absolute + FEW_ROUNDINGS;
    expectWithin([actual.calibration[key]], [expected.calibration[key]], () => bound, key);
  }
}
