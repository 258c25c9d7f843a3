import { describe, expect, it } from 'vitest';
import type { RowResults } from '../../lib/evaluation/types.js';
import { countedPairs, MistakeCounts, type Pair } from '../../lib/report/confusions.js';
import { classNumbers } from '../../lib/report/counts.js';
import { lowerEnd } from '../../lib/report/losses.js';
import { ReportCollector } from '../../lib/report/report.js';
import { uniform } from '../support/inputs.js';

interface Rows {
  readonly results: RowResults;
  readonly targets: Int32Array;
}

/** Results of no model: ranks, losses and predictions have nothing to do with each other. */
function madeUp(classes: number, rows: number, seed: number): Rows {
  const random = uniform(seed);
  const anyClass = () => Math.floor(classes * random() ** 3);
  const losses = new Float64Array(rows);
  const ranks = new Int32Array(rows);
  const predictions = new Int32Array(rows).fill(-1);
  const targets = Int32Array.from({ length: rows }, anyClass);
  for (let row = 0; row < rows; row++) {
    const kind = random();
    if (kind < 0.05) {
      targets[row] = -100;
    } else if (kind < 0.1) {
      losses[row] = Number.NaN;
    } else {
      // Few different losses, so that many rows are equally bad.
      losses[row] =
        kind < 0.15 ? 0 : kind < 0.151 ? Infinity : Math.round(40 * random()) ** 3 / 1e4;
      ranks[row] = 1 + anyClass();
      predictions[row] = random() < 0.5 ? (targets[row] as number) : anyClass();
    }
  }
  return { results: { losses, ranks, predictions }, targets };
}

const sliced = ({ losses, ranks, predictions }: RowResults, from: number, to: number) => ({
  losses: losses.subarray(from, to),
  ranks: ranks.subarray(from, to),
  predictions: predictions.subarray(from, to),
});

function collect(classes: number, { results, targets }: Rows, batch: number): ReportCollector {
  const collector = new ReportCollector(classes);
  for (let row = 0; row < targets.length; row += batch) {
    const rows = sliced(results, row, row + batch);
    collector.add(rows, targets.subarray(row, row + batch), row);
  }
  return collector;
}

function seen(collector: ReportCollector) {
  return {
    losses: collector.losses.counts,
    accuracies: collector.ranks.accuracies,
    rows: collector.ranks.rows,
    worst: collector.worst.rows,
    mistakes: collector.confusions.mistakes,
    pairs: collector.confusions.mostConfused(1e6),
  };
}

/** The pairs of target and prediction that differ, counted by name. */
function mistakesOf({ results, targets }: Rows): Pair[] {
  const counts = new Map<string, Pair>();
  results.predictions.forEach((prediction, row) => {
    const target = targets[row] as number;
    if (prediction < 0 || prediction === target) return;
    const name = `${target} ${prediction}`;
    const count = 1 + (counts.get(name)?.count ?? 0);
    counts.set(name, { target, prediction, count });
  });
  return [...counts.values()].sort(
    (a, b) => b.count - a.count || a.target - b.target || a.prediction - b.prediction,
  );
}

const sizes = [
  { classes: 1, rows: 300 },
  { classes: 2, rows: 3000 },
  { classes: 10, rows: 5000 },
  { classes: 100, rows: 5000 },
  { classes: 101, rows: 5000 },
  { classes: 200_000, rows: 5000 },
];

describe.each(sizes)('$classes classes', ({ classes, rows }) => {
  const made = madeUp(classes, rows, classes);
  const { losses, ranks, predictions } = made.results;
  const collector = collect(classes, made, rows);
  const counted = [...ranks.keys()].filter((row) => (ranks[row] as number) > 0);

  it.each([1, 7, 64, 4999])('is the same in batches of %i', (batch) => {
    expect(seen(collect(classes, made, batch))).toEqual(seen(collector));
  });

  it('is the same if several threads count, one after another', () => {
    const first = new ReportCollector(classes);
    for (let row = 0; row < rows; row += 700) {
      const other = new ReportCollector(classes, structuredClone(first.memory));
      other.add(sliced(made.results, row, row + 700), made.targets.subarray(row, row + 700), row);
    }
    expect(seen(first)).toEqual(seen(collector));
  });

  it('has every loss in its bin', () => {
    const { counts } = collector.losses;
    const upper = (bin: number) => (bin + 1 < counts.length ? lowerEnd(bin + 1) : Infinity);
    const within = (bin: number) => (row: number) => {
      const loss = losses[row] as number;
      if (loss === Infinity) return bin === counts.length - 1;
      return loss >= lowerEnd(bin) && loss < upper(bin);
    };
    for (const bin of counts.keys()) {
      if (counts[bin] === 0) continue;
      expect(counts[bin], `bin ${bin}`).toBe(counted.filter(within(bin)).length);
    }
    expect(counts.reduce((a, b) => a + b, 0)).toBe(counted.length);
  });

  it('has the share of ranks up to each k', () => {
    const { accuracies, rows: withRank } = collector.ranks;
    expect(withRank).toBe(counted.length);
    expect(accuracies).toHaveLength(Math.min(classes, 100));
    accuracies.forEach((accuracy, i) => {
      const within = counted.filter((row) => (ranks[row] as number) <= i + 1);
      expect(accuracy).toBe(within.length / counted.length);
    });
  });

  it('has the worst rows, of equal ones the first', () => {
    const loss = (row: number) => losses[row] as number;
    const sorted = counted.sort((a, b) =>
      loss(b) === loss(a) ? a - b : loss(b) > loss(a) ? 1 : -1,
    );
    expect(collector.worst.rows).toEqual(
      sorted.slice(0, 20).map((row) => ({
        row,
        target: made.targets[row],
        prediction: predictions[row],
        loss: losses[row],
        rank: ranks[row],
      })),
    );
  });

  it('has the mistakes', () => {
    const pairs = mistakesOf(made);
    const { confusions } = collector;
    expect(confusions.mostConfused(20)).toEqual(pairs.slice(0, 20));
    expect(confusions.mostConfused(1e6)).toEqual(pairs);
    expect(confusions.mistakes).toBe(pairs.reduce((sum, { count }) => sum + count, 0));
    expect(confusions.uncounted).toBe(0);
  });

  it.each<[string, (targets: Int32Array) => ArrayLike<number | bigint>]>([
    ['a BigInt64Array', (targets) => BigInt64Array.from(targets, BigInt)],
    ['a BigUint64Array', (targets) => BigUint64Array.from(targets.map(Math.abs), BigInt)],
    ['a Float64Array', (targets) => Float64Array.from(targets)],
    ['numbers', (targets) => [...targets]],
    ['BigInts', (targets) => Array.from(targets, BigInt)],
  ])('takes targets as %s', (_, convert) => {
    const taken = new ReportCollector(classes);
    taken.add(made.results, convert(made.targets), 0);
    expect(seen(taken)).toEqual(seen(collector));
  });
});

describe('mistakes of more kinds than are told apart', () => {
  const rows = 400_000;
  const classes = 5000;
  const random = uniform(11);
  const targets = Int32Array.from({ length: rows }, () => Math.floor(classes * random()));
  // One in ten rows takes a class for the next one.
  const predictions = targets.map((target) =>
    random() < 0.1 ? (target % 50) + 1 : Math.floor(classes * random()),
  );
  const mistakes = new MistakeCounts();
  mistakes.add(predictions, classNumbers(targets));
  const results = { losses: new Float64Array(rows), ranks: new Int32Array(rows), predictions };
  const exact = mistakesOf({ results, targets });
  const key = ({ target, prediction }: Pair) => target * classes + prediction;
  const found = new Map(mistakes.mostConfused(countedPairs).map((pair) => [key(pair), pair.count]));

  it('are lower bounds, and none too low by more than is said', () => {
    expect(exact.length).toBeGreaterThan(countedPairs);
    expect(mistakes.uncounted).toBeGreaterThan(0);
    expect(mistakes.uncounted).toBeLessThanOrEqual(mistakes.mistakes / countedPairs);
    expect(found.size).toBeLessThanOrEqual(countedPairs);
    for (const pair of exact) {
      const count = found.get(key(pair)) ?? 0;
      expect(count).toBeLessThanOrEqual(pair.count);
      expect(count).toBeGreaterThanOrEqual(pair.count - mistakes.uncounted);
    }
  });

  it('are the same in batches', () => {
    const batched = new MistakeCounts();
    for (let row = 0; row < rows; row += 3001) {
      const end = row + 3001;
      batched.add(predictions.subarray(row, end), classNumbers(targets.subarray(row, end)));
    }
    expect(batched.uncounted).toBe(mistakes.uncounted);
    expect(batched.mostConfused(1000)).toEqual(mistakes.mostConfused(1000));
  });
});
