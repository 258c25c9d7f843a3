import { isFloatName, outputArray, typeNameOf } from '../arguments/arrays.js';
import { combinationError } from '../arguments/errors.js';
import { outputLike, readInput } from '../arguments/input.js';
import { readFactors } from '../arguments/lists.js';
import {
  options as known,
  OptionList,
  type OptionsIn,
  ofClassLosses,
  onLogits,
  type RawOptions,
  readReduction,
} from '../arguments/options.js';
import { expectNumber } from '../arguments/scalars.js';
import {
  classIndices,
  isProbabilities,
  readIgnoreIndex,
  readTargets,
  TARGETS,
  targetNumbers,
} from '../arguments/targets.js';
import type { FloatResult } from '../native/addon.js';
import { computeInBackground, type InBackground } from '../native/background.js';
import { operations } from '../native/boundary.js';
import * as call from '../native/call.js';
import type {
  AnyResult,
  Factors,
  Given,
  Logits,
  LossAndGradient,
  LossesOut,
  LossFit,
  LossOf,
  None,
  Offered,
  Reduction,
  ReductionOf,
  ResultOf,
  Targets,
} from '../types.js';
import type { NllLossOptions } from './nll-loss.js';

export const crossEntropyOptions = new OptionList(
  'crossEntropy',
  ...onLogits,
  ...ofClassLosses,
  'labelSmoothing',
  'zLoss',
);
export const crossEntropyWithGradientOptions = new OptionList(
  'crossEntropyWithGradient',
  ...crossEntropyOptions.names,
  'gradient',
  'upstream',
);

/** The options of crossEntropy. */
export interface CrossEntropyOptions<R extends Reduction = Reduction, A = Float32Array>
  extends NllLossOptions<R, A>,
    OptionsIn<typeof crossEntropyOptions> {}
type AnyCrossEntropyOptions = CrossEntropyOptions<Reduction, AnyResult>;

/** The options of crossEntropyWithGradient. */
export interface CrossEntropyWithGradientOptions<R extends Reduction = Reduction, A = Float32Array>
  extends CrossEntropyOptions<R, A> {
  /** Where the gradient goes: as many elements as the logits, and possibly the logits array itself. Default: a new array. */
  readonly gradient?: A | undefined;
  /** What the gradient is multiplied by; with reduction 'none' also one factor a row. Default: 1. */
  readonly upstream?: number | ('none' extends R ? Factors : never) | undefined;
}
type AnyCrossEntropyWithGradientOptions = CrossEntropyWithGradientOptions<Reduction, AnyResult>;

/** What fits the reduction, and the type of the results. */
type GradientFit<O, A> = LossesOut<O, A> & {
  readonly gradient?: A | undefined;
  readonly upstream?: number | ('none' extends ReductionOf<O> ? Factors : never) | undefined;
};

/** One factor of the gradient, or one a row. */
function readUpstream(value: unknown, rows: number, reduction: Reduction): number | FloatResult {
  if (typeof value === 'number') {
    return expectNumber(value, 'upstream', Number.isFinite, 'a finite number');
  }
  if (reduction !== 'none' && (Array.isArray(value) || isFloatName(typeNameOf(value)))) {
    const fault = `upstream is an array, but the reduction '${reduction}' makes one number`;
    throw combinationError(fault, 'upstream', value, "Give one number, or set reduction: 'none'");
  }
  return readFactors(value, rows, 'upstream', 'one a row') as FloatResult;
}

/** Class probabilities have no row to ignore. */
function expectNoClass(ignoreIndex: call.IgnoreIndex): void {
  const ignored = typeof ignoreIndex === 'number' ? [ignoreIndex] : [...ignoreIndex];
  const first = ignored.find((index) => index >= 0);
  if (first === undefined) return;
  const fault = `ignoreIndex is ${first}, but the targets are class probabilities, which ignore no row`;
  const remedy = 'Leave it out; a row of zeros has the loss 0';
  throw combinationError(fault, 'ignoreIndex', first, remedy);
}

/** A call of either function. */
function prepareCrossEntropy<Result>(
  logits: unknown,
  targets: unknown,
  given: RawOptions,
  hasGradient: boolean,
): call.Prepared<typeof operations.crossEntropy, Result> {
  const { out } = given;
  const givenGradient = hasGradient ? given.gradient : undefined;
  const givenUpstream = hasGradient ? given.upstream : undefined;
  const reduction = readReduction(given.reduction, out);
  const ignoreIndex = readIgnoreIndex(given.ignoreIndex);
  const emptyMean = known.emptyMean.read(given.emptyMean);
  const labelSmoothing = known.labelSmoothing.read(given.labelSmoothing);
  const zLoss = known.zLoss.read(given.zLoss);
  const givenTargets = readTargets(targets, TARGETS);
  const input = readInput(logits, given, 'logits', givenTargets);
  const { elements, layout, rows, resultType } = input;
  const weight = readFactors(given.weight, layout.classes, 'weight', 'one a class');
  const isSoft = isProbabilities(givenTargets, input);
  const compared = isSoft
    ? targetNumbers(givenTargets, input)
    : classIndices(givenTargets, input, ignoreIndex);
  if (isSoft) expectNoClass(ignoreIndex);
  const upstream = givenUpstream === undefined ? 1 : readUpstream(givenUpstream, rows, reduction);

  const losses = reduction === 'none' ? outputArray(out, resultType, rows, 'out') : null;
  const gradient = hasGradient ? outputLike(givenGradient, input, null, 'gradient') : null;
  call.writeInput(input);
  call.writeReduction(reduction);
  call.writeEmptyMean(emptyMean);
  call.writeIgnoreIndex(ignoreIndex);
  call.writeCrossEntropy(labelSmoothing, zLoss, upstream);
  return {
    args: {
      logits: elements.array,
      targets: compared,
      ignored: call.arrayAmong(ignoreIndex),
      weight,
      upstream: call.arrayAmong(upstream),
      out: losses,
      gradient,
    },
    ownsResults: givenGradient === undefined && out === undefined,
    finish: (reduced) => {
      const loss = losses ?? reduced;
      return (hasGradient ? { loss, gradient } : loss) as Result;
    },
  };
}

/**
 * The cross-entropy between logits and targets, in nats. With the log-probabilities
 * `log p = logSoftmax(x)`, classes k = 0 .. C - 1 and weights w (default: 1 each):
 *
 *     target class y:           loss = -(1 - e) w[y] log p[y] - e / C sum over k of w[k] log p[k]
 *     target probabilities q:   loss = -sum over k of w[k] ((1 - e) q[k] + e / C) log p[k]
 *
 * with e = `labelSmoothing`; `zLoss` times logSumExp(x)^2 is added to it. With a `temperature` T and
 * a `softcap` s, x stands for `s tanh(x / s) / T`. All of it is one read of the logits.
 *
 * 'sum' is the sum of all losses, 'none' all of them, 0 for an ignored row. 'mean' is their sum
 * divided by the weights of the targets of the rows that are not ignored (by their number, without
 * `weight`), or by the number of rows for target probabilities. Where no row counts, or all that
 * count have the weight 0, `emptyMean` says what the mean is. Row losses are computed and added in
 * float64 and keep their relative precision (4e-7, float64 logits 1e-15; with smoothing or
 * probabilities relative to the sum of the terms) at every size, from 1e-300 up: a confident row's
 * tiny loss is not lost to cancellation.
 *
 * A row that holds a NaN, a +Infinity, or nothing but -Infinity has the loss NaN; one whose target
 * is -Infinity beside finite logits has the loss +Infinity. A coefficient of exactly 0 removes its
 * term, an infinite one included. Ignored rows are never read.
 *
 * @param logits - As for {@link softmax}.
 * @param targets - One class index a row, in the order of the logits' shape without the class axis: an
 *   integer typed array or a plain array of integers; or one probability a logit, laid out as the
 *   logits: a `Float32Array` or `Float64Array`. Probabilities need not add up to 1.
 * @param options - All have defaults: see {@link CrossEntropyOptions}.
 * @returns A number; for 'none' an array of one loss a row, `options.out` if given: a `Float64Array`
 *   for float64 logits, a `Float32Array` for all others.
 * @throws TypeError `ERR_INVALID_ARG_TYPE`, `ERR_BUFFER_DETACHED`;
 *   RangeError `ERR_INVALID_ARG_VALUE`, `ERR_SHAPE_MISMATCH`, `ERR_BUFFER_OVERLAP`,
 *   `ERR_EMPTY_MEAN`, `ERR_MEMORY_ALLOCATION_FAILED`, and `ERR_TARGET_OUT_OF_RANGE` with `.row` and
 *   `.target` for the first target that is neither a class nor ignored. Nothing is written before
 *   everything has been checked.
 * @example
 * crossEntropy(Float32Array.of(8, -3, 10), [1]);                              // 13.1269...
 * crossEntropy(logits, targets, { shape: [64, 1000], labelSmoothing: 0.1 });  // mean of 64 rows
 * crossEntropy(logits, targets, { shape: [8, 21, 64, 64], axis: 1, ignoreIndex: 255 });
 * crossEntropy(Float32Array.of(8, -3, 10), Float32Array.of(0.5, 0, 0.5));     // 1.1269...
 * @see The definition: `torch.nn.functional.cross_entropy`,
 *   https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.cross_entropy.html
 */
export function crossEntropy<
  L extends Logits,
  const O extends Given<O, AnyCrossEntropyOptions, LossFit<L, O>> = None,
>(logits: L, targets: Targets, options?: Offered<O, AnyCrossEntropyOptions>): LossOf<L, O> {
  try {
    return call.compute(
      operations.crossEntropy,
      prepareCrossEntropy(logits, targets, crossEntropyOptions.accept(options), false),
    );
  } catch (error) {
    throw crossEntropyOptions.named(error, crossEntropy);
  }
}

/**
 * {@link crossEntropy} off the calling thread, as a promise: see `softmax` of `logits/promises`.
 *
 * @example
 * const losses = await Promise.all(batches.map(({ logits, targets }) => crossEntropy(logits, targets)));
 */
export function crossEntropyAsync<
  L extends Logits,
  const O extends Given<O, InBackground<AnyCrossEntropyOptions>, LossFit<L, O>> = None,
>(
  logits: L,
  targets: Targets,
  options?: Offered<O, InBackground<AnyCrossEntropyOptions>>,
): Promise<LossOf<L, O>> {
  return computeInBackground(
    crossEntropyAsync,
    operations.crossEntropy,
    crossEntropyOptions,
    options,
    (given) => prepareCrossEntropy(logits, targets, given, false),
  );
}

/**
 * The cross-entropy and its gradient by the logits, from one read of the logits. With the
 * coefficients a[c] of -log p[c] in {@link crossEntropy}'s formula, A their sum and lse = logSumExp(x):
 *
 *     gradient[c] = scale * ((A + 2 zLoss lse) p[c] - a[c])
 *
 * times the derivative of what `softcap` and `temperature` do to the logit: it is the gradient by the
 * logits as they are given. The scale is `upstream`, for 'mean' divided by what the losses are divided
 * by; for 'none' the gradient is that of the losses' sum, each multiplied by its row's `upstream`. At
 * the target the difference is formed as -(1 - p) without cancellation. The gradient of an ignored row
 * is exactly 0, whatever stands in the row; that of a row whose softmax is NaN is NaN.
 *
 * @param logits - As for {@link softmax}.
 * @param targets - As for {@link crossEntropy}.
 * @param options - All have defaults: see {@link CrossEntropyWithGradientOptions}.
 * @returns `{ loss, gradient }`; the loss as {@link crossEntropy} returns it.
 * @throws As {@link crossEntropy}.
 * @example
 * const { loss, gradient } = crossEntropyWithGradient(logits, targets, { shape: [64, 10] });
 * @see The definition: `torch.nn.functional.cross_entropy` and its derivative,
 *   https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.cross_entropy.html
 */
export function crossEntropyWithGradient<
  L extends Logits,
  const O extends Given<
    O,
    AnyCrossEntropyWithGradientOptions,
    GradientFit<O, ResultOf<L, O>>
  > = None,
>(
  logits: L,
  targets: Targets,
  options?: Offered<O, AnyCrossEntropyWithGradientOptions>,
): LossAndGradient<LossOf<L, O>, ResultOf<L, O>> {
  try {
    return call.compute(
      operations.crossEntropy,
      prepareCrossEntropy(logits, targets, crossEntropyWithGradientOptions.accept(options), true),
    );
  } catch (error) {
    throw crossEntropyWithGradientOptions.named(error, crossEntropyWithGradient);
  }
}

/** {@link crossEntropyWithGradient} off the calling thread, as a promise: see `softmax` of `logits/promises`. */
export function crossEntropyWithGradientAsync<
  L extends Logits,
  const O extends Given<
    O,
    InBackground<AnyCrossEntropyWithGradientOptions>,
    GradientFit<O, ResultOf<L, O>>
  > = None,
>(
  logits: L,
  targets: Targets,
  options?: Offered<O, InBackground<AnyCrossEntropyWithGradientOptions>>,
): Promise<LossAndGradient<LossOf<L, O>, ResultOf<L, O>>> {
  return computeInBackground(
    crossEntropyWithGradientAsync,
    operations.crossEntropy,
    crossEntropyWithGradientOptions,
    options,
    (given) => prepareCrossEntropy(logits, targets, given, true),
  );
}
