import { describe, fileError } from '../arguments/errors.js';
import type { ElementType } from '../types.js';
import type { OpenFile } from './file.js';

/** What files hold: logits and probabilities as floats, classes as integers. */
export type FileElement =
  | ElementType
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64';

/** The bytes of one element. */
export const elementBytes: { readonly [E in FileElement]: number } = {
  float32: 4,
  float64: 8,
  float16: 2,
  bfloat16: 2,
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
};

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

/** Classes in the lines of a text file, which are int64 elements when they are read. */
export interface Lines {
  readonly kind: 'lines';
  readonly file: OpenFile;
  readonly bytes: number;
  /** The number of the line with the first class, from 1 on. */
  readonly firstLine: number;
  /** Where the first line with a class begins, and some of those that follow. */
  readonly marks: Float64Array;
}

/**
 * A tensor whose elements stay in its file, or its files, until they are read (`read.ts`). It is plain
 * data, so that other threads can be told of it.
 */
export interface OpenTensor extends TensorType {
  /** The file; of several, the first. */
  readonly path: string;
  /** One after another, each in a file of its own. */
  readonly parts: readonly (Span | Lines)[];
}

// NumPy's limit.
const MOST_DIMENSIONS = 64;

/** Whether a number can be a size. JSON knows -0. */
export function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && !Object.is(value, -0);
}

/** The shape that a header has. */
export function readShape(shape: unknown, path: string): readonly number[] {
  if (!Array.isArray(shape) || !shape.every(isSize)) {
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
