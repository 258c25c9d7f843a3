import { newCounts } from './memory.js';

/** Ranks up to this are told apart. */
const LARGEST_RANK = 100;

/** How many rows have each rank, up to the largest that is counted. */
export class RankCounts {
  readonly largest: number;
  /** By rank; all larger ones are in the last, rows without a rank in the first element. */
  readonly counts: Float64Array;

  constructor(classes: number, counts?: Float64Array) {
    this.largest = Math.min(classes, LARGEST_RANK);
    this.counts = counts ?? newCounts(this.largest + 2);
  }

  add(ranks: Int32Array): void {
    const { counts } = this;
    const above = this.largest + 1;
    for (let row = 0; row < ranks.length; row++) {
      const rank = ranks[row] as number;
      const at = Math.min(rank, above);
      counts[at] = (counts[at] as number) + 1;
    }
  }

  /** The number of rows with a rank. */
  get rows(): number {
    return this.counts.subarray(1).reduce((a, b) => a + b, 0);
  }

  /** For k = 1, 2, ...: the share of rows whose rank is k or less. */
  get accuracies(): number[] {
    const { rows } = this;
    let within = 0;
    return Array.from(this.counts.subarray(1, this.largest + 1), (count) => {
      within += count;
      return within / rows;
    });
  }
}
