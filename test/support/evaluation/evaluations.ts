// Evaluations of made-up models, by the definitions: what the report's tests look at.
import type { CalibrationBin, RowResults } from '../../../lib/evaluation/types.js';
import { mostMatrixClasses, type ReportSummary } from '../../../lib/report/report.js';
import { uniform } from '../inputs.js';

export interface Evaluation {
  readonly classes: number;
  readonly rows: RowResults;
  readonly targets: Int32Array;
  readonly summary: ReportSummary;
}

/** A row of logits and its target; one that is ignored or not finite says so. */
export interface Row {
  readonly logits: Float64Array;
  readonly target: number;
  readonly kind?: 'ignored' | 'notFinite';
}

interface Scored {
  readonly loss: number;
  readonly rank: number;
  readonly prediction: number;
  readonly confidence: number;
  readonly entropy: number;
  readonly brier: number;
}

function score({ logits, target, kind }: Row): Scored {
  const none = { rank: 0, prediction: -1, confidence: Number.NaN, entropy: 0, brier: 0 };
  if (kind) return { ...none, loss: kind === 'ignored' ? 0 : Number.NaN };
  const prediction = logits.indexOf(logits.reduce((a, b) => Math.max(a, b)));
  const largest = logits[prediction] as number;
  const sum = logits.reduce((s, x) => s + Math.exp(x - largest), 0);
  const probabilities = logits.map((x) => Math.exp(x - largest) / sum);
  const own = logits[target] as number;
  return {
    loss: Math.log(sum) + largest - own,
    rank: 1 + logits.reduce((above, x) => above + (x > own ? 1 : 0), 0),
    prediction,
    confidence: 1 / sum,
    entropy: probabilities.reduce((h, p) => h - (p > 0 ? p * Math.log(p) : 0), 0),
    brier: probabilities.reduce((b, p, c) => b + (p - (c === target ? 1 : 0)) ** 2, 0),
  };
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]) => sum(values) / values.length;

function binsOf(rows: readonly Scored[], bins: number): CalibrationBin[] {
  return Array.from({ length: bins }, (_, bin) => {
    const inside = rows.filter(
      (row) => Math.min(bins - 1, Math.floor(row.confidence * bins)) === bin,
    );
    return {
      lower: bin / bins,
      upper: (bin + 1) / bins,
      count: inside.length,
      confidence: mean(inside.map((row) => row.confidence)),
      accuracy: mean(inside.map((row) => (row.rank === 1 ? 1 : 0))),
    };
  });
}

/** How many rows there are of each target and prediction. */
function confusionOf(classes: number, rows: readonly Row[], scored: readonly Scored[]) {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  scored.forEach(({ prediction }, i) => {
    const row = counts[(rows[i] as Row).target];
    if (row !== undefined && prediction >= 0) row[prediction] = (row[prediction] as number) + 1;
  });
  return counts;
}

const named = (expected: number, maximum: number) => ({
  expected,
  maximum,
  ece: expected,
  mce: maximum,
});

function summaryOf(
  classes: number,
  rows: readonly Row[],
  scored: readonly Scored[],
): ReportSummary {
  const counted = scored.filter(({ rank }) => rank > 0);
  const n = counted.length;
  const loss = mean(counted.map((row) => row.loss));
  const variance = sum(counted.map((row) => (row.loss - loss) ** 2)) / (n - 1);
  const bins = binsOf(counted, 15);
  const used = bins.filter(({ count }) => count > 0);
  const gaps = used.map(({ accuracy, confidence }) => Math.abs(accuracy - confidence));
  const weighted = (gap: (gap: number) => number) =>
    sum(used.map(({ count }, i) => (count / n) * gap(gaps[i] as number)));
  return {
    rows: n,
    ignored: rows.filter(({ kind }) => kind === 'ignored').length,
    notFinite: rows.filter(({ kind }) => kind === 'notFinite').length,
    loss,
    lossStandardError: n < 2 ? Number.NaN : Math.sqrt(variance / n),
    perplexity: Math.exp(loss),
    bitsPerToken: loss / Math.LN2,
    accuracy: {
      1: mean(counted.map(({ rank }) => (rank <= 1 ? 1 : 0))),
      5: mean(counted.map(({ rank }) => (rank <= 5 ? 1 : 0))),
    },
    meanLogProb: -loss,
    meanEntropy: mean(counted.map((row) => row.entropy)),
    brier: mean(counted.map((row) => row.brier)),
    calibration: {
      bins,
      ...named(
        n === 0 ? Number.NaN : weighted((gap) => gap),
        n === 0 ? Number.NaN : Math.max(...gaps),
      ),
      rootMeanSquare: n === 0 ? Number.NaN : Math.sqrt(weighted((gap) => gap * gap)),
    },
    ...(classes <= mostMatrixClasses && { confusion: confusionOf(classes, rows, scored) }),
  };
}

export function evaluate(classes: number, rows: Iterable<Row>): Evaluation {
  const kept: Row[] = [];
  const scored: Scored[] = [];
  // Logits of many classes and rows would not fit into memory.
  for (const row of rows) {
    scored.push(score(row));
    kept.push({ ...row, logits: new Float64Array(0) });
  }
  return {
    classes,
    rows: {
      losses: Float64Array.from(scored, ({ loss }) => loss),
      ranks: Int32Array.from(scored, ({ rank }) => rank),
      predictions: Int32Array.from(scored, ({ prediction }) => prediction),
    },
    targets: Int32Array.from(kept, ({ target }) => target),
    summary: summaryOf(classes, kept, scored),
  };
}

/**
 * Rows of a model that mostly knows the target and takes some classes for others: `skill` is how far the target's
 * logit rises above the others', and earlier classes are the more frequent by `zipf`.
 */
export function* modelRows(
  classes: number,
  count: number,
  { skill = 4, zipf = 0, seed = 1 }: { skill?: number; zipf?: number; seed?: number } = {},
): Generator<Row> {
  const random = uniform(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const frequent = () => Math.floor(classes ** random()) - 1;
  for (let row = 0; row < count; row++) {
    const target = zipf > 0 ? frequent() : Math.floor(random() * classes);
    const logits = new Float64Array(classes).map((_, c) => normal() - zipf * Math.log(c + 1));
    const add = (c: number, by: number) => {
      logits[c] = (logits[c] as number) + by;
    };
    add(target, skill + 2 * normal());
    add((7 * target + 3) % classes, skill / 2 + normal());
    const kind = random() < 0.01 ? 'ignored' : random() < 0.002 ? 'notFinite' : undefined;
    yield { logits, target: kind === 'ignored' ? -100 : target, ...(kind && { kind }) };
  }
}
