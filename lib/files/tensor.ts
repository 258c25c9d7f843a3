import { describe, fileError, valueError } from '../errors.js';
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

/** What the header of a file says about a tensor. */
export interface Contents {
  /** The tensor's name in the file, where it has one. */
  readonly name: string | undefined;
  readonly element: FileElement;
  readonly shape: readonly number[];
  /** The size of all elements. */
  readonly bytes: number;
  /** Where the first element lies in the file (of several, the first), in bytes; 0 for text. */
  readonly offset: number;
}

/** A tensor whose elements stay in its file, or its files, until they are read: row-major, little-endian. */
export interface OpenTensor extends Contents {
  /** The file; of several, the first. */
  readonly path: string;
  /**
   * Fills `into` from the tensor's byte `at` on and tells how many bytes that were: less than all
   * only at the tensor's end. Both are whole elements. Several reads may be under way at once.
   */
  read(into: Uint8Array, at: number): Promise<number>;
  /** Waits for the reads that are under way. */
  close(): Promise<void>;
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

/** How many bytes a read gives. */
export function readableBytes(tensor: OpenTensor, into: Uint8Array, at: number): number {
  const size = elementBytes[tensor.element];
  if (!isSize(at) || at % size !== 0) throw valueError(`a multiple of ${size}`, 'at', at);
  if (into.length % size !== 0) {
    throw valueError(`a multiple of ${size}`, 'into.length', into.length);
  }
  return Math.max(0, Math.min(into.length, tensor.bytes - at));
}

/** A tensor that lies in one piece in one file. */
export class FileTensor implements OpenTensor {
  readonly path: string;
  readonly name: string | undefined;
  readonly element: FileElement;
  readonly shape: readonly number[];
  readonly bytes: number;
  readonly offset: number;
  private readonly file: OpenFile;

  constructor(file: OpenFile, contents: Contents, element: FileElement) {
    this.file = file;
    this.path = file.path;
    this.name = contents.name;
    this.element = element;
    this.shape = contents.shape;
    this.bytes = contents.bytes;
    this.offset = contents.offset;
  }

  async read(into: Uint8Array, at: number): Promise<number> {
    const count = readableBytes(this, into, at);
    await this.file.read(into.subarray(0, count), this.offset + at);
    return count;
  }

  close(): Promise<void> {
    return this.file.close();
  }
}
