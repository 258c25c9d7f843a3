import {
  expectLength,
  optionReader,
  outputArray,
  readFactors,
  readReduction,
  readWord,
} from '../arguments/arrays.js';
import { readInput } from '../arguments/input.js';
import { readClassIndices, readIgnoreIndex } from '../arguments/targets.js';
import { emptyMeanCodes, type FloatResult, type NativeFunctions, native } from '../native/addon.js';
import { describeClassLoss } from '../native/call.js';
import type {
  ClassIndices,
  EmptyMean,
  Logits,
  Loss,
  NllLossOptions,
  Reduction,
  ResultArray,
} from '../types.js';

export const readNllOptions = optionReader((options) => ({
  shape: options.shape,
  axis: options.axis,
  dtype: options.dtype,
  rowStride: options.rowStride,
  reduction: options.reduction,
  weight: options.weight,
  ignoreIndex: options.ignoreIndex,
  emptyMean: options.emptyMean,
  out: options.out,
  threads: options.threads,
}));

export function computeNll(
  kernel: NativeFunctions['nllLoss'],
  logProbabilities: unknown,
  targets: unknown,
  given: ReturnType<typeof readNllOptions>,
): number | FloatResult {
  const reduction = readReduction(given.reduction, given.out);
  const ignoreIndex = readIgnoreIndex(given.ignoreIndex);
  const emptyMean = readWord<EmptyMean>(given.emptyMean, 'nan', emptyMeanCodes, 'emptyMean');
  const input = readInput(logProbabilities, given, 'logProbabilities');
  const weight = readFactors(given.weight, input.layout.classes, 'weight');
  const indices = readClassIndices(targets, input.layout.classes, ignoreIndex);
  expectLength(indices, input.rows, 'targets');

  const losses =
    reduction === 'none' ? outputArray(given.out, input.resultType, input.rows, 'out') : null;
  const loss = kernel(
    describeClassLoss(input, reduction, emptyMean, ignoreIndex),
    input.elements.array,
    indices,
    typeof ignoreIndex === 'number' ? null : ignoreIndex,
    weight,
    losses,
  );
  return losses ?? loss;
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
 * @param options - `shape` (default: the tensor's; for an array one row), `axis` (default: -1),
 *   `dtype`, `rowStride`, `reduction` (default: 'mean'), `weight` (one factor a class), `ignoreIndex`
 *   (one or several; default: -100), `emptyMean` (default: 'nan'), `threads` (default: as `setThreads` says) and, for
 *   'none', `out`.
 * @returns A number; for 'none' an array of one loss a row, `options.out` if given: a `Float64Array`
 *   for float64 log-probabilities, a `Float32Array` for all others.
 * @throws As {@link crossEntropy}.
 * @example
 * const logProbabilities = logSoftmax(Float32Array.of(8, -3, 10));
 * nllLoss(logProbabilities, [1]);                 // 13.1269...
 * @see The definition: `torch.nn.functional.nll_loss`,
 *   https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.nll_loss.html
 */
export function nllLoss<L extends Logits, R extends Reduction = 'mean'>(
  logProbabilities: L,
  targets: ClassIndices,
  options?: NllLossOptions<R, ResultArray<L>>,
): Loss<R, ResultArray<L>> {
  const given = readNllOptions(options);
  return computeNll(native.nllLoss, logProbabilities, targets, given) as Loss<R, ResultArray<L>>;
}
