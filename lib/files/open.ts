import { extname } from 'node:path';
import type { ElementType } from '../types.js';
import { fileError, fileShapeError, optionError } from './errors.js';
import { closeFile, type OpenFile, openFile, readFully } from './file.js';
import { readNpy } from './npy.js';
import { readSafetensors } from './safetensors.js';
import {
  type Contents,
  elementBytes,
  expectBytes,
  type FileElement,
  isCount,
  type OpenTensor,
} from './tensor.js';
import { openTextTargets } from './text-targets.js';

export interface OpenOptions {
  /** Which tensor of a .safetensors file. Default: the only one. */
  readonly tensor?: string | undefined;
  /** How to read uint16 elements: 'float16' or 'bfloat16'. Default: as the file says. */
  readonly dtype?: ElementType | undefined;
}

type Open = (file: OpenFile, options: OpenOptions) => OpenTensor;

function readAs(element: FileElement, dtype: ElementType | undefined): FileElement {
  if (dtype === undefined || dtype === element) return element;
  const isHalf = dtype === 'float16' || dtype === 'bfloat16';
  if (element === 'uint16' && isHalf) return dtype;
  throw optionError(`the file's ${element} (16 bits alone have another reading)`, 'dtype', dtype);
}

/** A tensor that lies in one piece in one file. */
function spanOf(
  file: OpenFile,
  { name, element, shape, bytes, offset }: Contents,
  { dtype }: OpenOptions,
): OpenTensor {
  const parts = [{ kind: 'span', file, bytes, offset }] as const;
  return { path: file.path, name, element: readAs(element, dtype), shape, bytes, parts };
}

function expectNoName({ tensor }: OpenOptions): void {
  if (tensor !== undefined) throw optionError('no name but in .safetensors', 'tensor', tensor);
}

const openNpy: Open = (file, options) => {
  expectNoName(options);
  return spanOf(file, readNpy(file, options.dtype), options);
};

const openSafetensors: Open = (file, options) =>
  spanOf(file, readSafetensors(file, options.tensor), options);

const openText: Open = (file, options) => {
  expectNoName(options);
  readAs('int64', options.dtype);
  return openTextTargets(file);
};

const formats = new Map([
  ['.npy', openNpy],
  ['.safetensors', openSafetensors],
  ['.txt', openText],
  ['.csv', openText],
]);

function openOne(path: string, options: OpenOptions): OpenTensor {
  const open = formats.get(extname(path).toLowerCase());
  if (open === undefined) {
    throw optionError(`a name that ends in ${[...formats.keys()].join(', ')}`, 'path', path);
  }
  const file = openFile(path);
  try {
    return open(file, options);
  } catch (error) {
    closeFile(file);
    throw error;
  }
}

function expectAlike(first: OpenTensor, other: OpenTensor): void {
  if (other.element !== first.element) {
    throw fileError(`${first.element} elements, as in ${first.path},`, other.path, other.element);
  }
  const row = first.shape.slice(1);
  const { shape } = other;
  const isAlike =
    shape.length === row.length + 1 && row.every((size, axis) => size === shape[axis + 1]);
  if (!isAlike) {
    const what = `the shape [${['n', ...row].join(', ')}], as in ${first.path},`;
    throw fileShapeError(what, other.path, `[${shape.join(', ')}]`);
  }
}

/** One tensor of all, along the first axis; a single one is itself. */
function concatenated(first: OpenTensor, others: readonly OpenTensor[]): OpenTensor {
  if (others.length === 0) return first;
  if (first.shape.length === 0) throw fileShapeError('a first axis', first.path, 'a single number');
  for (const other of others) expectAlike(first, other);
  const all = [first, ...others];
  const rows = all.reduce((sum, { shape }) => sum + (shape[0] as number), 0);
  const shape = [rows, ...first.shape.slice(1)];
  const bytes = expectBytes(shape, first.element, first.path);
  return { ...first, shape, bytes, parts: all.flatMap(({ parts }) => parts) };
}

/**
 * The tensor of a file, or of several, joined along the first axis. The name of the first file's
 * tensor holds for all.
 */
export function openTensor(
  [path, ...paths]: readonly [string, ...string[]],
  options: OpenOptions = {},
): OpenTensor {
  const first = openOne(path, options);
  const opened = [first];
  try {
    for (const other of paths) {
      opened.push(openOne(other, { ...options, tensor: first.name }));
    }
    return concatenated(first, opened.slice(1));
  } catch (error) {
    for (const tensor of opened) closeTensor(tensor);
    throw error;
  }
}

function readableBytes({ element, bytes }: OpenTensor, into: Uint8Array, at: number): number {
  const size = elementBytes[element];
  if (!isCount(at) || at % size !== 0) throw optionError(`a multiple of ${size}`, 'at', at);
  if (into.length % size !== 0) {
    throw optionError(`a multiple of ${size}`, 'into.length', into.length);
  }
  return Math.max(0, Math.min(into.length, bytes - at));
}

/**
 * Fills `into` with whole elements from a tensor's byte `at` on. Any thread may read at any time.
 *
 * @returns The number of bytes read: less than `into` has only at the tensor's end.
 */
export function readInto(tensor: OpenTensor, into: Uint8Array, at: number): number {
  const count = readableBytes(tensor, into, at);
  let filled = 0;
  let start = 0;
  for (const part of tensor.parts) {
    const place = at + filled - start;
    if (filled < count && place < part.bytes) {
      const end = Math.min(count, filled + part.bytes - place);
      const block = into.subarray(filled, end);
      if (part.kind === 'memory') block.set(part.elements.subarray(place, place + block.length));
      else readFully(part.file, block, part.offset + place);
      filled = end;
    }
    start += part.bytes;
  }
  return count;
}

/** Closes the files, which no thread may be reading any more. */
export function closeTensor({ parts }: OpenTensor): void {
  for (const { file } of parts) closeFile(file);
}
