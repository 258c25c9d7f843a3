import type { RowResults } from '../evaluation/types.js';
import { count, decimal, type Html, html, section, table } from './html.js';

interface WorstRow {
  readonly row: number;
  readonly target: number;
  readonly prediction: number;
  readonly loss: number;
  readonly rank: number;
}

const KEPT = 20;

/** Of equal losses the earlier row is the worse one, so that the order in which they come cannot be seen. */
function isWorse(loss: number, row: number, than: WorstRow): boolean {
  return loss > than.loss || (loss === than.loss && row < than.row);
}

/** The rows with the largest losses. */
export class WorstRows {
  /** The worst one first. */
  readonly rows: WorstRow[] = [];

  add(
    { losses, ranks, predictions }: RowResults,
    targets: ArrayLike<number>,
    firstRow: number,
  ): void {
    let last = this.rows[KEPT - 1];
    for (let i = 0; i < losses.length; i++) {
      const loss = losses[i] as number;
      const rank = ranks[i] as number;
      const row = firstRow + i;
      if (rank === 0 || (last !== undefined && !isWorse(loss, row, last))) continue;
      const [target, prediction] = [targets[i] as number, predictions[i] as number];
      this.#insert({ row, target, prediction, loss, rank });
      last = this.rows[KEPT - 1];
    }
  }

  merge({ rows }: Pick<WorstRows, 'rows'>): void {
    for (const row of rows) this.#insert(row);
  }

  /** Puts a row where it belongs among those that are kept. */
  #insert(row: WorstRow): void {
    const { rows } = this;
    const place = rows.findIndex((other) => isWorse(row.loss, row.row, other));
    rows.splice(place < 0 ? rows.length : place, 0, row);
    rows.length = Math.min(rows.length, KEPT);
  }
}

export function worstSection({ rows }: WorstRows): Html {
  const cells = rows.map((row) => [
    String(row.row),
    String(row.target),
    String(row.prediction),
    decimal(row.loss),
    count(row.rank),
  ]);
  return section(
    'Rows with the largest losses',
    html`<p class="note">Rows are numbered from 0; the rank is the target’s among all classes.</p>`,
    table(['row', 'target', 'prediction', 'loss (nats)', 'rank'], cells),
  );
}
