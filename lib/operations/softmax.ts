import { outputLike, readInput } from '../arguments/input.js';
import { OptionList, type OptionsIn, onLogits, type RawOptions } from '../arguments/options.js';
import { computeInBackground, type InBackground } from '../native/background.js';
import { operations } from '../native/boundary.js';
import * as call from '../native/call.js';
import type { AnyResult, Given, Logits, None, Offered, ResultFit, ResultOf } from '../types.js';

export const softmaxOptions = new OptionList('softmax', ...onLogits, 'out');

/** The options of softmax and logSoftmax. */
export interface SoftmaxOptions<A = Float32Array> extends OptionsIn<typeof softmaxOptions> {
  /** Where the result goes: as many elements as the logits, and possibly the logits array itself. Default: a new array. */
  readonly out?: A | undefined;
}
type AnySoftmaxOptions = SoftmaxOptions<AnyResult>;

/** A call of softmax or logSoftmax. */
export function prepareSoftmax<A>(
  logits: unknown,
  given: RawOptions,
): call.Prepared<typeof operations.softmax, A> {
  const input = readInput(logits, given, 'logits');
  const { out: givenOut } = given;
  const out = outputLike(givenOut, input, null, 'out');
  call.writeInput(input);
  return {
    args: { logits: input.elements.array, out },
    ownsResults: givenOut === undefined,
    finish: () => out as A,
  };
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
 * @param options - All have defaults: see {@link SoftmaxOptions}.
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
export function softmax<
  L extends Logits,
  const O extends Given<O, AnySoftmaxOptions, ResultFit<L, O>> = None,
>(logits: L, options?: Offered<O, AnySoftmaxOptions>): ResultOf<L, O> {
  try {
    return call.compute(operations.softmax, prepareSoftmax(logits, softmaxOptions.accept(options)));
  } catch (error) {
    throw softmaxOptions.named(error, softmax);
  }
}

/**
 * `softmax` off the calling thread: the same bytes, as a promise.
 *
 * Shared memory, and results that the call allocates, are used where they lie. Of all other arrays this
 * thread copies a piece now and then, for a millisecond at most: they must stay as they are until the
 * promise has settled, and one that is detached or cut short meanwhile rejects it. Targets, weights and
 * other arrays of one element a row or a class are copied at once.
 *
 * @param logits - As for the function of the same name in `logits`, as are all that follow.
 * @param options - The same, and `signal`: when it aborts, no further part of the call is begun, and the
 *   promise is rejected with the signal's reason as soon as those under way have ended. What was
 *   written to `out` by then stays; nothing is written to it after the promise has settled.
 * @returns A promise of what the function of the same name returns.
 * @throws Nothing: the promise is rejected with what that function throws, and with
 *   `ERR_BUFFER_DETACHED` for an array that has gone meanwhile.
 *
 * @example
 * await softmax(logits, { shape: [64, 1000] });
 * await softmax(logits, { shape: [64, 1000], signal: AbortSignal.timeout(50) });
 */
export function softmaxAsync<
  L extends Logits,
  const O extends Given<O, InBackground<AnySoftmaxOptions>, ResultFit<L, O>> = None,
>(logits: L, options?: Offered<O, InBackground<AnySoftmaxOptions>>): Promise<ResultOf<L, O>> {
  return computeInBackground(softmaxAsync, operations.softmax, softmaxOptions, options, (given) =>
    prepareSoftmax(logits, given),
  );
}
