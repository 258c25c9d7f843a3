import { outputLike, readInput } from '../arguments/input.js';
import { readFactors } from '../arguments/lists.js';
import {
  OptionList,
  type OptionsIn,
  onLogits,
  type RawOptions,
  readReduction,
} from '../arguments/options.js';
import { readLabels, targetNumbers } from '../arguments/targets.js';
import type { FloatResult } from '../native/addon.js';
import { computeInBackground, type InBackground } from '../native/background.js';
import { operations } from '../native/boundary.js';
import * as call from '../native/call.js';
import type {
  AnyResult,
  BinaryTargets,
  Factors,
  Given,
  Logits,
  LossFit,
  LossOf,
  None,
  Offered,
  Reduction,
  ReductionOptions,
} from '../types.js';

export const binaryCrossEntropyOptions = new OptionList(
  'binaryCrossEntropy',
  ...onLogits,
  'reduction',
  'weight',
  'positiveWeight',
  'out',
);

/** The options of binaryCrossEntropy. */
export interface BinaryCrossEntropyOptions<R extends Reduction = Reduction, A = Float32Array>
  extends OptionsIn<typeof binaryCrossEntropyOptions>,
    ReductionOptions<R, A> {
  /** A factor for each class, or for each logit. Default: 1 each. */
  readonly weight?: Factors | undefined;
  /** A factor for the positive part of the loss: one for all, or one a class. Default: 1. */
  readonly positiveWeight?: number | Factors | undefined;
}
type AnyBinaryCrossEntropyOptions = BinaryCrossEntropyOptions<Reduction, AnyResult>;

/** One factor a class, of one for all too. */
function readPositiveWeight(value: unknown, classes: number): FloatResult | null {
  return typeof value === 'number'
    ? new Float64Array(classes).fill(value)
    : readFactors(value, classes, 'positiveWeight', 'one a class');
}

function prepareBinaryCrossEntropy<Result>(
  logits: unknown,
  targets: unknown,
  given: RawOptions,
): call.Prepared<typeof operations.binaryCrossEntropy, Result> {
  const { out } = given;
  const reduction = readReduction(given.reduction, out);
  const givenLabels = readLabels(targets);
  const input = readInput(logits, given, 'logits', givenLabels);
  const { classes } = input.layout;
  const weight = readFactors(
    given.weight,
    [classes, input.rows * classes],
    'weight',
    'one a class',
  );
  const positiveWeight = readPositiveWeight(given.positiveWeight, classes);
  const labels = targetNumbers(givenLabels, input);

  const losses = reduction === 'none' ? outputLike(out, input, null, 'out') : null;
  call.writeInput(input);
  call.writeReduction(reduction);
  return {
    args: {
      logits: input.elements.array,
      targets: labels,
      targetsSource: givenLabels.isPlain ? null : givenLabels.array,
      weight,
      positiveWeight,
      out: losses,
    },
    ownsResults: out === undefined,
    finish: (loss) => (losses ?? loss) as Result,
  };
}

/**
 * The binary cross-entropy of each logit z with its label y, for classes that do not exclude each
 * other, in nats:
 *
 *     loss = w ((1 - y) softplus(z) + v y softplus(-z)),    softplus(t) = log(1 + e^t)
 *
 * with w the `weight` and v the `positiveWeight` (default: 1). With a `temperature` T and a `softcap`
 * s, z stands for `s tanh(z / s) / T`. Each loss is within 4e-7 of itself (float64 logits and soft
 * caps: computed in float64), and losses are added in float64. A coefficient of 0 removes its term, so
 * that infinite logits give their limits: 0 for +Infinity with y = 1 and for -Infinity with y = 0,
 * +Infinity for what contradicts its label. NaN gives NaN.
 *
 * 'mean' divides by the number of logits (NaN for none), 'sum' is the sum of all, 'none' one loss a
 * logit.
 *
 * @param logits - As for {@link softmax}.
 * @param targets - One label a logit, laid out as the logits: probabilities in a `Float32Array` or
 *   `Float64Array`, or 0 and 1 in an integer typed array or a plain array. There is no check of their
 *   range.
 * @param options - All have defaults: see {@link BinaryCrossEntropyOptions}.
 * @returns A number; for 'none' an array laid out as the logits, `options.out` if given: a
 *   `Float64Array` for float64 logits, a `Float32Array` for all others.
 * @throws As {@link softmax}.
 * @example
 * binaryCrossEntropy(Float32Array.of(2, -1, 0), [1, 0, 1]);      // 0.3777...
 * binaryCrossEntropy(logits, labels, { shape: [64, 20], positiveWeight: 3 });
 * @see The definition: `torch.nn.functional.binary_cross_entropy_with_logits`,
 *   https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.binary_cross_entropy_with_logits.html
 */
export function binaryCrossEntropy<
  L extends Logits,
  const O extends Given<O, AnyBinaryCrossEntropyOptions, LossFit<L, O>> = None,
>(
  logits: L,
  targets: BinaryTargets,
  options?: Offered<O, AnyBinaryCrossEntropyOptions>,
): LossOf<L, O> {
  try {
    return call.compute(
      operations.binaryCrossEntropy,
      prepareBinaryCrossEntropy(logits, targets, binaryCrossEntropyOptions.accept(options)),
    );
  } catch (error) {
    throw binaryCrossEntropyOptions.named(error, binaryCrossEntropy);
  }
}

/** {@link binaryCrossEntropy} off the calling thread, as a promise: see `softmax` of `logits/promises`. */
export function binaryCrossEntropyAsync<
  L extends Logits,
  const O extends Given<O, InBackground<AnyBinaryCrossEntropyOptions>, LossFit<L, O>> = None,
>(
  logits: L,
  targets: BinaryTargets,
  options?: Offered<O, InBackground<AnyBinaryCrossEntropyOptions>>,
): Promise<LossOf<L, O>> {
  return computeInBackground(
    binaryCrossEntropyAsync,
    operations.binaryCrossEntropy,
    binaryCrossEntropyOptions,
    options,
    (given) => prepareBinaryCrossEntropy(logits, targets, given),
  );
}
