import { allocationError } from '../arguments/errors.js';
import { readInto } from '../files/open.js';
import { elementArrays, elementBytes, type FileElement } from '../files/tensor.js';
import type { NativeArray } from '../native/addon.js';
import type { ClassArray } from '../types.js';
import type { Dataset } from './dataset.js';

/** Sizes in bytes by which a data set is divided. No result depends on them. */
export const sizes = {
  /** Of a batch, which a thread takes, reads and computes at once: it fits the caches of a core, and outweighs a call. */
  batch: 2 * 1024 * 1024,
  /** Of the work that one more thread needs: less than this, the running threads do while another one starts. */
  thread: 256 * 1024 * 1024,
};

// Of each read where a row's classes lie apart: rows side by side are read together until a read is worth its call.
const RUN_BYTES = 16 * 1024;

// Of a batch of such rows: with very many classes it has fewer rows.
const MOST_BATCH_BYTES = 64 * 1024 * 1024;

// This many rows side by side are computed together.
const PANEL_ROWS = 64;

/** A data set in batches of rows that follow each other. */
export interface Partition {
  /** The size of a batch: all rows of some outer positions, or some rows of a single one. */
  readonly outers: number;
  readonly inners: number;
  /** How many batches each outer position is divided into. */
  readonly across: number;
  readonly batches: number;
}

/** The rows of a batch, of one outer position or several. */
export interface Batch {
  readonly outer: number;
  readonly outers: number;
  readonly inner: number;
  readonly inners: number;
  readonly firstRow: number;
  readonly rows: number;
}

function rowsSideBySide({ layout, elementType }: Dataset): number {
  const bytes = elementBytes[elementType];
  const rowBytes = layout.classes * bytes;
  const wanted = Math.max(RUN_BYTES / bytes, Math.floor(sizes.batch / rowBytes));
  const rows = Math.min(wanted, Math.floor(MOST_BATCH_BYTES / rowBytes));
  const panels = Math.floor(rows / PANEL_ROWS);
  // An odd number: where a power of two lies between a row's elements, they displace each other from the cache.
  return panels === 0 ? Math.max(1, rows) : PANEL_ROWS * (panels - 1 + (panels % 2));
}

function rowsOfBatch(dataset: Dataset): number {
  const { classes, inner } = dataset.layout;
  const rows = Math.floor(sizes.batch / (classes * elementBytes[dataset.elementType]));
  if (inner === 1) return Math.max(1, rows);
  return rows >= inner ? rows : rowsSideBySide(dataset);
}

/** Divides a data set into batches of `batchRows` rows, or of about the usual size. */
export function partitionOf(dataset: Dataset, batchRows: number | undefined): Partition {
  const { outer, inner } = dataset.layout;
  const wanted = Math.min(batchRows ?? rowsOfBatch(dataset), outer * inner);
  if (wanted === 0) return { outers: 0, inners: 0, across: 0, batches: 0 };
  const outers = Math.max(1, Math.floor(wanted / inner));
  const inners = Math.min(wanted, inner);
  const across = Math.ceil(inner / inners);
  return { outers, inners, across, batches: Math.ceil(outer / outers) * across };
}

/** The batch of this index. */
export function batchAt(
  { outers, inners, across }: Partition,
  { layout }: Dataset,
  at: number,
): Batch {
  const outer = Math.floor(at / across) * outers;
  const inner = (at % across) * inners;
  const size = {
    outers: Math.min(outers, layout.outer - outer),
    inners: Math.min(inners, layout.inner - inner),
  };
  const firstRow = outer * layout.inner + inner;
  return { outer, inner, ...size, firstRow, rows: size.outers * size.inners };
}

// The most bytes of an element.
const ALIGNMENT = 8;

function elementsOf(block: Uint8Array, element: FileElement): NativeArray | ClassArray {
  const { buffer, byteOffset, length } = block;
  return new elementArrays[element](
    buffer as ArrayBuffer,
    byteOffset,
    length / elementBytes[element],
  );
}

/** The memory that reading takes: for the logits of a batch, and then for their targets. */
function bytesOf({ outers, inners }: Partition, dataset: Dataset) {
  const { layout, elementType, targets } = dataset;
  const rows = outers * inners;
  const logits = rows * layout.classes * elementBytes[elementType];
  return {
    logits: Math.ceil(logits / ALIGNMENT) * ALIGNMENT,
    targets: rows * elementBytes[targets.element],
  };
}

/** How many bytes a {@link BatchReader} holds. */
export function readerBytes(partition: Partition, dataset: Dataset): number {
  const { logits, targets } = bytesOf(partition, dataset);
  return logits + targets;
}

function newBuffer(bytes: number): ArrayBuffer {
  try {
    return new ArrayBuffer(bytes);
  } catch (cause) {
    throw allocationError(bytes, 'blocks', cause);
  }
}

/** Reads a data set into memory of its own: each batch overwrites the one before. */
export class BatchReader {
  readonly #dataset: Dataset;
  readonly #logits: Uint8Array;
  readonly #targets: Uint8Array;

  constructor(partition: Partition, dataset: Dataset) {
    const { logits, targets } = bytesOf(partition, dataset);
    const buffer = newBuffer(logits + targets);
    this.#dataset = dataset;
    this.#logits = new Uint8Array(buffer, 0, logits);
    this.#targets = new Uint8Array(buffer, logits);
  }

  /** The targets of a batch. */
  targets({ firstRow, rows }: Batch): ClassArray {
    const { targets } = this.#dataset;
    const size = elementBytes[targets.element];
    const block = this.#targets.subarray(0, rows * size);
    readInto(targets, block, firstRow * size);
    return elementsOf(block, targets.element) as ClassArray;
  }

  /** The logits of a batch, laid out as in the file but without the other rows. */
  logits({ outer, inner, inners, rows }: Batch): NativeArray {
    const { logits, layout, elementType } = this.#dataset;
    const { classes } = layout;
    const size = elementBytes[elementType];
    const block = this.#logits.subarray(0, rows * classes * size);
    const start = outer * classes * layout.inner + inner;
    // A run for each class, unless all classes follow each other.
    const runs = inners === layout.inner ? 1 : classes;
    const run = block.length / runs;
    for (let c = 0; c < runs; c++) {
      readInto(logits, block.subarray(c * run, (c + 1) * run), (start + c * layout.inner) * size);
    }
    return elementsOf(block, elementType) as NativeArray;
  }
}
