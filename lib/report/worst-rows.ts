import type { RowResults } from '../evaluation/types.js';
import { type ClassNumbers, newCounts } from './counts.js';
import { count, decimal, type Html, html, section, table } from './html.js';

interface WorstRow {
  readonly row: number;
  readonly target: number;
  readonly prediction: number;
  readonly loss: number;
  readonly rank: number;
}

const KEPT = 20;

/** The numbers of a row, in this order. */
const NUMBERS = ['row', 'target', 'prediction', 'loss', 'rank'] as const;

/** Of equal losses the earlier row is the worse one, so that the order of batches cannot be seen. */
function isWorse(loss: number, row: number, than: WorstRow): boolean {
  return loss > than.loss || (loss === than.loss && row < than.row);
}

/** Puts a row where it belongs among those that are kept. */
function insert(rows: WorstRow[], row: WorstRow): void {
  const place = rows.findIndex((other) => isWorse(row.loss, row.row, other));
  rows.splice(place < 0 ? rows.length : place, 0, row);
  rows.length = Math.min(rows.length, KEPT);
}

/** The rows with the largest losses. */
export class WorstRows {
  /** How many rows there are, then the numbers of each. */
  readonly memory: Float64Array;

  constructor(memory = newCounts(1 + KEPT * NUMBERS.length)) {
    this.memory = memory;
  }

  add(
    { losses, ranks, predictions }: RowResults,
    { numbers, stride }: ClassNumbers,
    firstRow: number,
  ): void {
    const { rows } = this;
    let last = rows[KEPT - 1];
    let isChanged = false;
    for (let i = 0; i < losses.length; i++) {
      const loss = losses[i] as number;
      if (ranks[i] === 0) continue;
      const row = firstRow + i;
      if (last !== undefined && !isWorse(loss, row, last)) continue;
      insert(rows, {
        row,
        target: numbers[stride * i] as number,
        prediction: predictions[i] as number,
        loss,
        rank: ranks[i] as number,
      });
      last = rows[KEPT - 1];
      isChanged = true;
    }
    if (isChanged) this.#keep(rows);
  }

  /** The worst one first. */
  get rows(): WorstRow[] {
    const [count] = this.memory as unknown as [number];
    return Array.from({ length: count }, (_, at) => this.#rowAt(at));
  }

  #rowAt(at: number): WorstRow {
    const start = 1 + at * NUMBERS.length;
    const entries = NUMBERS.map((name, i) => [name, this.memory[start + i] as number]);
    return Object.fromEntries(entries) as unknown as WorstRow;
  }

  #keep(rows: readonly WorstRow[]): void {
    this.memory[0] = rows.length;
    this.memory.set(
      rows.flatMap((row) => NUMBERS.map((name) => row[name])),
      1,
    );
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
