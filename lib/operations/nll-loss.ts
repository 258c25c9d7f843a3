import { outputArray } from '../arguments/arrays.js';
import { readInput } from '../arguments/input.js';
import { readFactors } from '../arguments/lists.js';
import {
  options as known,
  OptionList,
  type OptionsIn,
  ofClassLosses,
  onElements,
  type RawOptions,
  readReduction,
} from '../arguments/options.js';
import { classIndices, readIgnoreIndex, readTargets } from '../arguments/targets.js';
import { computeInBackground, type InBackground } from '../native/background.js';
import { operations } from '../native/boundary.js';
import * as call from '../native/call.js';
import type {
  AnyResult,
  ClassIndices,
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

export const nllLossOptions = new OptionList('nllLoss', ...onElements, ...ofClassLosses);

/** The options of nllLoss, which all losses of classes have. */
export interface NllLossOptions<R extends Reduction = Reduction, A = Float32Array>
  extends OptionsIn<typeof nllLossOptions>,
    ReductionOptions<R, A> {
  /** A factor for each class, which multiplies the losses of rows with that target. Default: 1 each. */
  readonly weight?: Factors | undefined;
}
type AnyNllLossOptions = NllLossOptions<Reduction, AnyResult>;

function prepareNllLoss<Result>(
  logProbabilities: unknown,
  targets: unknown,
  given: RawOptions,
): call.Prepared<typeof operations.nllLoss, Result> {
  const { out } = given;
  const reduction = readReduction(given.reduction, out);
  const ignoreIndex = readIgnoreIndex(given.ignoreIndex);
  const emptyMean = known.emptyMean.read(given.emptyMean);
  const givenTargets = readTargets(targets);
  const input = readInput(logProbabilities, given, 'logProbabilities', givenTargets);
  const weight = readFactors(given.weight, input.layout.classes, 'weight', 'one a class');
  const indices = classIndices(givenTargets, input, ignoreIndex);

  const losses =
    reduction === 'none' ? outputArray(out, input.resultType, input.rows, 'out') : null;
  call.writeInput(input);
  call.writeReduction(reduction);
  call.writeEmptyMean(emptyMean);
  call.writeIgnoreIndex(ignoreIndex);
  return {
    args: {
      logProbabilities: input.elements.array,
      targets: indices,
      ignored: call.arrayAmong(ignoreIndex),
      weight,
      out: losses,
    },
    ownsResults: out === undefined,
    finish: (loss) => (losses ?? loss) as Result,
  };
}

/**
 * The negative log-likelihood of classes under given log-probabilities, in nats:
 *
 *     loss of a row = -w[y] l[y]
 *
 * with y the row's target, l its log-probabilities and w the weights (default: 1 each). Nothing but
 * the targets' elements is read, and nothing is normalised. Reductions, ignored rows and `emptyMean`
 * are those of {@link crossEntropy}. A weight of 0 removes its term, even an infinite one.
 *
 * @param logProbabilities - The results of {@link logSoftmax}: any array or tensor that it takes.
 * @param targets - One class index a row: an integer typed array or a plain array of integers.
 * @param options - All have defaults: see {@link NllLossOptions}.
 * @returns A number; for 'none' an array of one loss a row, `options.out` if given: a `Float64Array`
 *   for float64 log-probabilities, a `Float32Array` for all others.
 * @throws As {@link crossEntropy}.
 * @example
 * const logProbabilities = logSoftmax(Float32Array.of(8, -3, 10));
 * nllLoss(logProbabilities, [1]);                 // 13.1269...
 * @see The definition: `torch.nn.functional.nll_loss`,
 *   https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.nll_loss.html
 */
export function nllLoss<
  L extends Logits,
  const O extends Given<O, AnyNllLossOptions, LossFit<L, O>> = None,
>(
  logProbabilities: L,
  targets: ClassIndices,
  options?: Offered<O, AnyNllLossOptions>,
): LossOf<L, O> {
  try {
    return call.compute(
      operations.nllLoss,
      prepareNllLoss(logProbabilities, targets, nllLossOptions.accept(options)),
    );
  } catch (error) {
    throw nllLossOptions.named(error, nllLoss);
  }
}

/** {@link nllLoss} off the calling thread, as a promise: see `softmax` of `logits/promises`. */
export function nllLossAsync<
  L extends Logits,
  const O extends Given<O, InBackground<AnyNllLossOptions>, LossFit<L, O>> = None,
>(
  logProbabilities: L,
  targets: ClassIndices,
  options?: Offered<O, InBackground<AnyNllLossOptions>>,
): Promise<LossOf<L, O>> {
  return computeInBackground(nllLossAsync, operations.nllLoss, nllLossOptions, options, (given) =>
    prepareNllLoss(logProbabilities, targets, given),
  );
}
