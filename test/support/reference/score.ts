import { DoubleDouble, sumOf } from './double-double.js';
import { type Layout, pick, rowsIn } from './layout.js';
import { Row, type Transform } from './row.js';

const of = DoubleDouble.of;

export type Ties = 'min' | 'max' | 'index';

export interface ScoreOptions extends Layout, Transform {
  readonly ties?: Ties | undefined;
  readonly top?: number | undefined;
  readonly ids?: ArrayLike<number> | undefined;
  readonly ignoreIndex?: number | readonly number[] | undefined;
}

/** Everything that is read off one row; without a target its fields say nothing. */
export interface RowScore {
  readonly state: 'counted' | 'ignored' | 'not finite';
  readonly logSumExp: number;
  readonly prediction: number;
  readonly maxLogProb: number;
  readonly logProb: number;
  readonly rank: number;
  readonly entropy: number;
  readonly margin: number;
  readonly topIndices: readonly number[];
  readonly topLogProbs: readonly number[];
  readonly idLogProbs: readonly number[];
}

/** The classes from the largest logit down; of equal ones the lower number first. */
export function ranking(order: ArrayLike<number>): number[] {
  const value = (c: number) => order[c] as number;
  return Array.from(order, (_, c) => c).sort((a, b) => {
    return value(a) === value(b) ? a - b : value(a) > value(b) ? -1 : 1;
  });
}

/** The place of a class among all, from 1 on. */
export function rankOf(order: ArrayLike<number>, target: number, ties: Ties): number {
  const own = order[target] as number;
  return Array.from(order).reduce((rank, value, c) => {
    const before = { min: false, max: c !== target, index: c < target }[ties];
    return value > own || (value === own && before) ? rank + 1 : rank;
  }, 1);
}

/** - sum p log p, of which no two terms cancel. */
export function entropyOf(row: Row): number {
  const terms = row.probability.map((p, c) =>
    p.hi === 0 ? of(0) : p.times(row.surprisal[c] as DoubleDouble),
  );
  return sumOf(terms).valueOf();
}

function marginOf(row: Row, largest: number): number {
  return row.gap.reduce((least, gap, c) => {
    return c === largest ? least : Math.min(least, gap.valueOf());
  }, Infinity);
}

/** A row without values: `value` stands for every number that is not its logSumExp. */
function emptyRow(
  state: RowScore['state'],
  logSumExp: number,
  value: number,
  k: number,
  ids: readonly number[],
): RowScore {
  return {
    state,
    logSumExp,
    prediction: -1,
    maxLogProb: value,
    logProb: value,
    rank: 0,
    entropy: value,
    margin: value,
    topIndices: new Array(k).fill(-1),
    topLogProbs: new Array(k).fill(value),
    idLogProbs: ids.map(() => value),
  };
}

export function isIgnored(target: number | undefined, { ignoreIndex = -100 }: ScoreOptions) {
  return target !== undefined && [ignoreIndex].flat().includes(target);
}

/** One row; `ids` are those of this row alone. */
export function scoreRow(
  logits: ArrayLike<number>,
  target: number | undefined,
  options: ScoreOptions = {},
): RowScore {
  const ids = Array.from(options.ids ?? []);
  const k = Math.min(options.top ?? 0, logits.length);
  if (isIgnored(target, options)) return emptyRow('ignored', 0, 0, k, ids);
  const row = new Row(logits, options);
  if (!row.regular) return emptyRow('not finite', row.logSumExp.valueOf(), NaN, k, ids);
  const logProb = (c: number) => 0 - (row.surprisal[c] as DoubleDouble).valueOf();
  const classes = ranking(row.order);
  const largest = classes[0] as number;
  const top = classes.slice(0, k);
  return {
    state: 'counted',
    logSumExp: row.logSumExp.valueOf(),
    prediction: largest,
    maxLogProb: logProb(largest),
    logProb: target === undefined ? NaN : logProb(target),
    rank: target === undefined ? 0 : rankOf(row.order, target, options.ties ?? 'min'),
    entropy: entropyOf(row),
    margin: marginOf(row, largest),
    topIndices: top,
    topLogProbs: top.map(logProb),
    idLogProbs: ids.map(logProb),
  };
}

/** All rows in order. */
export function scoreRows(
  logits: ArrayLike<number>,
  targets: ArrayLike<number> | ArrayLike<bigint> | undefined,
  options: ScoreOptions = {},
): RowScore[] {
  const rows = rowsIn(logits, options);
  const { ids = [] } = options;
  const width = rows.length === 0 ? 0 : ids.length / rows.length;
  return rows.map((indices, row) =>
    scoreRow(pick(logits, indices), targets && Number(targets[row]), {
      ...options,
      ids: Array.from(ids).slice(row * width, (row + 1) * width),
    }),
  );
}
