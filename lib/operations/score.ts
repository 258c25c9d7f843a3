import { lengthOf, newArray, newIntegers } from '../arguments/arrays.js';
import { shapeError } from '../arguments/errors.js';
import { type Input, readInput } from '../arguments/input.js';
import { readTop } from '../arguments/lists.js';
import {
  options as known,
  OptionList,
  type OptionsIn,
  onLogits,
  type RawOptions,
} from '../arguments/options.js';
import { classIndices, readIds, readIgnoreIndex, readTargets } from '../arguments/targets.js';
import { isObject } from '../arguments/tensors.js';
import { computeInBackground, type InBackground } from '../native/background.js';
import { limits, operations } from '../native/boundary.js';
import * as call from '../native/call.js';
import type { ClassIndices, Given, Logits, None, Offered, ResultOf } from '../types.js';

export const scoreOptions = new OptionList(
  'score',
  ...onLogits,
  ...(['rank', 'ties', 'entropy', 'margin', 'top', 'ids', 'ignoreIndex'] as const),
);

/** The options of score. */
export interface ScoreOptions extends OptionsIn<typeof scoreOptions> {
  /** How many of each row's likeliest classes are wanted, 1 to 16384; of several numbers the largest. Default: none. */
  readonly top?: number | readonly number[] | undefined;
}

/** The likeliest classes of all rows. */
export interface TopClasses<A = Float32Array> {
  /** How many there are of each row: no more than there are classes. */
  readonly k: number;
  /** k classes a row, the likeliest first; of equal ones that with the lower number. */
  readonly indices: Int32Array;
  /** Their log-probabilities. */
  readonly logProbs: A;
}

/** Present where an option says so; where it may or may not, possibly undefined. */
type Wanted<Option, A> = [Option] extends [true]
  ? A
  : true extends Option
    ? A | undefined
    : undefined;
type WantedUnlessFalse<Option, A> = [Option] extends [false]
  ? undefined
  : false extends Option
    ? A | undefined
    : A;
type WantedWith<Option, A> = [Option] extends [undefined]
  ? undefined
  : undefined extends Option
    ? A | undefined
    : A;
/** The type of an option, also where it is an optional one; `Otherwise` where there is none. */
type OptionOf<O, Name extends string, Otherwise> = Name extends keyof O ? O[Name] : Otherwise;

/**
 * What {@link score} returns: one element a row in the order of the logits' shape without the class
 * axis, A being a `Float64Array` for float64 logits and a `Float32Array` for all others.
 */
export interface Scores<A = Float32Array, T = unknown, O = ScoreOptions> {
  /** The number of rows. */
  readonly rows: number;
  /** How many of them are ignored. */
  readonly ignored: number;
  /** How many of the others hold a NaN, a +Infinity, or nothing but -Infinity. */
  readonly notFinite: number;
  /** log sum e^x; 0 for an ignored row. */
  readonly logSumExp: A;
  /** The likeliest class, of equal ones the first; -1 for rows that are ignored or not finite. */
  readonly predictions: Int32Array;
  /** Its log-probability. */
  readonly maxLogProbs: A;
  /** The target's log-probability; only with targets. */
  readonly logProbs: WantedWith<T, A>;
  /** The target's rank, from 1 on; only with targets. 0 for rows that are ignored or not finite. */
  readonly ranks: [T] extends [undefined]
    ? undefined
    : WantedUnlessFalse<OptionOf<O, 'rank', true>, Int32Array>;
  /** Entropies in nats. */
  readonly entropies: Wanted<OptionOf<O, 'entropy', false>, A>;
  /** How far the largest logit is above the second largest. */
  readonly margins: Wanted<OptionOf<O, 'margin', false>, A>;
  /** The likeliest classes. */
  readonly top: WantedWith<OptionOf<O, 'top', undefined>, TopClasses<A>>;
  /** The log-probabilities of the `ids`, in their order. */
  readonly idLogProbs: WantedWith<OptionOf<O, 'ids', undefined>, A>;
}

/** Native code numbers no more classes. */
function expectScoredClasses({ layout: { classes } }: Input): void {
  if (classes <= limits.scoredClasses) return;
  const fault = `there are ${classes} classes, and at most ${limits.scoredClasses} can be scored`;
  throw shapeError(fault, 'shape', classes);
}

function prepareScore<Result>(
  logits: unknown,
  targets: unknown,
  given: RawOptions,
): call.Prepared<typeof operations.score, Result> {
  const ignoreIndex = readIgnoreIndex(given.ignoreIndex);
  const ties = known.ties.read(given.ties);
  const givenTargets = targets === undefined ? undefined : readTargets(targets);
  const input = readInput(logits, given, 'logits', givenTargets);
  const { rows, layout, resultType } = input;
  expectScoredClasses(input);
  const compared =
    givenTargets === undefined ? null : classIndices(givenTargets, input, ignoreIndex);
  const hasRanks = known.rank.read(given.rank) && compared !== null;
  const hasEntropies = known.entropy.read(given.entropy);
  const hasMargins = known.margin.read(given.margin);
  const { top } = given;
  // Of several numbers of classes the largest holds the others.
  const wanted = top === undefined ? 0 : Math.max(0, ...readTop(top, limits.topClasses));
  const k = Math.min(wanted, layout.classes);
  const ids = readIds(given.ids, input);

  const numbers = (name: string, isWanted: boolean, length = rows) =>
    isWanted ? newArray(resultType, length, name) : null;
  const integers = (name: string, isWanted: boolean, length = rows) =>
    isWanted ? newIntegers(length, name) : null;
  const counts = new Float64Array(2);
  const logSumExp = newArray(resultType, rows, 'logSumExp');
  const predictions = newIntegers(rows, 'predictions');
  const maxLogProbs = newArray(resultType, rows, 'maxLogProbs');
  const logProbs = numbers('logProbs', compared !== null);
  const ranks = integers('ranks', hasRanks);
  const entropies = numbers('entropies', hasEntropies);
  const margins = numbers('margins', hasMargins);
  const topIndices = integers('top.indices', wanted > 0, rows * k);
  const topLogProbs = numbers('top.logProbs', wanted > 0, rows * k);
  const idLogProbs = numbers('idLogProbs', ids !== null, ids === null ? 0 : lengthOf(ids));
  call.writeInput(input);
  call.writeIgnoreIndex(ignoreIndex);
  call.writeScore(ties, k);
  return {
    args: {
      logits: input.elements.array,
      targets: compared,
      ignored: call.arrayAmong(ignoreIndex),
      ids,
      counts,
      logSumExp,
      predictions,
      maxLogProbs,
      logProbs,
      ranks,
      entropies,
      margins,
      topIndices,
      topLogProbs,
      idLogProbs,
    },
    ownsResults: true,
    finish: () => {
      const [ignored, notFinite] = counts as unknown as [number, number];
      const base = { rows, ignored, notFinite, logSumExp, predictions, maxLogProbs };
      // Without the keys of what is not wanted: they would be undefined, and a result not equal to its copy.
      const scores: Record<string, unknown> = base;
      if (logProbs !== null) scores.logProbs = logProbs;
      if (ranks !== null) scores.ranks = ranks;
      if (entropies !== null) scores.entropies = entropies;
      if (margins !== null) scores.margins = margins;
      if (topIndices !== null) scores.top = { k, indices: topIndices, logProbs: topLogProbs };
      if (idLogProbs !== null) scores.idLogProbs = idLogProbs;
      return scores as Result;
    },
  };
}

/**
 * What is read off the logits of each row, from one read of them. With the log-probabilities
 * `log p = logSoftmax(x)`:
 *
 *     logSumExp    log sum over c of e^x[c]
 *     predictions  the class with the largest x, of equal ones the first
 *     maxLogProbs  its log p
 *     logProbs     log p[y] of the target y: the negative loss of crossEntropy
 *     ranks        1 + the number of classes with an x above the target's, and for `ties`
 *                  'min' none, 'max' all, 'index' those before it of the classes with the same x
 *     entropies    -sum over c of p[c] log p[c], in nats
 *     margins      the largest x less the second largest: 0 on a tie, Infinity without a second
 *     top          the k classes with the largest x, by x down and then by class up, with log p
 *     idLogProbs   log p of the classes `ids`
 *
 * With a `temperature` T and a `softcap` s, x stands for `s tanh(x / s) / T`. Log-probabilities keep
 * their relative precision however close to 0 they are (4e-7; for float64 logits 1e-15), entropies
 * theirs (1e-6, 1e-13; entropies of float32 logits from 1e-37 up). All results are the same bits on every instruction set and for any number of
 * threads.
 *
 * A row that holds a NaN, a +Infinity, or nothing but -Infinity harms no other: its numbers are NaN
 * (logSumExp is what it is), its classes -1 and its rank 0. An ignored row is never read: its numbers
 * are 0, its classes -1 and its rank 0. A target of -Infinity has the log-probability -Infinity.
 *
 * @param logits - As for {@link softmax}, of at most 2^30 classes.
 * @param targets - One class index a row, as for {@link crossEntropy}. They may be left out: then the
 *   options come second, and nothing about targets is in the result.
 * @param options - All have defaults: see {@link ScoreOptions}.
 * @returns New arrays of one element a row, in the order of the logits' shape without the class axis:
 *   numbers as a `Float64Array` for float64 logits, as a `Float32Array` for all others; see
 *   {@link Scores}.
 * @throws As {@link crossEntropy}; `ERR_TARGET_OUT_OF_RANGE` also for an id that is no class.
 * @example
 * const { logProbs, ranks, predictions } = score(logits, targets, { shape: [64, 32000] });
 * const { top } = score(logits, { shape: [64, 32000], top: 5 });
 * top.indices.subarray(0, 5);  // of the first row
 * @see The definitions: `torch.log_softmax`, `torch.topk` (whose order among equal values is not
 *   defined), and the ranks and log-probabilities of https://docs.vllm.ai/ (`ties: 'max'`).
 */
export function score<
  L extends Logits,
  T extends ClassIndices | undefined,
  const O extends Given<O, ScoreOptions> = None,
>(logits: L, targets: T, options?: Offered<O, ScoreOptions>): Scores<ResultOf<L, O>, T, O>;
/** Without targets: what else is read off the logits. */
export function score<L extends Logits, const O extends Given<O, ScoreOptions> = None>(
  logits: L,
  options?: Offered<O, ScoreOptions>,
): Scores<ResultOf<L, O>, undefined, O>;
export function score(logits: Logits, targets?: unknown, options?: unknown): unknown {
  const [compared, given] = secondOf(targets, options);
  try {
    return call.compute(
      operations.score,
      prepareScore(logits, compared, scoreOptions.accept(given)),
    );
  } catch (error) {
    throw scoreOptions.named(error, score);
  }
}

/** Options may come second. */
function secondOf(targets: unknown, options: unknown): [targets: unknown, options: unknown] {
  const isOptions = options === undefined && isObject(targets) && !('data' in targets);
  return isOptions ? [undefined, targets] : [targets, options];
}

/** {@link score} off the calling thread, as a promise: see `softmax` of `logits/promises`. */
export function scoreAsync<
  L extends Logits,
  T extends ClassIndices | undefined,
  const O extends Given<O, InBackground<ScoreOptions>> = None,
>(
  logits: L,
  targets: T,
  options?: Offered<O, InBackground<ScoreOptions>>,
): Promise<Scores<ResultOf<L, O>, T, O>>;
/** Without targets: what else is read off the logits. */
export function scoreAsync<
  L extends Logits,
  const O extends Given<O, InBackground<ScoreOptions>> = None,
>(
  logits: L,
  options?: Offered<O, InBackground<ScoreOptions>>,
): Promise<Scores<ResultOf<L, O>, undefined, O>>;
export function scoreAsync(logits: Logits, targets?: unknown, options?: unknown): Promise<unknown> {
  const [compared, given] = secondOf(targets, options);
  return computeInBackground(scoreAsync, operations.score, scoreOptions, given, (read) =>
    prepareScore(logits, compared, read),
  );
}
