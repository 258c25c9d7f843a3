import { optionReader } from '../arguments/arrays.js';
import { outputLike, readInput, readInputLike } from '../arguments/input.js';
import { type FloatResult, type NativeFunctions, native } from '../native/addon.js';
import { describe } from '../native/call.js';
import type { Logits, LogitsLike, ResultArray, SoftmaxGradientOptions } from '../types.js';

export const readGradientOptions = optionReader((options) => ({
  shape: options.shape,
  axis: options.axis,
  dtype: options.dtype,
  rowStride: options.rowStride,
  temperature: options.temperature,
  out: options.out,
  threads: options.threads,
}));

export function computeGradient(
  kernel: NativeFunctions['softmaxGradient'],
  results: unknown,
  name: string,
  upstream: unknown,
  given: ReturnType<typeof readGradientOptions>,
): FloatResult {
  const input = readInput(results, given, name);
  const factors = readInputLike(upstream, given.dtype, 'upstream', input);
  const out = outputLike(given.out, input, factors, 'out');
  kernel(describe(input), input.elements.array, factors.array, out);
  return out;
}

/**
 * The gradient of a loss by the logits x, from the gradient g of that loss by p = softmax(x / T):
 *
 *     gradient[c] = p[c] (g[c] - sum over k of g[k] p[k]) / T
 *
 * with T the `temperature`. It is computed in float64 and rounded once. A probability of 0 has the
 * gradient 0 and adds nothing to the sum, even where g is infinite there; a NaN makes its row NaN.
 *
 * @param probabilities - The results of {@link softmax}: any array or tensor that it takes.
 * @param upstream - The gradient by the probabilities: as many elements of the same type.
 * @param options - `shape` (default: the tensor's; for an array one row), `axis` (default: -1),
 *   `dtype` and `rowStride` (of both arrays), `temperature` (default: 1), `threads` (default: as
 *   `setThreads` says), and `out` (default: a new array; it may be either input, any other overlap is
 *   an error).
 * @returns The gradient, laid out as the probabilities: `options.out` if given. A `Float64Array` for
 *   float64 elements, a `Float32Array` for all others.
 * @throws As {@link softmax}.
 * @example
 * const p = softmax(Float32Array.of(8, -3, 10));
 * softmaxGradient(p, Float32Array.of(0, 0, 1));   // the row of the Jacobian that belongs to p[2]
 * @see The definition: the derivative of `torch.nn.functional.softmax`,
 *   https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.softmax.html
 */
export function softmaxGradient<L extends Logits>(
  probabilities: L,
  upstream: LogitsLike<L>,
  options?: SoftmaxGradientOptions<ResultArray<L>>,
): ResultArray<L> {
  const given = readGradientOptions(options);
  const kernel = native.softmaxGradient;
  return computeGradient(kernel, probabilities, 'probabilities', upstream, given) as ResultArray<L>;
}

/**
 * The gradient of a loss by the logits x, from the gradient g of that loss by l = logSoftmax(x / T):
 *
 *     gradient[c] = (g[c] - e^l[c] sum over k of g[k]) / T
 *
 * with T the `temperature`. It is computed in float64 and rounded once. A class of probability 0 (l
 * is -Infinity) keeps its g, even where the sum is infinite.
 *
 * @param logProbabilities - The results of {@link logSoftmax}: any array or tensor that it takes.
 * @param upstream - The gradient by the log-probabilities: as many elements of the same type.
 * @param options - As for {@link softmaxGradient}.
 * @returns The gradient, laid out as the log-probabilities: `options.out` if given. A `Float64Array`
 *   for float64 elements, a `Float32Array` for all others.
 * @throws As {@link softmax}.
 * @example
 * const l = logSoftmax(Float32Array.of(8, -3, 10));
 * logSoftmaxGradient(l, Float32Array.of(0, -1, 0));   // that of crossEntropy with target 1
 * @see The definition: the derivative of `torch.nn.functional.log_softmax`,
 *   https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.log_softmax.html
 */
export function logSoftmaxGradient<L extends Logits>(
  logProbabilities: L,
  upstream: LogitsLike<L>,
  options?: SoftmaxGradientOptions<ResultArray<L>>,
): ResultArray<L> {
  const given = readGradientOptions(options);
  const kernel = native.logSoftmaxGradient;
  const results = logProbabilities;
  return computeGradient(kernel, results, 'logProbabilities', upstream, given) as ResultArray<L>;
}
