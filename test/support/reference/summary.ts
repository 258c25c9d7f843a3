import { DoubleDouble, sumOf } from './double-double.js';
import { type Layout, pick, rowsIn } from './layout.js';
import { meanOnce, standardErrorOf, sumOnce } from './rational.js';
import { Row, type Transform } from './row.js';
import { isIgnored, scoreRow } from './score.js';

const of = DoubleDouble.of;

/** What one row adds to a summary. */
export interface Measures {
  readonly target: number;
  readonly prediction: number;
  /** Among equal logits those of lower classes come first. */
  readonly rank: number;
  readonly loss: number;
  readonly entropy: number;
  readonly brier: number;
  /** The probability of the likeliest class. */
  readonly confidence: number;
}

export type Measured = Measures | 'ignored' | 'not finite';

/** sum over c of (p[c] - [c is the target])^2, without 1 - p where that cancels. */
function brierOf(row: Row, target: number): number {
  return sumOf(
    row.probability.map((p, c) => {
      const off = c === target ? (row.complement[c] as DoubleDouble) : p;
      return off.times(off);
    }),
  ).valueOf();
}

export interface EvaluationOptions extends Layout, Transform {
  readonly ignoreIndex?: number | readonly number[] | undefined;
}

export function measuresOf(
  logits: ArrayLike<number>,
  target: number,
  options: EvaluationOptions = {},
): Measured {
  if (isIgnored(target, options)) return 'ignored';
  const row = new Row(logits, options);
  if (!row.regular) return 'not finite';
  const { prediction, rank, logProb, entropy } = scoreRow(logits, target, {
    ...options,
    ties: 'index',
  });
  return {
    target,
    prediction,
    rank,
    loss: 0 - logProb,
    entropy,
    brier: brierOf(row, target),
    confidence: (row.probability[prediction] ?? of(NaN)).valueOf(),
  };
}

export function measureRows(
  logits: ArrayLike<number>,
  targets: ArrayLike<number>,
  options: EvaluationOptions = {},
): Measured[] {
  return rowsIn(logits, options).map((indices, row) =>
    measuresOf(pick(logits, indices), targets[row] as number, options),
  );
}

export interface SummaryOptions {
  readonly classes: number;
  readonly top?: readonly number[] | undefined;
  readonly calibrationBins?: number | undefined;
  readonly confusion?: boolean | undefined;
  /** The bytes of all updates, or undefined where one did not tell them. */
  readonly bytes?: number | undefined;
}

/** The bin of a confidence: [i / bins, (i + 1) / bins), the last one closed. */
export function binOf(confidence: number, bins: number): number {
  let bin = bins - 1;
  while (bin > 0 && confidence < bin / bins) bin--;
  return bin;
}

/** What the summary is of all rows that were measured: every mean is rounded once. */
export function summaryOf(measured: readonly Measured[], options: SummaryOptions) {
  const { classes, top = [1], calibrationBins: count = 15, confusion, bytes } = options;
  const rows = measured.filter((row) => typeof row !== 'string');
  const losses = rows.map(({ loss }) => loss);
  const loss = meanOnce(losses);
  const share = (some: readonly unknown[], all: readonly unknown[]) => some.length / all.length;
  const bins = Array.from({ length: count }, (_, i) => {
    const own = rows.filter(({ confidence }) => binOf(confidence, count) === i);
    return {
      lower: i / count,
      upper: (i + 1) / count,
      count: own.length,
      confidence: meanOnce(own.map(({ confidence }) => confidence)),
      accuracy: share(
        own.filter(({ rank }) => rank === 1),
        own,
      ),
    };
  });
  const gaps = bins
    .filter((bin) => bin.count > 0)
    .map((bin) => ({ gap: Math.abs(bin.accuracy - bin.confidence), weight: bin.count }));
  const weighted = (power: number) =>
    gaps.reduce((sum, { gap, weight }) => sum + weight * gap ** power, 0) / rows.length;
  return {
    rows: rows.length,
    ignored: measured.filter((row) => row === 'ignored').length,
    notFinite: measured.filter((row) => row === 'not finite').length,
    loss,
    lossStandardError: standardErrorOf(losses),
    perplexity: Math.exp(loss),
    bitsPerToken: loss / Math.LN2,
    bitsPerByte: bytes === undefined ? undefined : sumOnce(losses) / Math.LN2 / bytes,
    accuracy: Object.fromEntries(
      top.map((k) => [
        k,
        share(
          rows.filter(({ rank }) => rank <= k),
          rows,
        ),
      ]),
    ),
    meanLogProb: -loss,
    meanEntropy: meanOnce(rows.map(({ entropy }) => entropy)),
    brier: meanOnce(rows.map(({ brier }) => brier)),
    calibration: {
      bins,
      expected: weighted(1),
      maximum: gaps.length === 0 ? NaN : Math.max(...gaps.map(({ gap }) => gap)),
      rootMeanSquare: Math.sqrt(weighted(2)),
      ece: weighted(1),
      mce: gaps.length === 0 ? NaN : Math.max(...gaps.map(({ gap }) => gap)),
    },
    confusion: confusion
      ? Array.from({ length: classes }, (_, target) =>
          Array.from(
            { length: classes },
            (_, prediction) =>
              rows.filter((row) => row.target === target && row.prediction === prediction).length,
          ),
        )
      : undefined,
  };
}

export type ReferenceSummary = ReturnType<typeof summaryOf>;
