import { computeUpdate, type Evaluator, readUpdateOptions } from './evaluation/evaluator.js';
import type { ScoreOptions, Scores, UpdateOptions } from './evaluation/types.js';
import type { FloatResult, NativeFunctions } from './native/addon.js';
import { inBackground } from './native/background.js';
import { computeBinaryCrossEntropy, readBinaryOptions } from './operations/binary-cross-entropy.js';
import {
  computeCrossEntropy,
  readCrossEntropyGradientOptions,
  readCrossEntropyOptions,
} from './operations/cross-entropy.js';
import { computeKlDivergence, readKlOptions } from './operations/kl-divergence.js';
import { computeLogSumExp, readLogSumExpOptions } from './operations/log-sum-exp.js';
import { computeNll, readNllOptions } from './operations/nll-loss.js';
import { computeScore, readScoreOptions } from './operations/score.js';
import { computeSoftmax, readSoftmaxOptions } from './operations/softmax.js';
import { computeGradient, readGradientOptions } from './operations/softmax-gradient.js';
import type {
  BinaryCrossEntropyOptions,
  BinaryTargets,
  ClassIndices,
  CrossEntropyOptions,
  CrossEntropyWithGradientOptions,
  KlDivergenceOptions,
  Logits,
  LogitsLike,
  LogSumExpOptions,
  Loss,
  LossAndGradient,
  NllLossOptions,
  Reduction,
  ResultArray,
  SoftmaxGradientOptions,
  SoftmaxOptions,
  Targets,
} from './types.js';

// The functions of `logits` off the calling thread, as `fs/promises` is to `fs`: the same arguments, the
// same results to the last bit, the same errors as rejections.

/** Options of a function of `logits`, and a signal that ends the call. */
export type InBackground<Options> = Options & { readonly signal?: AbortSignal };

/** The reduced loss, or else the array of all. */
function lossOf(computed: number | FloatResult, loss: number): number | FloatResult {
  return typeof computed === 'number' ? loss : computed;
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
export async function softmax<L extends Logits>(
  logits: L,
  options?: InBackground<SoftmaxOptions<ResultArray<L>>>,
): Promise<ResultArray<L>> {
  const given = readSoftmaxOptions.inBackground(options);
  const { computed } = await inBackground(
    'softmax',
    given,
    given.out === undefined,
    (kernel: NativeFunctions['softmax']) => computeSoftmax(kernel, logits, given),
  );
  return computed as ResultArray<L>;
}

/**
 * `logSoftmax` off the calling thread, with the arguments and results of that function; see {@link softmax}.
 */
export async function logSoftmax<L extends Logits>(
  logits: L,
  options?: InBackground<SoftmaxOptions<ResultArray<L>>>,
): Promise<ResultArray<L>> {
  const given = readSoftmaxOptions.inBackground(options);
  const { computed } = await inBackground(
    'logSoftmax',
    given,
    given.out === undefined,
    (kernel: NativeFunctions['logSoftmax']) => computeSoftmax(kernel, logits, given),
  );
  return computed as ResultArray<L>;
}

/**
 * `softmaxGradient` off the calling thread, with the arguments and results of that function; see {@link softmax}.
 */
export async function softmaxGradient<L extends Logits>(
  probabilities: L,
  upstream: LogitsLike<L>,
  options?: InBackground<SoftmaxGradientOptions<ResultArray<L>>>,
): Promise<ResultArray<L>> {
  const given = readGradientOptions.inBackground(options);
  const { computed } = await inBackground(
    'softmaxGradient',
    given,
    given.out === undefined,
    (kernel: NativeFunctions['softmaxGradient']) =>
      computeGradient(kernel, probabilities, 'probabilities', upstream, given),
  );
  return computed as ResultArray<L>;
}

/**
 * `logSoftmaxGradient` off the calling thread, with the arguments and results of that function; see {@link softmax}.
 */
export async function logSoftmaxGradient<L extends Logits>(
  logProbabilities: L,
  upstream: LogitsLike<L>,
  options?: InBackground<SoftmaxGradientOptions<ResultArray<L>>>,
): Promise<ResultArray<L>> {
  const given = readGradientOptions.inBackground(options);
  const { computed } = await inBackground(
    'logSoftmaxGradient',
    given,
    given.out === undefined,
    (kernel: NativeFunctions['logSoftmaxGradient']) =>
      computeGradient(kernel, logProbabilities, 'logProbabilities', upstream, given),
  );
  return computed as ResultArray<L>;
}

/**
 * `logSumExp` off the calling thread, with the arguments and results of that function; see {@link softmax}.
 * Where `axis` names axes that lie apart, these are brought together in a copy before it returns.
 */
export async function logSumExp<L extends Logits>(
  logits: L,
  options?: InBackground<LogSumExpOptions<ResultArray<L>>>,
): Promise<ResultArray<L>> {
  const given = readLogSumExpOptions.inBackground(options);
  const { computed } = await inBackground(
    'logSumExp',
    given,
    given.out === undefined,
    (kernel: NativeFunctions['logSumExp']) => computeLogSumExp(kernel, logits, given),
  );
  return computed as ResultArray<L>;
}

/**
 * `crossEntropy` off the calling thread, with the arguments and results of that function; see {@link softmax}.
 *
 * @example
 * const losses = await Promise.all(batches.map(({ logits, targets }) => crossEntropy(logits, targets)));
 */
export async function crossEntropy<L extends Logits, R extends Reduction = 'mean'>(
  logits: L,
  targets: Targets,
  options?: InBackground<CrossEntropyOptions<R, ResultArray<L>>>,
): Promise<Loss<R, ResultArray<L>>> {
  const given = readCrossEntropyOptions.inBackground(options);
  const { computed, loss } = await inBackground(
    'crossEntropy',
    given,
    false,
    (kernel: NativeFunctions['crossEntropy']) =>
      computeCrossEntropy(kernel, logits, targets, given, false).loss,
  );
  return lossOf(computed, loss) as Loss<R, ResultArray<L>>;
}

/**
 * `crossEntropyWithGradient` off the calling thread, with the arguments and results of that function; see {@link softmax}.
 */
export async function crossEntropyWithGradient<L extends Logits, R extends Reduction = 'mean'>(
  logits: L,
  targets: Targets,
  options?: InBackground<CrossEntropyWithGradientOptions<R, ResultArray<L>>>,
): Promise<LossAndGradient<Loss<R, ResultArray<L>>, ResultArray<L>>> {
  const given = readCrossEntropyGradientOptions.inBackground(options);
  const { computed, loss } = await inBackground(
    'crossEntropy',
    given,
    given.gradient === undefined,
    (kernel: NativeFunctions['crossEntropy']) =>
      computeCrossEntropy(kernel, logits, targets, given, true),
  );
  return { ...computed, loss: lossOf(computed.loss, loss) } as LossAndGradient<
    Loss<R, ResultArray<L>>,
    ResultArray<L>
  >;
}

/**
 * `nllLoss` off the calling thread, with the arguments and results of that function; see {@link softmax}.
 */
export async function nllLoss<L extends Logits, R extends Reduction = 'mean'>(
  logProbabilities: L,
  targets: ClassIndices,
  options?: InBackground<NllLossOptions<R, ResultArray<L>>>,
): Promise<Loss<R, ResultArray<L>>> {
  const given = readNllOptions.inBackground(options);
  const { computed, loss } = await inBackground(
    'nllLoss',
    given,
    false,
    (kernel: NativeFunctions['nllLoss']) => computeNll(kernel, logProbabilities, targets, given),
  );
  return lossOf(computed, loss) as Loss<R, ResultArray<L>>;
}

/**
 * `klDivergence` off the calling thread, with the arguments and results of that function; see {@link softmax}.
 */
export async function klDivergence<L extends Logits, R extends Reduction = 'mean'>(
  logits: L,
  otherLogits: LogitsLike<L>,
  options?: InBackground<KlDivergenceOptions<R, ResultArray<L>>>,
): Promise<Loss<R, ResultArray<L>>> {
  const given = readKlOptions.inBackground(options);
  const { computed, loss } = await inBackground(
    'klDivergence',
    given,
    false,
    (kernel: NativeFunctions['klDivergence']) =>
      computeKlDivergence(kernel, logits, otherLogits, given),
  );
  return lossOf(computed, loss) as Loss<R, ResultArray<L>>;
}

/**
 * `binaryCrossEntropy` off the calling thread, with the arguments and results of that function; see {@link softmax}.
 */
export async function binaryCrossEntropy<L extends Logits, R extends Reduction = 'mean'>(
  logits: L,
  targets: BinaryTargets,
  options?: InBackground<BinaryCrossEntropyOptions<R, ResultArray<L>>>,
): Promise<Loss<R, ResultArray<L>>> {
  const given = readBinaryOptions.inBackground(options);
  const { computed, loss } = await inBackground(
    'binaryCrossEntropy',
    given,
    given.out === undefined,
    (kernel: NativeFunctions['binaryCrossEntropy']) =>
      computeBinaryCrossEntropy(kernel, logits, targets, given),
  );
  return lossOf(computed, loss) as Loss<R, ResultArray<L>>;
}

/** `score` off the calling thread, with the arguments and results of that function; see {@link softmax}. */
export function score<
  L extends Logits,
  T extends ClassIndices | undefined,
  O extends InBackground<ScoreOptions> = Record<never, never>,
>(logits: L, targets: T, options?: O): Promise<Scores<ResultArray<L>, T, O>>;
/** Without targets: what else is read off the logits. */
export function score<
  L extends Logits,
  O extends InBackground<ScoreOptions> = Record<never, never>,
>(logits: L, targets?: undefined, options?: O): Promise<Scores<ResultArray<L>, undefined, O>>;
export async function score(
  logits: Logits,
  targets?: ClassIndices,
  options?: InBackground<ScoreOptions>,
): Promise<unknown> {
  const given = readScoreOptions.inBackground(options);
  const counts = new Float64Array(2);
  const { computed } = await inBackground(
    'score',
    given,
    true,
    (kernel: NativeFunctions['score']) => computeScore(kernel, counts, logits, targets, given),
  );
  return computed();
}

/**
 * `evaluator.update` off the calling thread; see {@link softmax}. Several updates of one evaluator may be
 * pending at once: its sums are exact, so that their order is nothing. Nothing is added by a call
 * that is rejected, and nothing before its promise settles.
 *
 * @param evaluator - An {@link Evaluator} of `logits`.
 * @param logits - As for {@link Evaluator.update}, as are targets and options, but for `signal`.
 * @returns A promise of the evaluator.
 * @example
 * for await (const { logits, targets } of batches) await updateEvaluator(evaluator, logits, targets);
 */
export async function updateEvaluator(
  evaluator: Evaluator,
  logits: Logits,
  targets: ClassIndices,
  options?: InBackground<UpdateOptions>,
): Promise<Evaluator> {
  const given = readUpdateOptions.inBackground(options);
  const { computed } = await inBackground(
    'evaluate',
    given,
    true,
    (kernel: NativeFunctions['evaluate']) =>
      computeUpdate(kernel, evaluator, logits, targets, given, false),
  );
  computed();
  return evaluator;
}
