import { outputLike, readInput, readInputLike } from '../arguments/input.js';
import { OptionList, type OptionsIn, onElements, type RawOptions } from '../arguments/options.js';
import { computeInBackground, type InBackground } from '../native/background.js';
import { operations } from '../native/boundary.js';
import * as call from '../native/call.js';
import type {
  AnyResult,
  Given,
  Logits,
  LogitsLike,
  None,
  Offered,
  ResultFit,
  ResultOf,
} from '../types.js';

export const softmaxGradientOptions = new OptionList(
  'softmaxGradient',
  ...onElements,
  'temperature',
  'out',
);

/** The options of softmaxGradient and logSoftmaxGradient. */
export interface SoftmaxGradientOptions<A = Float32Array>
  extends OptionsIn<typeof softmaxGradientOptions> {
  /** Where the result goes: as many elements as the inputs, and possibly one of them. Default: a new array. */
  readonly out?: A | undefined;
}
type AnySoftmaxGradientOptions = SoftmaxGradientOptions<AnyResult>;

export const logSoftmaxGradientOptions = new OptionList(
  'logSoftmaxGradient',
  ...softmaxGradientOptions.names,
);

/** A call of either gradient: each takes the results, whose `name` errors say, under its own of the two names. */
function prepareGradient<A>(results: unknown, name: string, upstream: unknown, given: RawOptions) {
  const input = readInput(results, given, name);
  const factors = readInputLike(upstream, 'upstream', input);
  const { out: givenOut } = given;
  const out = outputLike(givenOut, input, factors, 'out');
  const { array } = input.elements;
  call.writeInput(input);
  return {
    args: { probabilities: array, logProbabilities: array, upstream: factors.array, out },
    ownsResults: givenOut === undefined,
    finish: () => out as A,
  };
}

/**
 * The gradient of a loss by the logits x, from the gradient g of that loss by p = softmax(x / T):
 *
 *     gradient[c] = p[c] (g[c] - sum over k of g[k] p[k]) / T
 *
 * with T the `temperature`. The sum is float64, so that no result is off by more than 2e-7 of itself
 * (float64 elements: computed in float64). A probability of 0 has the gradient 0 and adds nothing to
 * the sum, even where g is infinite there; a NaN makes its row NaN.
 *
 * @param probabilities - The results of {@link softmax}: any array or tensor that it takes.
 * @param upstream - The gradient by the probabilities: as many elements of the same type.
 * @param options - All have defaults: see {@link SoftmaxGradientOptions}.
 * @returns The gradient, laid out as the probabilities: `options.out` if given. A `Float64Array` for
 *   float64 elements, a `Float32Array` for all others.
 * @throws As {@link softmax}.
 * @example
 * const p = softmax(Float32Array.of(8, -3, 10));
 * softmaxGradient(p, Float32Array.of(0, 0, 1));   // the row of the Jacobian that belongs to p[2]
 * @see The definition: the derivative of `torch.nn.functional.softmax`,
 *   https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.softmax.html
 */
export function softmaxGradient<
  L extends Logits,
  const O extends Given<O, AnySoftmaxGradientOptions, ResultFit<L, O>> = None,
>(
  probabilities: L,
  upstream: LogitsLike<L>,
  options?: Offered<O, AnySoftmaxGradientOptions>,
): ResultOf<L, O> {
  try {
    return call.compute(
      operations.softmaxGradient,
      prepareGradient(
        probabilities,
        'probabilities',
        upstream,
        softmaxGradientOptions.accept(options),
      ),
    );
  } catch (error) {
    throw softmaxGradientOptions.named(error, softmaxGradient);
  }
}

/** {@link softmaxGradient} off the calling thread, as a promise: see `softmax` of `logits/promises`. */
export function softmaxGradientAsync<
  L extends Logits,
  const O extends Given<O, InBackground<AnySoftmaxGradientOptions>, ResultFit<L, O>> = None,
>(
  probabilities: L,
  upstream: LogitsLike<L>,
  options?: Offered<O, InBackground<AnySoftmaxGradientOptions>>,
): Promise<ResultOf<L, O>> {
  return computeInBackground(
    softmaxGradientAsync,
    operations.softmaxGradient,
    softmaxGradientOptions,
    options,
    (given) => prepareGradient(probabilities, 'probabilities', upstream, given),
  );
}

/**
 * The gradient of a loss by the logits x, from the gradient g of that loss by l = logSoftmax(x / T):
 *
 *     gradient[c] = (g[c] - e^l[c] sum over k of g[k]) / T
 *
 * with T the `temperature`. The sum is float64, and a result is off by at most 2e-7 of its two terms
 * (float64 elements: computed in float64). A class of probability 0 (l is -Infinity) keeps its g, even
 * where the sum is infinite.
 *
 * @param logProbabilities - The results of {@link logSoftmax}: any array or tensor that it takes.
 * @param upstream - The gradient by the log-probabilities: as many elements of the same type.
 * @param options - All have defaults: see {@link SoftmaxGradientOptions}.
 * @returns The gradient, laid out as the log-probabilities: `options.out` if given. A `Float64Array`
 *   for float64 elements, a `Float32Array` for all others.
 * @throws As {@link softmax}.
 * @example
 * const l = logSoftmax(Float32Array.of(8, -3, 10));
 * logSoftmaxGradient(l, Float32Array.of(0, -1, 0));   // that of crossEntropy with target 1
 * @see The definition: the derivative of `torch.nn.functional.log_softmax`,
 *   https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.log_softmax.html
 */
export function logSoftmaxGradient<
  L extends Logits,
  const O extends Given<O, AnySoftmaxGradientOptions, ResultFit<L, O>> = None,
>(
  logProbabilities: L,
  upstream: LogitsLike<L>,
  options?: Offered<O, AnySoftmaxGradientOptions>,
): ResultOf<L, O> {
  try {
    return call.compute(
      operations.logSoftmaxGradient,
      prepareGradient(
        logProbabilities,
        'logProbabilities',
        upstream,
        logSoftmaxGradientOptions.accept(options),
      ),
    );
  } catch (error) {
    throw logSoftmaxGradientOptions.named(error, softmaxGradient);
  }
}

/** {@link logSoftmaxGradient} off the calling thread, as a promise: see `softmax` of `logits/promises`. */
export function logSoftmaxGradientAsync<
  L extends Logits,
  const O extends Given<O, InBackground<AnySoftmaxGradientOptions>, ResultFit<L, O>> = None,
>(
  logProbabilities: L,
  upstream: LogitsLike<L>,
  options?: Offered<O, InBackground<AnySoftmaxGradientOptions>>,
): Promise<ResultOf<L, O>> {
  return computeInBackground(
    logSoftmaxGradientAsync,
    operations.logSoftmaxGradient,
    logSoftmaxGradientOptions,
    options,
    (given) => prepareGradient(logProbabilities, 'logProbabilities', upstream, given),
  );
}
