import { allocationError } from '../arguments/errors.js';
import type { TypedClassIndices } from '../arguments/targets.js';
import { readTensor } from '../files/read.js';
import { elementBytes, type FileElement } from '../files/tensor.js';
import type { NativeArray } from '../native/addon.js';
import type { Dataset } from './dataset.js';
import type { Cut, Place } from './pieces.js';

// Of the elements that have the most bytes.
const ALIGNMENT = 8;

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
} as const;

function elementsOf(block: Uint8Array, element: FileElement): NativeArray | TypedClassIndices {
  const { buffer, byteOffset, length } = block;
  return new arrays[element](buffer as ArrayBuffer, byteOffset, length / elementBytes[element]);
}

const asMultiple = (bytes: number) => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/** The memory that reading takes: for the logits of a piece, and then for the targets of a chunk. */
function bytesOf({ outers, inners, piecesOfChunk }: Cut, dataset: Dataset) {
  const { layout, elementType, targets } = dataset;
  const rows = outers * inners;
  return {
    logits: asMultiple(rows * layout.classes * elementBytes[elementType]),
    targets: rows * piecesOfChunk * elementBytes[targets.element],
  };
}

/** How many bytes a {@link PieceReader} holds. */
export function readerBytes(cut: Cut, dataset: Dataset): number {
  const { logits, targets } = bytesOf(cut, dataset);
  return logits + targets;
}

function newBuffer(bytes: number): ArrayBuffer {
  try {
    return new ArrayBuffer(bytes);
  } catch (cause) {
    throw allocationError(bytes, 'blocks', cause);
  }
}

/** Reads a data set into memory of its own: what it gives holds until it is asked for more of the kind. */
export class PieceReader {
  readonly #dataset: Dataset;
  readonly #logits: Uint8Array;
  readonly #targets: Uint8Array;

  constructor(cut: Cut, dataset: Dataset) {
    const { logits, targets } = bytesOf(cut, dataset);
    const buffer = newBuffer(logits + targets);
    this.#dataset = dataset;
    this.#logits = new Uint8Array(buffer, 0, logits);
    this.#targets = new Uint8Array(buffer, logits);
  }

  /** The targets of some rows that follow each other. */
  targets(firstRow: number, rows: number): TypedClassIndices {
    const { targets } = this.#dataset;
    const size = elementBytes[targets.element];
    const block = this.#targets.subarray(0, rows * size);
    readTensor(targets, block, firstRow * size);
    return elementsOf(block, targets.element) as TypedClassIndices;
  }

  /** The logits of a piece, laid out as in the file but without the other rows. */
  logits({ outer, inner, inners, rows }: Place): NativeArray {
    const { logits, layout, elementType } = this.#dataset;
    const { classes } = layout;
    const size = elementBytes[elementType];
    const block = this.#logits.subarray(0, rows * classes * size);
    const start = outer * classes * layout.inner + inner;
    // As many runs as classes, unless they follow each other.
    const runs = inners === layout.inner ? 1 : classes;
    const run = block.length / runs;
    for (let c = 0; c < runs; c++) {
      readTensor(logits, block.subarray(c * run, (c + 1) * run), (start + c * layout.inner) * size);
    }
    return elementsOf(block, elementType) as NativeArray;
  }
}
