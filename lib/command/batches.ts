import { readAhead } from '../files/blocks.js';
import { elementBytes, type FileElement } from '../files/tensor.js';
import type { Layout } from '../layout.js';
import type { NativeArray, TypedClassIndices } from '../native.js';
import type { Dataset } from './dataset.js';

// Blocks of this size are still in the cache when they are computed with.
const BATCH_BYTES = 4 * 1024 * 1024;

// Where the classes of a row lie far apart, the logits of an outer position come in one piece up to this size.
const POSITION_BYTES = 64 * 1024 * 1024;

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

/** Rows that follow each other. The arrays hold until the next batch is asked for. */
export interface Batch {
  readonly logits: NativeArray;
  readonly targets: TypedClassIndices;
  /** Outer positions, classes, inner positions. */
  readonly shape: readonly [outer: number, classes: number, inner: number];
  readonly firstRow: number;
}

/** Rows that lie together: all of some outer positions, or some of a single one. */
interface Place {
  readonly outer: number;
  readonly outers: number;
  readonly inner: number;
  readonly inners: number;
}

function defaultRows({ layout: { classes, inner }, elementType }: Dataset): number {
  const rowBytes = classes * elementBytes[elementType];
  const pieces = Math.ceil((inner * rowBytes) / POSITION_BYTES);
  return pieces > 1
    ? Math.ceil(inner / pieces)
    : Math.max(inner, Math.floor(BATCH_BYTES / rowBytes));
}

function* placesOf({ outer, inner }: Layout, rows: number): Generator<Place> {
  if (rows === 0) return;
  const outers = Math.max(1, Math.floor(rows / inner));
  const inners = Math.min(rows, inner);
  for (let o = 0; o < outer; o += outers) {
    for (let i = 0; i < inner; i += inners) {
      yield {
        outer: o,
        outers: Math.min(outers, outer - o),
        inner: i,
        inners: Math.min(inners, inner - i),
      };
    }
  }
}

/** Reads the logits of some rows, laid out as in the file but without the other rows. */
async function readLogits(
  { logits, layout, elementType }: Dataset,
  into: Uint8Array,
  { outer, inner, inners }: Place,
): Promise<void> {
  const { classes } = layout;
  const bytesOf = (elements: number) => elements * elementBytes[elementType];
  const start = outer * classes * layout.inner + inner;
  // As many pieces as classes, unless they follow each other.
  const pieces = inners === layout.inner ? 1 : classes;
  const pieceBytes = into.length / pieces;
  const reads = Array.from({ length: pieces }, (_, c) =>
    logits.read(
      into.subarray(c * pieceBytes, (c + 1) * pieceBytes),
      bytesOf(start + c * layout.inner),
    ),
  );
  await Promise.all(reads);
}

const asMultiple = (bytes: number) => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/** All rows, `batchRows` at a time: of several outer positions all of their rows. */
export function readBatches(
  dataset: Dataset,
  batchRows: number | undefined,
): AsyncGenerator<Batch, void> {
  const { targets, elementType, layout } = dataset;
  const { outer, classes, inner } = layout;
  const rowBytes = classes * elementBytes[elementType];
  const targetBytes = elementBytes[targets.element];
  const most = Math.min(batchRows ?? defaultRows(dataset), outer * inner);
  const targetsStart = asMultiple(most * rowBytes);
  const blockBytes = targetsStart + asMultiple(most * targetBytes);
  return readAhead(placesOf(layout, most), blockBytes, async (block, place) => {
    const rows = place.outers * place.inners;
    const firstRow = place.outer * inner + place.inner;
    const logitsBlock = block.subarray(0, rows * rowBytes);
    const targetsBlock = block.subarray(targetsStart, targetsStart + rows * targetBytes);
    await Promise.all([
      readLogits(dataset, logitsBlock, place),
      targets.read(targetsBlock, firstRow * targetBytes),
    ]);
    return {
      logits: elementsOf(logitsBlock, elementType) as NativeArray,
      targets: elementsOf(targetsBlock, targets.element) as TypedClassIndices,
      shape: [place.outers, classes, place.inners],
      firstRow,
    };
  });
}
