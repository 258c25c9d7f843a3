import type { RowResults } from '../evaluation-types.js';
import { ConfusionMatrix } from './confusion-matrix.js';
import type { Confusions } from './confusions.js';
import { loadECharts } from './draw.js';
import { LossCounts } from './loss-counts.js';
import { MistakeCounts } from './mistake-counts.js';
import { RankCounts } from './rank-counts.js';
import { classNumbers } from './words.js';
import { WorstRows } from './worst-rows.js';

/** A matrix of more classes than this could not be read. */
const MATRIX_CLASSES = 100;

/**
 * What a report shows of single rows, batch after batch. Its memory depends neither on the number of rows
 * nor, above `MATRIX_CLASSES`, on that of the classes.
 */
export class ReportCollector {
  readonly classes: number;
  readonly losses = new LossCounts();
  readonly ranks: RankCounts;
  readonly worst = new WorstRows();
  readonly confusions: Confusions;

  constructor(classes: number) {
    // A report that cannot be drawn should be known of before the rows are computed, not after.
    loadECharts();
    this.classes = classes;
    this.ranks = new RankCounts(classes);
    this.confusions =
      classes <= MATRIX_CLASSES ? new ConfusionMatrix(classes) : new MistakeCounts();
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
