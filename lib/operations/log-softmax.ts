import { OptionList } from '../arguments/options.js';
import { computeInBackground, type InBackground } from '../native/background.js';
import { operations } from '../native/boundary.js';
import * as call from '../native/call.js';
import type { AnyResult, Given, Logits, None, Offered, ResultFit, ResultOf } from '../types.js';
import { prepareSoftmax, type SoftmaxOptions, softmaxOptions } from './softmax.js';

type AnySoftmaxOptions = SoftmaxOptions<AnyResult>;

export const logSoftmaxOptions = new OptionList('logSoftmax', ...softmaxOptions.names);

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
 * @param options - All have defaults: see {@link SoftmaxOptions}.
 * @returns The log-probabilities, laid out as the logits: `options.out` if given. A `Float64Array`
 *   for float64 logits, a `Float32Array` for all others.
 * @throws As {@link softmax}.
 * @example
 * logSoftmax(Float32Array.of(8, -3, 10));         // [-2.1269, -13.1269, -0.1269]
 * @see The definition: `torch.nn.functional.log_softmax`,
 *   https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.log_softmax.html
 */
export function logSoftmax<
  L extends Logits,
  const O extends Given<O, AnySoftmaxOptions, ResultFit<L, O>> = None,
>(logits: L, options?: Offered<O, AnySoftmaxOptions>): ResultOf<L, O> {
  try {
    return call.compute(
      operations.logSoftmax,
      prepareSoftmax(logits, logSoftmaxOptions.accept(options)),
    );
  } catch (error) {
    throw logSoftmaxOptions.named(error, logSoftmax);
  }
}

/** {@link logSoftmax} off the calling thread, as a promise: see `softmax` of `logits/promises`. */
export function logSoftmaxAsync<
  L extends Logits,
  const O extends Given<O, InBackground<AnySoftmaxOptions>, ResultFit<L, O>> = None,
>(logits: L, options?: Offered<O, InBackground<AnySoftmaxOptions>>): Promise<ResultOf<L, O>> {
  return computeInBackground(
    logSoftmaxAsync,
    operations.logSoftmax,
    logSoftmaxOptions,
    options,
    (given) => prepareSoftmax(logits, given),
  );
}
