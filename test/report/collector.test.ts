import { describe, expect, it } from 'vitest';
import type { RowResults } from '../../lib/evaluation/types.js';
import { MistakeCounts, mostPairs, type Pair } from '../../lib/report/confusions.js';
import { lowerEnd } from '../../lib/report/losses.js';
import { ReportCollector } from '../../lib/report/report.js';
import type { ClassArray } from '../../lib/types.js';
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

/** Batches that so many collectors take in turns, the last rows first, merged through messages. */
function collectApart(classes: number, { results, targets }: Rows, parts: number): ReportCollector {
  const collectors = Array.from({ length: parts }, () => new ReportCollector(classes));
  for (let row = 700 * Math.floor(targets.length / 700), i = 0; row >= 0; row -= 700, i++) {
    const rows = sliced(results, row, row + 700);
    collectors[i % parts]?.add(rows, targets.subarray(row, row + 700), row);
  }
  const whole = new ReportCollector(classes);
  for (const collector of collectors) whole.merge(structuredClone(collector));
  return whole;
}

const byFrequency = (a: Pair, b: Pair) =>
  b.count - a.count || a.target - b.target || a.prediction - b.prediction;

function seen({ losses, ranks, worst, mistakes }: ReportCollector) {
  return {
    losses: losses.counts,
    accuracies: ranks.accuracies,
    rows: ranks.rows,
    worst: worst.rows,
    pairs: mistakes?.pairs?.sort(byFrequency),
    classes: mistakes?.classes,
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
  return [...counts.values()].sort(byFrequency);
}

/** The classes of some mistakes, the one with the most first. */
function classesOf(classes: number, pairs: readonly Pair[]) {
  const [missed, chosen] = [new Array(classes).fill(0), new Array(classes).fill(0)];
  for (const { target, prediction, count } of pairs) {
    missed[target] += count;
    chosen[prediction] += count;
  }
  return missed
    .map((missed, classIndex) => ({ classIndex, missed, chosen: chosen[classIndex] }))
    .filter(({ missed, chosen }) => missed + chosen > 0)
    .sort((a, b) => b.missed + b.chosen - a.missed - a.chosen || a.classIndex - b.classIndex);
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

  it.each([1, 2, 5])('is the same if %i count apart, in another order', (parts) => {
    expect(seen(collectApart(classes, made, parts))).toEqual(seen(collector));
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

  it.runIf(classes > 100)('has the mistakes', () => {
    const pairs = mistakesOf(made);
    expect(seen(collector)).toMatchObject({ pairs, classes: classesOf(classes, pairs) });
  });

  it.each<[string, (targets: Int32Array) => ClassArray]>([
    ['a BigInt64Array', (targets) => BigInt64Array.from(targets, BigInt)],
    ['a BigUint64Array', (targets) => BigUint64Array.from(targets.map(Math.abs), BigInt)],
  ])('takes targets as %s', (_, convert) => {
    const taken = new ReportCollector(classes);
    taken.add(made.results, convert(made.targets), 0);
    expect(seen(taken)).toEqual(seen(collector));
  });
});

describe('mistakes of more kinds than are told apart', () => {
  const rows = 200_000;
  const classes = 5000;
  const random = uniform(11);
  const targets = Int32Array.from({ length: rows }, () => Math.floor(classes * random()));
  // One in ten rows takes a class for the next one.
  const predictions = targets.map((target) =>
    random() < 0.1 ? (target % 50) + 1 : Math.floor(classes * random()),
  );
  const results = { losses: new Float64Array(rows), ranks: new Int32Array(rows), predictions };
  const exact = mistakesOf({ results, targets });

  /** The mistakes of the first rows, in parts of `size`, merged from the last one on. */
  function counted(rows: number, size: number): MistakeCounts {
    const whole = new MistakeCounts(classes);
    for (let end = rows; end > 0; end -= size) {
      const start = Math.max(0, end - size);
      const part = new MistakeCounts(classes);
      part.add(predictions.subarray(start, end), targets.subarray(start, end));
      whole.merge(structuredClone(part));
    }
    return whole;
  }

  it.each([rows, 150_000, 66_000, 3001])('are counted by class, in parts of %i rows', (size) => {
    expect(exact.length).toBeGreaterThan(mostPairs);
    const mistakes = counted(rows, size);
    expect(mistakes.pairs).toBeUndefined();
    expect(mistakes.classes).toEqual(classesOf(classes, exact));
  });

  it('begin with one more than can be told apart, however they are split', () => {
    const pairs = new Set<number>();
    let end = 0;
    for (; pairs.size <= mostPairs; end++) {
      const target = targets[end] as number;
      const prediction = predictions[end] as number;
      if (target !== prediction) pairs.add(target * classes + prediction);
    }
    for (const size of [end, 40_000, 7000]) {
      expect(counted(end - 1, size).pairs).toHaveLength(mostPairs);
      expect(counted(end, size).pairs).toBeUndefined();
    }
  });
});
