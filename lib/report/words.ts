import { endianness } from 'node:os';

/** Where the high 32 bits of an element of 64 bits stand among its two words. */
export const highWord = endianness() === 'LE' ? 1 : 0;

/** The two words of each element. */
export function wordsOf(array: Float64Array | BigInt64Array | BigUint64Array): Int32Array {
  return new Int32Array(array.buffer, array.byteOffset, 2 * array.length);
}

/** Class numbers at `first`, `first + stride`, ... */
export interface ClassNumbers {
  readonly numbers: ArrayLike<number>;
  readonly first: number;
  readonly stride: number;
}

/** Targets without BigInts, which cost an allocation each: a class fits into the low word. */
export function classNumbers(targets: ArrayLike<number | bigint>): ClassNumbers {
  if (targets instanceof BigInt64Array || targets instanceof BigUint64Array) {
    return { numbers: wordsOf(targets), first: 1 - highWord, stride: 2 };
  }
  const isNumbers = ArrayBuffer.isView(targets) || typeof targets[0] === 'number';
  const numbers = isNumbers ? (targets as ArrayLike<number>) : Array.from(targets, Number);
  return { numbers, first: 0, stride: 1 };
}
