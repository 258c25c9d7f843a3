import {
  expectArray,
  expectInteger,
  expectLength,
  lengthOf,
  newArray,
  newIntegers,
  optionReader,
  readBoolean,
  readWord,
} from '../arguments/arrays.js';
import { shapeError, valueError } from '../arguments/errors.js';
import { type Input, readInput } from '../arguments/input.js';
import { readClassIndices, readIgnoreIndex } from '../arguments/targets.js';
import type { ScoreOptions, Scores, TieRule } from '../evaluation/types.js';
import { type NativeFunctions, native, type TypedClassIndices, tieCodes } from '../native/addon.js';
import { describeScore } from '../native/call.js';
import type { ClassIndices, Logits, ResultArray } from '../types.js';

export const readScoreOptions = optionReader((options) => ({
  shape: options.shape,
  axis: options.axis,
  dtype: options.dtype,
  rowStride: options.rowStride,
  temperature: options.temperature,
  softcap: options.softcap,
  threads: options.threads,
  rank: options.rank,
  ties: options.ties,
  entropy: options.entropy,
  margin: options.margin,
  top: options.top,
  ids: options.ids,
  ignoreIndex: options.ignoreIndex,
}));

const MOST_TOP = 16384; // native/kernel-table.h, kMostTopClasses
const ownCounts = new Float64Array(2);

/** One class a row for what {@link readInput} has read. */
export function readRowTargets(
  targets: unknown,
  { layout, rows }: Input,
  ignoreIndex: number | Float64Array,
): TypedClassIndices {
  const indices = readClassIndices(targets, layout.classes, ignoreIndex);
  expectLength(indices, rows, 'targets');
  return indices;
}

function readTop(value: unknown, classes: number): number {
  if (value === undefined) return 0;
  const top = expectInteger(value, 'top');
  if (top < 1 || top > MOST_TOP) throw valueError(`an integer from 1 to ${MOST_TOP}`, 'top', top);
  return Math.min(top, classes);
}

/** As many ids for each row. */
function readIds(value: unknown, rows: number): Int32Array | null {
  if (value === undefined) return null;
  const isName = (name: string) => name === 'Int32Array';
  const ids = expectArray<Int32Array>(value, isName, 'an Int32Array', 'ids');
  const length = lengthOf(ids);
  if (rows === 0 ? length !== 0 : length % rows !== 0) {
    throw shapeError(`a multiple of ${rows} elements, as many for each row,`, 'ids', `${length}`);
  }
  return ids;
}

/** Computes the scores, and gives what makes an object of them once they are there. */
export function computeScore(
  kernel: NativeFunctions['score'],
  counts: Float64Array,
  logits: unknown,
  targets: unknown,
  given: ReturnType<typeof readScoreOptions>,
): () => unknown {
  const ignoreIndex = readIgnoreIndex(given.ignoreIndex);
  const ties = readWord<TieRule>(given.ties, 'min', tieCodes, 'ties');
  const input = readInput(logits, given, 'logits');
  const { rows, layout, resultType } = input;
  const compared = targets === undefined ? null : readRowTargets(targets, input, ignoreIndex);
  const hasRanks = readBoolean(given.rank, true, 'rank') && compared !== null;
  const hasEntropies = readBoolean(given.entropy, false, 'entropy');
  const hasMargins = readBoolean(given.margin, false, 'margin');
  const k = readTop(given.top, layout.classes);
  const ids = readIds(given.ids, rows);

  const numbers = (name: string, isWanted: boolean, length = rows) =>
    isWanted ? newArray(resultType, length, name) : null;
  const integers = (name: string, isWanted: boolean, length = rows) =>
    isWanted ? newIntegers(length, name) : null;
  const logSumExp = newArray(resultType, rows, 'logSumExp');
  const predictions = newIntegers(rows, 'predictions');
  const maxLogProbs = newArray(resultType, rows, 'maxLogProbs');
  const logProbs = numbers('logProbs', compared !== null);
  const ranks = integers('ranks', hasRanks);
  const entropies = numbers('entropies', hasEntropies);
  const margins = numbers('margins', hasMargins);
  const indices = integers('top.indices', given.top !== undefined, rows * k);
  const topLogProbs = numbers('top.logProbs', given.top !== undefined, rows * k);
  const idLogProbs = numbers('idLogProbs', ids !== null, ids === null ? 0 : lengthOf(ids));
  kernel(
    describeScore(input, ignoreIndex, ties, k),
    input.elements.array,
    compared,
    typeof ignoreIndex === 'number' ? null : ignoreIndex,
    ids,
    counts,
    logSumExp,
    predictions,
    maxLogProbs,
    logProbs,
    ranks,
    entropies,
    margins,
    indices,
    topLogProbs,
    idLogProbs,
  );
  return () => ({
    rows,
    ignored: counts[0],
    notFinite: counts[1],
    logSumExp,
    predictions,
    maxLogProbs,
    logProbs: logProbs ?? undefined,
    ranks: ranks ?? undefined,
    entropies: entropies ?? undefined,
    margins: margins ?? undefined,
    top: indices === null ? undefined : { k, indices, logProbs: topLogProbs },
    idLogProbs: idLogProbs ?? undefined,
  });
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
 * @param targets - One class index a row, as for {@link crossEntropy}. Default: none, and nothing
 *   about targets in the result.
 * @param options - As for {@link softmax}, without `out`; `rank` (default: true where there are
 *   targets), `ties` ('min', 'max' or 'index', default: 'min'), `entropy` and `margin` (default:
 *   false), `top` (1 to 16384; no more than there are classes; default: none), `ids` (an `Int32Array`,
 *   as many for each row; default: none), `ignoreIndex` (one or several; default: -100).
 * @returns New arrays of one element a row, in the order of the logits' shape without the class axis:
 *   numbers as a `Float64Array` for float64 logits, as a `Float32Array` for all others; see
 *   {@link Scores}.
 * @throws As {@link crossEntropy}; `ERR_TARGET_OUT_OF_RANGE` also for an id that is no class.
 * @example
 * const { logProbs, ranks, predictions } = score(logits, targets, { shape: [64, 32000] });
 * const { top } = score(logits, undefined, { shape: [64, 32000], top: 5 });
 * top.indices.subarray(0, 5);  // of the first row
 * @see The definitions: `torch.log_softmax`, `torch.topk` (whose order among equal values is not
 *   defined), and the ranks and log-probabilities of https://docs.vllm.ai/ (`ties: 'max'`).
 */
export function score<
  L extends Logits,
  T extends ClassIndices | undefined,
  O extends ScoreOptions = Record<never, never>,
>(logits: L, targets: T, options?: O): Scores<ResultArray<L>, T, O>;
/** Without targets: what else is read off the logits. */
export function score<L extends Logits, O extends ScoreOptions = Record<never, never>>(
  logits: L,
  targets?: undefined,
  options?: O,
): Scores<ResultArray<L>, undefined, O>;
export function score(logits: Logits, targets?: ClassIndices, options?: ScoreOptions): unknown {
  return computeScore(native.score, ownCounts, logits, targets, readScoreOptions(options))();
}
