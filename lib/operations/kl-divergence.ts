import { outputArray } from '../arguments/arrays.js';
import { readInput, readInputLike } from '../arguments/input.js';
import {
  OptionList,
  type OptionsIn,
  onLogits,
  type RawOptions,
  readReduction,
} from '../arguments/options.js';
import { computeInBackground, type InBackground } from '../native/background.js';
import { operations } from '../native/boundary.js';
import * as call from '../native/call.js';
import type {
  AnyResult,
  Given,
  Logits,
  LogitsLike,
  LossFit,
  LossOf,
  None,
  Offered,
  Reduction,
  ReductionOptions,
} from '../types.js';

export const klDivergenceOptions = new OptionList('klDivergence', ...onLogits, 'reduction', 'out');

/** The options of klDivergence. */
export interface KlDivergenceOptions<R extends Reduction = Reduction, A = Float32Array>
  extends OptionsIn<typeof klDivergenceOptions>,
    ReductionOptions<R, A> {}
type AnyKlDivergenceOptions = KlDivergenceOptions<Reduction, AnyResult>;

function prepareKlDivergence<Result>(
  logits: unknown,
  otherLogits: unknown,
  given: RawOptions,
): call.Prepared<typeof operations.klDivergence, Result> {
  const { out } = given;
  const reduction = readReduction(given.reduction, out);
  const input = readInput(logits, given, 'logits');
  const others = readInputLike(otherLogits, 'otherLogits', input);

  const divergences =
    reduction === 'none' ? outputArray(out, input.resultType, input.rows, 'out') : null;
  call.writeInput(input);
  call.writeReduction(reduction);
  return {
    args: { logits: input.elements.array, otherLogits: others.array, out: divergences },
    ownsResults: out === undefined,
    finish: (divergence) => (divergences ?? divergence) as Result,
  };
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
 * @param options - All have defaults: see {@link KlDivergenceOptions}.
 * @returns A number; for 'none' an array of one divergence a row, `options.out` if given: a
 *   `Float64Array` for float64 `logits`, a `Float32Array` for all others.
 * @throws As {@link softmax}.
 * @example
 * klDivergence(Float32Array.of(0, 1), Float32Array.of(1, 0));    // 0.4621...
 * klDivergence(base, quantised, { shape: [64, 32000], reduction: 'none' });
 * @see The definition: `torch.nn.functional.kl_div` of the two log-softmaxes,
 *   https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.kl_div.html
 */
export function klDivergence<
  L extends Logits,
  const O extends Given<O, AnyKlDivergenceOptions, LossFit<L, O>> = None,
>(
  logits: L,
  otherLogits: LogitsLike<L>,
  options?: Offered<O, AnyKlDivergenceOptions>,
): LossOf<L, O> {
  try {
    return call.compute(
      operations.klDivergence,
      prepareKlDivergence(logits, otherLogits, klDivergenceOptions.accept(options)),
    );
  } catch (error) {
    throw klDivergenceOptions.named(error, klDivergence);
  }
}

/** {@link klDivergence} off the calling thread, as a promise: see `softmax` of `logits/promises`. */
export function klDivergenceAsync<
  L extends Logits,
  const O extends Given<O, InBackground<AnyKlDivergenceOptions>, LossFit<L, O>> = None,
>(
  logits: L,
  otherLogits: LogitsLike<L>,
  options?: Offered<O, InBackground<AnyKlDivergenceOptions>>,
): Promise<LossOf<L, O>> {
  return computeInBackground(
    klDivergenceAsync,
    operations.klDivergence,
    klDivergenceOptions,
    options,
    (given) => prepareKlDivergence(logits, otherLogits, given),
  );
}
