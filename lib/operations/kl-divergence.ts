import { optionReader, outputArray, readReduction } from '../arguments/arrays.js';
import { readInput, readInputLike } from '../arguments/input.js';
import { type FloatResult, type NativeFunctions, native } from '../native/addon.js';
import { describeLoss } from '../native/call.js';
import type {
  KlDivergenceOptions,
  Logits,
  LogitsLike,
  Loss,
  Reduction,
  ResultArray,
} from '../types.js';

export const readKlOptions = optionReader((options) => ({
  shape: options.shape,
  axis: options.axis,
  dtype: options.dtype,
  rowStride: options.rowStride,
  temperature: options.temperature,
  softcap: options.softcap,
  reduction: options.reduction,
  out: options.out,
  threads: options.threads,
}));

export function computeKlDivergence(
  kernel: NativeFunctions['klDivergence'],
  logits: unknown,
  otherLogits: unknown,
  given: ReturnType<typeof readKlOptions>,
): number | FloatResult {
  const reduction = readReduction(given.reduction, given.out);
  const input = readInput(logits, given, 'logits');
  const others = readInputLike(otherLogits, given.dtype, 'otherLogits', input);

  const divergences =
    reduction === 'none' ? outputArray(given.out, input.resultType, input.rows, 'out') : null;
  const divergence = kernel(
    describeLoss(input, reduction),
    input.elements.array,
    others.array,
    divergences,
  );
  return divergences ?? divergence;
}

/**
 * The Kullback-Leibler divergence of the second softmax from the first, in nats:
 *
 *     KL(p || q) = sum over k of p[k] (log p[k] - log q[k]),  p = softmax(logits), q = softmax(otherLogits)
 *
 * `temperature` and `softcap` act on both. It is computed in float64 whatever the elements are, without
 * temporary arrays, and keeps its relative precision for distributions that nearly agree, where the
 * plain sum cancels. Classes with p = 0 add nothing; q = 0 where p is not gives +Infinity; rows that
 * have no softmax on either side give NaN.
 *
 * 'mean' divides by the number of rows (PyTorch's 'batchmean'; NaN for no rows), 'sum' is the sum over
 * the rows, 'none' one divergence a row.
 *
 * @param logits - As for {@link softmax}: those of the reference p.
 * @param otherLogits - As many logits of the same type: those of q.
 * @param options - `shape` (default: the tensor's; for an array one row), `axis` (default: -1),
 *   `dtype` and `rowStride` (of both arrays), `temperature` (default: 1), `softcap` (default: none),
 *   `reduction` (default: 'mean'), `threads` (default: as `setThreads` says) and, for 'none', `out`.
 * @returns A number; for 'none' an array of one divergence a row, `options.out` if given: a
 *   `Float64Array` for float64 `logits`, a `Float32Array` for all others.
 * @throws As {@link softmax}.
 * @example
 * klDivergence(Float32Array.of(0, 1), Float32Array.of(1, 0));    // 0.4621...
 * klDivergence(base, quantised, { shape: [64, 32000], reduction: 'none' });
 * @see The definition: `torch.nn.functional.kl_div` of the two log-softmaxes,
 *   https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.kl_div.html
 */
export function klDivergence<L extends Logits, R extends Reduction = 'mean'>(
  logits: L,
  otherLogits: LogitsLike<L>,
  options?: KlDivergenceOptions<R, ResultArray<L>>,
): Loss<R, ResultArray<L>> {
  const given = readKlOptions(options);
  return computeKlDivergence(native.klDivergence, logits, otherLogits, given) as Loss<
    R,
    ResultArray<L>
  >;
}
