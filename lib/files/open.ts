import { extname } from 'node:path';
import { valueError } from '../arguments/errors.js';
import type { ElementType } from '../types.js';
import { concatenated } from './concatenated.js';
import { closeFile, type OpenFile, openFile } from './file.js';
import { readNpy } from './npy.js';
import { closeTensor } from './read.js';
import { readSafetensors } from './safetensors.js';
import type { Contents, FileElement, OpenTensor } from './tensor.js';
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
  throw valueError(`the file's ${element} (16 bits alone have another reading)`, 'dtype', dtype);
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
  if (tensor !== undefined) throw valueError('no name but in .safetensors', 'tensor', tensor);
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
    throw valueError(`a name that ends in ${[...formats.keys()].join(', ')}`, 'path', path);
  }
  const file = openFile(path);
  try {
    return open(file, options);
  } catch (error) {
    closeFile(file);
    throw error;
  }
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
