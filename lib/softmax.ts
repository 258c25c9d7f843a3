import { expectFloat32Array, lengthOf, outputArray, readLayout, readOptions } from './arguments.js';
import { native } from './native.js';
import type { SoftmaxOptions } from './types.js';

const optionNames = ['shape', 'axis', 'out'] as const;

function normalise(logits: Float32Array, options: SoftmaxOptions | undefined) {
  const given = readOptions(options, optionNames);
  const data = expectFloat32Array(logits, 'logits');
  const length = lengthOf(data);
  const layout = readLayout(given, length);
  return { data, layout, out: outputArray(given.out, length, 'out') };
}

/**
 * The softmax of each row along the class axis:
 *
 *     softmax(x)[c] = e^x[c] / sum over k of e^x[k]
 *
 * Every result is within 2.5 ulp of the exact quotient, for logits of any size: there is no
 * overflow, and 1e8 added to all logits changes nothing but their own rounding. A row that holds a
 * NaN, a +Infinity, or nothing but -Infinity becomes NaN throughout; -Infinity beside finite logits
 * becomes 0. Results are the same bits on every instruction set.
 *
 * @param logits - A `Float32Array` of any shape; it is read where it lies and not changed.
 * @param options - `shape` (default: one row), `axis` (default: -1) and `out` (default: a new
 *   array; it may be `logits` itself, any other overlap is an error).
 * @returns The probabilities, laid out as the logits: `options.out` if given.
 * @throws TypeError `ERR_INVALID_ARG_TYPE`, `ERR_BUFFER_DETACHED`;
 *   RangeError `ERR_INVALID_ARG_VALUE`, `ERR_SHAPE_MISMATCH`, `ERR_BUFFER_OVERLAP`. Nothing is
 *   written before everything has been checked.
 * @example
 * softmax(Float32Array.of(8, -3, 10));            // [0.1192, 0.00000199, 0.8808]
 * softmax(logits, { shape: [64, 1000] });         // 64 rows of 1000 classes
 * softmax(logits, { shape: [8, 10, 32, 32], axis: 1, out: logits });   // in place, over channels
 * @see The definition: `torch.nn.functional.softmax`,
 *   https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.softmax.html
 */
export function softmax(logits: Float32Array, options?: SoftmaxOptions): Float32Array {
  const { data, layout, out } = normalise(logits, options);
  native.softmax(data, out, layout.outer, layout.classes, layout.inner);
  return out;
}

/**
 * The logarithm of the softmax of each row along the class axis, in nats:
 *
 *     logSoftmax(x)[c] = x[c] - log(sum over k of e^x[k])
 *
 * The likeliest class keeps its relative precision however close to 0 its value is. Rows with a
 * NaN, a +Infinity, or nothing but -Infinity become NaN; -Infinity beside finite logits stays.
 *
 * @param logits - A `Float32Array` of any shape; it is read where it lies and not changed.
 * @param options - As for {@link softmax}.
 * @returns The log-probabilities, laid out as the logits: `options.out` if given.
 * @throws As {@link softmax}.
 * @example
 * logSoftmax(Float32Array.of(8, -3, 10));         // [-2.1269, -13.1269, -0.1269]
 * @see The definition: `torch.nn.functional.log_softmax`,
 *   https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.log_softmax.html
 */
export function logSoftmax(logits: Float32Array, options?: SoftmaxOptions): Float32Array {
  const { data, layout, out } = normalise(logits, options);
  native.logSoftmax(data, out, layout.outer, layout.classes, layout.inner);
  return out;
}
