import type { RowResults } from '../evaluation-types.js';
import type { ClassNumbers } from './words.js';

export interface WorstRow {
  readonly row: number;
  readonly target: number;
  readonly prediction: number;
  readonly loss: number;
  readonly rank: number;
}

const KEPT = 20;

/** Of equal losses the earlier row is the worse one, so that the order of batches cannot be seen. */
function isWorse(loss: number, row: number, than: WorstRow): boolean {
  return loss > than.loss || (loss === than.loss && row < than.row);
}

/** The rows with the largest losses. */
export class WorstRows {
  /** The worst one first. */
  readonly rows: WorstRow[] = [];

  add(
    { losses, ranks, predictions }: RowResults,
    { numbers, first, stride }: ClassNumbers,
    firstRow: number,
  ): void {
    let least = this.#least;
    for (let i = 0; i < losses.length; i++) {
      const loss = losses[i] as number;
      if (loss < least || ranks[i] === 0) continue;
      const row = firstRow + i;
      const last = this.rows[KEPT - 1];
      if (last !== undefined && !isWorse(loss, row, last)) continue;
      this.#insert({
        row,
        target: numbers[first + stride * i] as number,
        prediction: predictions[i] as number,
        loss,
        rank: ranks[i] as number,
      });
      least = this.#least;
    }
  }

  /** A row with a smaller loss is not among them. */
  get #least(): number {
    return this.rows[KEPT - 1]?.loss ?? -Infinity;
  }

  #insert(row: WorstRow): void {
    const place = this.rows.findIndex((other) => isWorse(row.loss, row.row, other));
    this.rows.splice(place < 0 ? this.rows.length : place, 0, row);
    this.rows.length = Math.min(this.rows.length, KEPT);
  }
}
