import { readBlocks } from '../files/blocks.js';
import { elementBytes, type FileElement } from '../files/tensor.js';
import type { NativeArray, TypedClassIndices } from '../native.js';
import type { Dataset } from './dataset.js';

// Blocks of this size are still in the cache when they are computed with.
const BATCH_BYTES = 4 * 1024 * 1024;

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

/** How many outer positions a batch has: at least one, with all rows of it. */
function outerPositions({ layout, elementType }: Dataset, batchRows: number | undefined): number {
  const { outer, classes, inner } = layout;
  const rows = batchRows ?? BATCH_BYTES / (classes * elementBytes[elementType]);
  return Math.min(Math.max(1, Math.floor(rows / inner)), outer);
}

/** All rows, about `batchRows` at a time. */
export async function* readBatches(
  dataset: Dataset,
  batchRows: number | undefined,
): AsyncGenerator<Batch, void> {
  const { logits, targets, elementType, layout } = dataset;
  const { outer, classes, inner } = layout;
  if (outer * inner === 0) return;
  const step = outerPositions(dataset, batchRows);
  const positionBytes = classes * inner * elementBytes[elementType];
  const targetBlocks = readBlocks(targets, step * inner * elementBytes[targets.element]);
  try {
    let firstRow = 0;
    for await (const block of readBlocks(logits, step * positionBytes)) {
      const { value: targetBlock } = await targetBlocks.next();
      const positions = block.length / positionBytes;
      yield {
        logits: elementsOf(block, elementType) as NativeArray,
        targets: elementsOf(targetBlock as Uint8Array, targets.element) as TypedClassIndices,
        shape: [positions, classes, inner],
        firstRow,
      };
      firstRow += positions * inner;
    }
  } finally {
    await targetBlocks.return();
  }
}
