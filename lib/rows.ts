import { lengthOf, typeNameOf } from './arguments/arrays.js';
import { asFunction, typeError } from './arguments/errors.js';
import { OptionList } from './arguments/options.js';
import { expectNumber } from './arguments/scalars.js';
import { isObject } from './arguments/tensors.js';
import type { TopClasses } from './operations/score.js';
import type { AnyResult } from './types.js';

const list = new OptionList('toRows', 'floor');

/** The options of toRows. */
export interface ToRowsOptions {
  /** What log-probabilities below it become, -Infinity among them: JSON has no word for that. Default: none. */
  readonly floor?: number | undefined;
}

/** What {@link score} returns, whatever was asked for. */
interface AnyScores {
  readonly rows: number;
  readonly logSumExp: AnyResult;
  readonly predictions: Int32Array;
  readonly maxLogProbs: AnyResult;
  readonly logProbs?: AnyResult | undefined;
  readonly ranks?: Int32Array | undefined;
  readonly entropies?: AnyResult | undefined;
  readonly margins?: AnyResult | undefined;
  readonly top?: TopClasses<AnyResult> | undefined;
  readonly idLogProbs?: AnyResult | undefined;
}

/** What {@link score} has found of one row; numbers that are not finite are null, as in JSON. */
export interface ScoreRow {
  readonly logSumExp: number | null;
  readonly prediction: number;
  readonly maxLogProb: number | null;
  readonly logProb?: number | null;
  readonly rank?: number;
  readonly entropy?: number | null;
  readonly margin?: number | null;
  readonly top?: readonly { readonly index: number; readonly logProb: number | null }[];
  readonly idLogProbs?: readonly (number | null)[];
}

/** The results that have one number a row: their name there, in a row, and whether `floor` holds for them. */
const columns = [
  ['logSumExp', 'logSumExp', false],
  ['predictions', 'prediction', false],
  ['maxLogProbs', 'maxLogProb', true],
  ['logProbs', 'logProb', true],
  ['ranks', 'rank', false],
  ['entropies', 'entropy', false],
  ['margins', 'margin', false],
] as const;

type Column = (row: number, at?: number) => number | null;

/**
 * What {@link score} returns as an array of plain objects, one a row: for JSON, which makes objects of
 * typed arrays and has no NaN or Infinity.
 *
 * @param scores - The result of {@link score}.
 * @param options - `floor`: see {@link ToRowsOptions}.
 * @throws TypeError `ERR_INVALID_ARG_TYPE`; RangeError `ERR_INVALID_ARG_VALUE`.
 * @example
 * const scores = score(logits, [2, 1], { shape: [2, 3], top: 2 });
 * response.json(toRows(scores, { floor: -9999 }));
 * // [{ logProb: -0.127, rank: 1, prediction: 2, top: [{ index: 2, logProb: -0.127 }, ...], ... }, ...]
 */
export function toRows(scores: AnyScores, options?: ToRowsOptions): ScoreRow[] {
  return asFunction('toRows', toRows, () => {
    const { floor: given } = list.accept(options);
    const isNumber = (value: number) => !Number.isNaN(value);
    const floor =
      given === undefined ? -Infinity : expectNumber(given, 'floor', isNumber, 'a number');
    if (!isObject(scores)) throw typeError('what score returns', 'scores', scores);
    const { rows, top, idLogProbs } = scores;
    if (!Number.isSafeInteger(rows)) throw typeError('what score returns', 'scores', scores);

    /** The elements of an array, `width` a row. */
    const columnOf = (value: unknown, name: string, isFloored: boolean, width = 1): Column => {
      const isArray = typeNameOf(value) !== undefined;
      if (!isArray || lengthOf(value as Float32Array) !== rows * width) {
        throw typeError('what score returns', `scores.${name}`, value);
      }
      const array = value as Float32Array;
      return (row, at = 0) => {
        const element = array[row * width + at] as number;
        const number = isFloored && element < floor ? floor : element;
        return Number.isFinite(number) ? number : null;
      };
    };
    const read = columns.flatMap(([name, key, isFloored]) => {
      const value: unknown = scores[name];
      return value === undefined ? [] : [[key, columnOf(value, name, isFloored)] as const];
    });
    const ids = typeNameOf(idLogProbs) ? lengthOf(idLogProbs as Float32Array) / (rows || 1) : 0;
    const ofIds = idLogProbs && columnOf(idLogProbs, 'idLogProbs', true, ids);
    const indices = top && columnOf(top.indices, 'top.indices', false, top.k);
    const logProbs = top && columnOf(top.logProbs, 'top.logProbs', true, top.k);
    const each = (width: number, make: (at: number) => unknown) =>
      Array.from({ length: width }, (_, at) => make(at));
    return each(rows, (row) => ({
      ...Object.fromEntries(read.map(([key, column]) => [key, column(row)])),
      ...(top && {
        top: each(top.k, (at) => ({ index: indices?.(row, at), logProb: logProbs?.(row, at) })),
      }),
      ...(ofIds && { idLogProbs: each(ids, (at) => ofIds(row, at)) }),
    })) as ScoreRow[];
  });
}
