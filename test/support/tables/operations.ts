import * as logits from '../../../lib/index.js';
import {
  mixedRows,
  normalLogits,
  randomProbabilities,
  randomTargets,
  transposed,
  uniformArray,
} from '../inputs.js';
import { knownOperations } from './operation-files.js';

export type Elements = Float32Array | Float64Array | Uint16Array;
type Floats = Float32Array | Float64Array;

/** What an operation may read: rows of one layout, whatever it needs beside the logits. */
export interface Batch {
  readonly rows: number;
  readonly classes: number;
  readonly options: {
    readonly shape: readonly number[];
    readonly axis: number;
    readonly dtype?: 'float16' | 'bfloat16';
    readonly rowStride?: number;
  };
  readonly logits: Elements;
  readonly others: Elements;
  /** Gradients from above, laid out as the logits. */
  readonly upstream: Elements;
  readonly targets: Int32Array;
  readonly probabilities: Float32Array;
  /** Labels between 0 and 1, one per logit. */
  readonly labels: Float32Array;
  readonly weight: Float32Array;
  readonly positiveWeight: Float32Array;
  readonly logitWeight: Float32Array;
  readonly rowUpstream: Float32Array;
}

export interface Results {
  /** Results laid out as the logits. */
  readonly wide?: readonly Floats[];
  /** Results of one element a row. */
  readonly perRow?: readonly Floats[];
  readonly totals?: readonly number[];
}

export interface Operation {
  /** Whether a row's results depend on that row alone. */
  readonly rowwise: boolean;
  compute(batch: Batch): Results;
}

/** The calls of all operations' files, by their titles. */
export const operations: Record<string, Operation> = {};

for (const { variants } of Object.values(knownOperations)) {
  for (const kind of ['rowwise', 'reduced'] as const) {
    for (const [title, compute] of Object.entries(variants?.[kind] ?? {})) {
      operations[title] = {
        rowwise: kind === 'rowwise',
        compute: (batch) => compute(logits, batch),
      };
    }
  }
}

/** Rows of every kind in memory order, with everything that operations take beside them. */
export function makeBatch(rows: number, classes: number, seed: number): Batch {
  const count = rows * classes;
  const logits = mixedRows(rows, classes, seed);
  const targets = randomTargets(rows, classes, seed);
  if (rows > 1) targets[rows - 1] = -100;
  const weight = uniformArray(classes, 0, 2, seed + 1);
  if (classes > 2) weight[2] = 0;
  return {
    rows,
    classes,
    options: { shape: [rows, classes], axis: 1 },
    logits,
    others: logits.map((x, i) => x + Math.sin(i)),
    upstream: normalLogits(count, { seed: seed + 2 }),
    targets,
    probabilities: randomProbabilities(rows, classes, seed + 3),
    labels: uniformArray(count, 0, 1, seed + 4).map((y) => (y < 0.2 ? 0 : y > 0.8 ? 1 : y)),
    weight,
    positiveWeight: uniformArray(classes, 0, 3, seed + 5),
    logitWeight: uniformArray(count, 0, 2, seed + 6),
    rowUpstream: normalLogits(rows, { seed: seed + 7 }),
  };
}

const wideNames = [
  'logits',
  'others',
  'upstream',
  'probabilities',
  'labels',
  'logitWeight',
] as const;

function mapped(batch: Batch, change: <A extends Elements>(array: A) => A): Batch {
  const changed = Object.fromEntries(wideNames.map((name) => [name, change(batch[name])]));
  return { ...batch, ...changed };
}

/** The same rows side by side: the class axis first. */
export function sideBySide(batch: Batch): Batch {
  const { rows, classes } = batch;
  return {
    ...mapped(batch, (array) => transposed(array, rows, classes)),
    options: { ...batch.options, shape: [classes, rows], axis: 0 },
  };
}

/** One row of a batch in memory order. */
export function rowOf(batch: Batch, row: number): Batch {
  const { classes, options } = batch;
  const part = <A extends Elements>(array: A, width: number) =>
    array.subarray(row * width, (row + 1) * width) as A;
  return {
    ...mapped(batch, (array) => part(array, classes)),
    rows: 1,
    options: { ...options, shape: [1, classes] },
    targets: batch.targets.subarray(row, row + 1),
    rowUpstream: part(batch.rowUpstream, 1),
  };
}

export function bytesOf(array: Floats | Uint16Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}

/** All results, byte by byte; a NaN that a mean made in JavaScript's arithmetic is any NaN. */
export function resultBytes({ wide = [], perRow = [], totals = [] }: Results): Buffer {
  const numbers = Float64Array.from(totals, (total) => (Number.isNaN(total) ? NaN : total));
  return Buffer.concat([...wide, ...perRow, numbers].map(bytesOf));
}
