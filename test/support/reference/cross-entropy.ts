import { DoubleDouble, sumOf, sumsOfOthers } from './double-double.js';
import { type Layout, pick, rowsIn } from './layout.js';
import { Row, type Transform } from './row.js';

const of = DoubleDouble.of;

export interface NllOptions extends Layout {
  readonly reduction?: 'mean' | 'sum' | 'none' | undefined;
  readonly weight?: ArrayLike<number> | undefined;
  readonly ignoreIndex?: number | readonly number[] | undefined;
  readonly emptyMean?: 'nan' | 'zero' | undefined;
}

export interface CrossEntropyOptions extends NllOptions, Transform {
  readonly labelSmoothing?: number | undefined;
  readonly zLoss?: number | undefined;
  readonly upstream?: number | ArrayLike<number> | undefined;
}

export type ClassIndices = ArrayLike<number> | ArrayLike<bigint>;

/** A loss as an array (of one element for 'mean' and 'sum'), its gradient, and both's scales. */
export interface ReferenceLoss {
  readonly loss: Float64Array;
  /** The sum of the magnitudes of all terms of a loss, which rounding errors are relative to. */
  readonly lossScale: Float64Array;
  readonly gradient: Float64Array;
  /** The same for each element of the gradient: |A p| + |a|, times what both are multiplied by. */
  readonly gradientScale: Float64Array;
}

/** The losses of all rows, counted or not, on the way to a reduction. */
interface RowLoss {
  readonly loss: DoubleDouble;
  readonly scale: number;
}

interface Counted {
  readonly row: number;
  /** What the row adds to the mean's denominator. */
  readonly share: number;
}

/** A term whose coefficient is exactly 0 is none, whatever stands beside it. */
function term(coefficient: DoubleDouble, value: DoubleDouble): DoubleDouble {
  return coefficient.hi === 0 ? of(0) : coefficient.times(value);
}

function isIgnored(target: number, ignoreIndex: number | readonly number[] = -100): boolean {
  return [ignoreIndex].flat().includes(target);
}

function reduced(
  losses: readonly RowLoss[],
  counted: readonly Counted[],
  { reduction = 'mean', emptyMean = 'nan' }: NllOptions,
): { loss: Float64Array; scale: Float64Array; denominator: number; empty: boolean } {
  if (reduction === 'none') {
    return {
      loss: Float64Array.from(losses, ({ loss }) => loss.valueOf()),
      scale: Float64Array.from(losses, ({ scale }) => scale),
      denominator: 1,
      empty: false,
    };
  }
  const sum = sumOf(losses.map(({ loss }) => loss));
  const scale = losses.reduce((total, row) => total + row.scale, 0);
  const empty = reduction === 'mean' && counted.every(({ share }) => share === 0);
  const denominator =
    reduction === 'sum' ? 1 : sumOf(counted.map(({ share }) => of(share))).valueOf();
  const loss = empty ? (emptyMean === 'zero' ? 0 : NaN) : sum.over(denominator).valueOf();
  return {
    loss: Float64Array.of(loss),
    scale: Float64Array.of(scale / Math.abs(denominator)),
    denominator,
    empty,
  };
}

/** -weight * logp[target] of every row. */
export function nllLoss(
  logProbabilities: ArrayLike<number>,
  targets: ClassIndices,
  options: NllOptions = {},
): Pick<ReferenceLoss, 'loss' | 'lossScale'> {
  const counted: Counted[] = [];
  const losses = rowsIn(logProbabilities, options).map((indices, row): RowLoss => {
    const target = Number(targets[row]);
    if (isIgnored(target, options.ignoreIndex)) return { loss: of(0), scale: 0 };
    const share = options.weight?.[target] ?? 1;
    counted.push({ row, share });
    const logP = of(logProbabilities[indices[target] as number] as number);
    const loss = term(of(-share), logP);
    return { loss, scale: Math.abs(loss.hi) };
  });
  const { loss, scale } = reduced(losses, counted, options);
  return { loss, lossScale: scale };
}

/** The factors of the surprisals: weight times smoothed target. */
function coefficients(
  classes: number,
  target: number | Float64Array,
  { weight, labelSmoothing: smoothing = 0 }: CrossEntropyOptions,
): DoubleDouble[] {
  const kept = of(1).minus(smoothing);
  const spread = of(smoothing).over(classes);
  return Array.from({ length: classes }, (_, c) => {
    const own = typeof target === 'number' ? of(c === target ? 1 : 0) : of(target[c] as number);
    return term(of(weight?.[c] ?? 1), term(kept, own).plus(spread));
  });
}

interface RowGradient extends RowLoss {
  readonly gradient: readonly DoubleDouble[];
  readonly gradientScale: readonly number[];
}

/** sum a (lse - x) + zLoss lse^2 and its gradient (A + 2 zLoss lse) p - a by the row's logits. */
function rowLoss(row: Row, a: readonly DoubleDouble[], zLoss: number): RowGradient {
  if (!row.regular) {
    const nothing = a.map(() => of(NaN));
    return { loss: of(NaN), scale: 0, gradient: nothing, gradientScale: a.map(() => 0) };
  }
  const terms = a.map((factor, c) => term(factor, row.surprisal[c] as DoubleDouble));
  const lse = row.logSumExp;
  const square = term(of(zLoss), lse.times(lse));
  const push = term(of(2 * zLoss), lse);
  // Near 0 the error of lse is absolute.
  const lseScale = zLoss === 0 ? 0 : zLoss * Math.max(Math.abs(lse.hi), 1);
  const total = sumOf(a.map((factor) => factor.abs())).valueOf();
  const others = sumsOfOthers(a);
  const scaled = (value: number, c: number) => Math.abs(row.byLogit(of(value), c).valueOf());
  return {
    loss: sumOf(terms).plus(square),
    scale: sumOf(terms.map((value) => value.abs())).valueOf() + lseScale * Math.abs(lse.hi),
    gradient: a.map((factor, c) => {
      const p = row.probability[c] as DoubleDouble;
      const pulled = term(others[c] as DoubleDouble, p);
      const kept = term(factor, row.complement[c] as DoubleDouble);
      return row.byLogit(pulled.minus(kept).plus(term(push, p)), c);
    }),
    gradientScale: a.map((factor, c) => {
      const p = (row.probability[c] as DoubleDouble).hi;
      return scaled(total * p + Math.abs(factor.hi) + 2 * lseScale * p, c);
    }),
  };
}

/** The loss and its gradient by the logits; Float32Array and Float64Array targets are probabilities. */
export function crossEntropy(
  logits: ArrayLike<number>,
  targets: ClassIndices,
  options: CrossEntropyOptions = {},
): ReferenceLoss {
  const byIndex = !(targets instanceof Float32Array || targets instanceof Float64Array);
  const { ignoreIndex, weight, zLoss = 0, upstream = 1 } = options;
  const rows = rowsIn(logits, options);
  const counted: Counted[] = [];
  const computed = rows.map((indices, row): RowGradient | undefined => {
    const target = byIndex ? Number(targets[row]) : pick(targets, indices);
    if (typeof target === 'number' && isIgnored(target, ignoreIndex)) return undefined;
    counted.push({ row, share: typeof target === 'number' ? (weight?.[target] ?? 1) : 1 });
    return rowLoss(
      new Row(pick(logits, indices), options),
      coefficients(indices.length, target, options),
      zLoss,
    );
  });
  const losses = computed.map((row) => row ?? { loss: of(0), scale: 0 });
  const { loss, scale, denominator, empty } = reduced(losses, counted, options);
  const gradient = new Float64Array(logits.length);
  const gradientScale = new Float64Array(logits.length);
  computed.forEach((row, n) => {
    if (row === undefined) return;
    const factor = typeof upstream === 'number' ? upstream : (upstream[n] as number);
    (rows[n] as number[]).forEach((at, c) => {
      const value = (row.gradient[c] as DoubleDouble).times(factor).over(denominator).valueOf();
      gradient[at] = empty ? (options.emptyMean === 'zero' ? 0 : NaN) : value;
      gradientScale[at] = Math.abs(((row.gradientScale[c] as number) * factor) / denominator);
    });
  });
  return { loss, lossScale: scale, gradient, gradientScale };
}
