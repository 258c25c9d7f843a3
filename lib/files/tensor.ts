import { describe } from '../arguments/errors.js';
import { fileError } from './errors.js';
import type { OpenFile } from './file.js';

/** The array of each type of element: files hold logits and probabilities as floats, classes as integers. */
export const elementArrays = {
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

export type FileElement = keyof typeof elementArrays;

/** The bytes of one element. */
export const elementBytes = Object.fromEntries(
  Object.entries(elementArrays).map(([element, { BYTES_PER_ELEMENT }]) => [
    element,
    BYTES_PER_ELEMENT,
  ]),
) as { readonly [E in FileElement]: number };

interface TensorType {
  /** The tensor's name in the file, where it has one. */
  readonly name: string | undefined;
  readonly element: FileElement;
  readonly shape: readonly number[];
  /** The size of all elements. */
  readonly bytes: number;
}

/** What the header of a file says about a tensor. */
export interface Contents extends TensorType {
  /** Where the first element lies in the file, in bytes. */
  readonly offset: number;
}

/** Elements that lie in one piece in a file, row-major and little-endian. */
export interface Span {
  readonly kind: 'span';
  readonly file: OpenFile;
  readonly bytes: number;
  readonly offset: number;
}

/** Elements that were read when the file was opened. */
export interface InMemory {
  readonly kind: 'memory';
  readonly file: OpenFile;
  readonly bytes: number;
  /** In memory that every thread sees. */
  readonly elements: Uint8Array;
}

/**
 * A tensor whose elements stay in its file, or its files, until they are read (`readInto`); those of text are in
 * memory. It is plain data, so that other threads can have it.
 */
export interface OpenTensor extends TensorType {
  /** The file; of several, the first. */
  readonly path: string;
  /** One after another, each in a file of its own. */
  readonly parts: readonly (Span | InMemory)[];
}

// NumPy's limit.
const MOST_DIMENSIONS = 64;

/** Whether a number can be a size or an offset. JSON knows -0. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && !Object.is(value, -0);
}

/** The shape that a header has. */
export function shapeOf(shape: unknown, path: string): readonly number[] {
  if (!Array.isArray(shape) || !shape.every(isCount)) {
    throw fileError('a shape of integers from 0 to 2^53 - 1', path, describe(shape));
  }
  if (shape.length > MOST_DIMENSIONS) {
    throw fileError(`at most ${MOST_DIMENSIONS} dimensions`, path, `${shape.length}`);
  }
  return shape;
}

/** The bytes of a shape. Zeros are left out of the check, so that any part of it is a safe integer too. */
export function expectBytes(shape: readonly number[], element: FileElement, path: string): number {
  const product = shape.reduce((elements, size) => elements * (size || 1), elementBytes[element]);
  if (!Number.isSafeInteger(product)) {
    throw fileError('a shape of less than 2^53 bytes', path, `[${shape.join(', ')}]`);
  }
  return shape.includes(0) ? 0 : product;
}
