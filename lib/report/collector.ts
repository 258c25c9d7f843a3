import type { RowResults } from '../evaluation/types.js';
import { ConfusionMatrix } from './confusion-matrix.js';
import type { Confusions } from './confusions.js';
import { LossCounts } from './loss-counts.js';
import { MistakeCounts } from './mistake-counts.js';
import { RankCounts } from './rank-counts.js';
import { classNumbers } from './words.js';
import { WorstRows } from './worst-rows.js';

/** A matrix of more classes than this could not be read. */
const MATRIX_CLASSES = 100;

/** All that has been counted: whichever thread has it sees, and adds to, the same. */
export interface CollectorMemory {
  readonly losses: Float64Array;
  readonly ranks: Float64Array;
  readonly worst: Float64Array;
  readonly confusions: Float64Array;
}

/**
 * What a report shows of single rows, batch after batch. Its memory depends neither on the number of rows
 * nor, above `MATRIX_CLASSES`, on that of the classes.
 */
export class ReportCollector {
  readonly classes: number;
  readonly losses: LossCounts;
  readonly ranks: RankCounts;
  readonly worst: WorstRows;
  readonly confusions: Confusions;

  /** @param memory - Of another thread's collector, of as many classes. Default: its own. */
  constructor(classes: number, memory?: CollectorMemory) {
    this.classes = classes;
    this.losses = new LossCounts(memory?.losses);
    this.ranks = new RankCounts(classes, memory?.ranks);
    this.worst = new WorstRows(memory?.worst);
    this.confusions =
      classes <= MATRIX_CLASSES
        ? new ConfusionMatrix(classes, memory?.confusions)
        : new MistakeCounts(memory?.confusions);
  }

  get memory(): CollectorMemory {
    const { losses, ranks, worst, confusions } = this;
    return {
      losses: losses.counts,
      ranks: ranks.counts,
      worst: worst.memory,
      confusions: confusions.memory,
    };
  }

  /** Adds rows that are numbered from `firstRow` on. `targets` has one element a row. */
  add(rows: RowResults, targets: ArrayLike<number | bigint>, firstRow: number): void {
    const numbers = classNumbers(targets);
    this.losses.add(rows.losses, rows.ranks);
    this.ranks.add(rows.ranks);
    this.worst.add(rows, numbers, firstRow);
    this.confusions.add(rows.predictions, numbers);
  }
}
