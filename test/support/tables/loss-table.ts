import { expect } from 'vitest';
import { crossEntropy, crossEntropyWithGradient } from '../../../lib/index.js';
import { type arrangements, expectRow, unsigned } from './arrangements.js';

/** One cell of SEMANTICS' tables of losses: rows of three classes unless it says otherwise. */
export interface LossCase {
  readonly classes?: number;
  readonly logits: readonly number[];
  /** Class indices, one a row; or probabilities, one per logit. */
  readonly indices?: readonly number[];
  readonly probabilities?: readonly number[];
  readonly options?: {
    readonly weight?: readonly number[];
    readonly labelSmoothing?: number;
    readonly zLoss?: number;
    readonly ignoreIndex?: number | readonly number[];
  };
  /** The loss of every row. */
  readonly none: readonly number[];
  /** What 'mean' divides the sum by; 0 says that there is nothing to average. */
  readonly denominator: number;
  /** The gradient of the sum. */
  readonly gradient: readonly number[];
  /** The gradient of the mean, where it is not that of the sum divided. */
  readonly meanGradient?: readonly number[];
}

/** The row 0, 1, 2: its softmax, and log-sum-exp minus each. */
export const p = [0.09003057317038046, 0.24472847105479764, 0.6652409557748219] as const;
export const l = [2.40760596444438, 1.4076059644443804, 0.4076059644443803] as const;
/** The row 0, -inf, 2. */
export const pMasked = [0.11920292202211756, 0, 0.8807970779778824] as const;
export const lMasked = [2.1269280110429727, Infinity, 0.1269280110429725] as const;

/** The weights that tables use. */
export const w = [0.5, 2, 1] as const;

/** Checks the case with every reduction, with and without a gradient, in one arrangement. */
export function expectLosses(
  given: LossCase,
  { type, relative, ...layout }: (typeof arrangements)[number],
): void {
  const { classes = 3, indices, probabilities, none, gradient, denominator } = given;
  const { weight, ...rest } = given.options ?? {};
  const rows = none.length;
  const arrange = (values: readonly number[]) => layout.arrange(values, rows, classes);
  const logits = type.from(arrange(given.logits));
  const targets = indices ?? Float64Array.from(arrange(probabilities ?? []));
  const options = {
    ...rest,
    ...(weight === undefined ? {} : { weight: Float32Array.from(weight) }),
    shape: layout.shape(rows, classes),
    axis: layout.axis,
  };
  const bound = 4 * relative;
  const sum = none.reduce((a, b) => a + b, 0);
  const mean = denominator === 0 ? NaN : sum / denominator;
  const expected = {
    none: { loss: none, gradient },
    sum: { loss: [sum], gradient },
    mean: {
      loss: [mean],
      gradient: given.meanGradient ?? gradient.map((value) => value / (denominator || 1)),
    },
  };
  for (const reduction of ['none', 'sum', 'mean'] as const) {
    const result = crossEntropyWithGradient(logits, targets, { ...options, reduction });
    const { loss, gradient: slopes } = expected[reduction];
    expectRow(unsigned(asArray(result.loss)), loss, reduction, bound);
    expectRow(
      unsigned(result.gradient),
      unsigned(arrange(slopes)),
      `gradient of ${reduction}`,
      2 * bound,
    );
    const alone = crossEntropy(logits, targets, { ...options, reduction });
    expect(alone, reduction).toEqual(result.loss);
  }
}

/** A loss of any reduction as an array. */
export function asArray(loss: number | Float32Array | Float64Array): ArrayLike<number> {
  return typeof loss === 'number' ? [loss] : loss;
}
