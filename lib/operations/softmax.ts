import { optionReader } from '../arguments/arrays.js';
import { outputLike, readInput } from '../arguments/input.js';
import { type FloatResult, type NativeFunctions, native } from '../native/addon.js';
import { describe } from '../native/call.js';
import type { Logits, ResultArray, SoftmaxOptions } from '../types.js';

export const readSoftmaxOptions = optionReader((options) => ({
  shape: options.shape,
  axis: options.axis,
  dtype: options.dtype,
  rowStride: options.rowStride,
  temperature: options.temperature,
  softcap: options.softcap,
  out: options.out,
  threads: options.threads,
}));

export function computeSoftmax(
  kernel: NativeFunctions['softmax'],
  logits: unknown,
  given: ReturnType<typeof readSoftmaxOptions>,
): FloatResult {
  const input = readInput(logits, given, 'logits');
  const out = outputLike(given.out, input, null, 'out');
  kernel(describe(input), input.elements.array, out);
  return out;
}

/**
 * The softmax of each row along the class axis:
 *
 *     softmax(x)[c] = e^x[c] / sum over k of e^x[k]
 *
 * With a `temperature` T and a `softcap` s, x stands for `s tanh(x / s) / T`.
 *
 * Every result is within 4e-7 of the exact quotient, relative, besides its rounding (half an ulp on
 * average; float64: within 1e-15, relative), for logits of any size: there is no overflow, and 1e8
 * added to all logits changes nothing but their own rounding. A row that holds a NaN, a +Infinity, or
 * nothing but -Infinity becomes NaN throughout; -Infinity beside finite logits becomes 0. Results are
 * the same bits on every instruction set, and those of float16 and bfloat16 logits are the bits of the
 * widened float32 row.
 *
 * @param logits - A `Float32Array`, `Float64Array`, `Float16Array`, a `Uint16Array` of float16 or
 *   bfloat16 bits (then `dtype` says which), or a tensor `{ data, dims }`, of any shape; it is read
 *   where it lies and not changed.
 * @param options - `shape` (default: the tensor's; for an array one row), `axis` (default: -1),
 *   `dtype`, `rowStride` (default: no padding), `temperature` (default: 1), `softcap` (default:
 *   none), `threads` (at most; default: as `setThreads` says), and `out` (default: a new array;
 *   it may be `logits` itself, any other overlap is an error).
 * @returns The probabilities, laid out as the logits: `options.out` if given. A `Float64Array` for
 *   float64 logits, a `Float32Array` for all others.
 * @throws TypeError `ERR_INVALID_ARG_TYPE`, `ERR_BUFFER_DETACHED`;
 *   RangeError `ERR_INVALID_ARG_VALUE`, `ERR_SHAPE_MISMATCH`, `ERR_BUFFER_OVERLAP`,
 *   `ERR_MEMORY_ALLOCATION_FAILED`. Nothing is written before everything has been checked.
 * @example
 * softmax(Float32Array.of(8, -3, 10));            // [0.1192, 0.00000199, 0.8808]
 * softmax(logits, { shape: [64, 1000] });         // 64 rows of 1000 classes
 * softmax(logits, { shape: [8, 10, 32, 32], axis: 1, out: logits });   // in place, over channels
 * softmax(tensor, { temperature: 0.7 });          // an onnxruntime Tensor as it is
 * @see The definition: `torch.nn.functional.softmax`,
 *   https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.softmax.html
 */
export function softmax<L extends Logits>(
  logits: L,
  options?: SoftmaxOptions<ResultArray<L>>,
): ResultArray<L> {
  return computeSoftmax(native.softmax, logits, readSoftmaxOptions(options)) as ResultArray<L>;
}

/**
 * The logarithm of the softmax of each row along the class axis, in nats:
 *
 *     logSoftmax(x)[c] = x[c] - log(sum over k of e^x[k])
 *
 * With a `temperature` T and a `softcap` s, x stands for `s tanh(x / s) / T`.
 *
 * The likeliest class keeps its relative precision however close to 0 its value is. Rows with a
 * NaN, a +Infinity, or nothing but -Infinity become NaN; -Infinity beside finite logits stays.
 *
 * @param logits - As for {@link softmax}.
 * @param options - As for {@link softmax}.
 * @returns The log-probabilities, laid out as the logits: `options.out` if given. A `Float64Array`
 *   for float64 logits, a `Float32Array` for all others.
 * @throws As {@link softmax}.
 * @example
 * logSoftmax(Float32Array.of(8, -3, 10));         // [-2.1269, -13.1269, -0.1269]
 * @see The definition: `torch.nn.functional.log_softmax`,
 *   https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.log_softmax.html
 */
export function logSoftmax<L extends Logits>(
  logits: L,
  options?: SoftmaxOptions<ResultArray<L>>,
): ResultArray<L> {
  return computeSoftmax(native.logSoftmax, logits, readSoftmaxOptions(options)) as ResultArray<L>;
}
