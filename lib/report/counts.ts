/** Counts from 0 on, in memory that all threads of the process see: one thread at a time may count. */
export function newCounts(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT));
}

/** The two 32-bit words of each element, the low one first: every host of the addon is little-endian. */
export function wordsOf(array: Float64Array | BigInt64Array | BigUint64Array): Int32Array {
  return new Int32Array(array.buffer, array.byteOffset, 2 * array.length);
}

/** Class numbers: every `stride`-th of `numbers`. */
export interface ClassNumbers {
  readonly numbers: ArrayLike<number>;
  readonly stride: number;
}

/** Targets without BigInts, which cost an allocation each: a class fits into the low word. */
export function classNumbers(targets: ArrayLike<number | bigint>): ClassNumbers {
  if (targets instanceof BigInt64Array || targets instanceof BigUint64Array) {
    return { numbers: wordsOf(targets), stride: 2 };
  }
  const isNumbers = ArrayBuffer.isView(targets) || typeof targets[0] === 'number';
  const numbers = isNumbers ? (targets as ArrayLike<number>) : Array.from(targets, Number);
  return { numbers, stride: 1 };
}
