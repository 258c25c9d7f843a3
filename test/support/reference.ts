/**
 * The float64 reference of one row: the definitions on plain arrays, fast enough for long rows. It
 * shares no code and no algorithm with the kernels (it subtracts the maximum, uses Math.exp and sums
 * in order). What stands below reference/ has every operation with every option, to 30 digits.
 */
export { binaryCrossEntropy } from './reference/binary-cross-entropy.js';
export {
  type CrossEntropyOptions,
  crossEntropy,
  nllLoss,
  type ReferenceLoss,
} from './reference/cross-entropy.js';
export {
  logSoftmaxGradient,
  preciseLogSoftmax,
  preciseLogSumExp,
  preciseSoftmax,
  type Sized,
  softmaxGradient,
} from './reference/family.js';
export { klDivergence } from './reference/kl-divergence.js';
export { pick, rowsOf } from './reference/layout.js';
export { Row } from './reference/row.js';
export { type RowScore, type ScoreOptions, scoreRow, scoreRows } from './reference/score.js';
export {
  type Measured,
  measureRows,
  measuresOf,
  type ReferenceSummary,
  summaryOf,
} from './reference/summary.js';

/** The largest element, -Infinity if there is none, NaN if any is. */
function maximum(row: ArrayLike<number>): number {
  let max = -Infinity;
  for (let c = 0; c < row.length; c++) max = Math.max(max, row[c] as number);
  return max;
}

export function logSumExp(row: ArrayLike<number>): number {
  const max = maximum(row);
  if (!Number.isFinite(max)) return max;
  let sum = 0;
  for (let c = 0; c < row.length; c++) sum += Math.exp((row[c] as number) - max);
  return max + Math.log(sum);
}

/** Whether softmax and the loss exist: a finite maximum and no NaN. */
function isRegular(row: ArrayLike<number>): boolean {
  return Number.isFinite(logSumExp(row));
}

export function softmax(row: ArrayLike<number>): Float64Array {
  if (!isRegular(row)) return new Float64Array(row.length).fill(NaN);
  const max = maximum(row);
  const terms = Float64Array.from(row as ArrayLike<number>, (x) => Math.exp(x - max));
  let sum = 0;
  for (const term of terms) sum += term;
  return terms.map((term) => term / sum);
}

/** -log softmax(row)[target], by log1p of the others' sum: right for the smallest losses. */
export function loss(row: ArrayLike<number>, target: number): number {
  if (!isRegular(row)) return NaN;
  const own = row[target] as number;
  if (own === -Infinity) return Infinity;
  let others = 0;
  let overflow = false;
  for (let c = 0; c < row.length; c++) {
    if (c === target) continue;
    const gap = (row[c] as number) - own;
    overflow ||= gap > 600;
    others += Math.exp(gap);
  }
  return overflow ? logSumExp(row) - own : Math.log1p(others);
}

export function logSoftmax(row: ArrayLike<number>): Float64Array {
  const values = new Float64Array(row.length).fill(NaN);
  if (!isRegular(row)) return values;
  const total = logSumExp(row);
  for (let c = 0; c < row.length; c++) {
    const value = (row[c] as number) - total;
    values[c] = value > -1 ? -loss(row, c) : value;
  }
  return values;
}

/** The gradient of the row's loss; at the target -(1 - p), formed without cancellation. */
export function lossGradient(row: ArrayLike<number>, target: number): Float64Array {
  const gradient = softmax(row);
  if (!isRegular(row)) return gradient;
  gradient[target] = Math.expm1(-loss(row, target));
  return gradient;
}
