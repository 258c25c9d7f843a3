import { extname } from 'node:path';
import { valueError } from '../errors.js';
import type { ElementType } from '../types.js';
import { concatenated } from './concatenated.js';
import { OpenFile } from './file.js';
import { readNpy } from './npy.js';
import { readSafetensors } from './safetensors.js';
import { type Contents, type FileElement, FileTensor, type OpenTensor } from './tensor.js';
import { openTextTargets } from './text-targets.js';

export interface OpenOptions {
  /** Which tensor of a .safetensors file. Default: the only one. */
  readonly tensor?: string | undefined;
  /** How to read uint16 elements: 'float16' or 'bfloat16'. Default: as the file says. */
  readonly dtype?: ElementType | undefined;
}

type Open = (file: OpenFile, options: OpenOptions) => Promise<OpenTensor>;

function readAs(element: FileElement, dtype: ElementType | undefined): FileElement {
  if (dtype === undefined || dtype === element) return element;
  const isHalf = dtype === 'float16' || dtype === 'bfloat16';
  if (element === 'uint16' && isHalf) return dtype;
  throw valueError(`the file's ${element} (16 bits alone have another reading)`, 'dtype', dtype);
}

function fileTensor(file: OpenFile, contents: Contents, options: OpenOptions): OpenTensor {
  return new FileTensor(file, contents, readAs(contents.element, options.dtype));
}

function expectNoName({ tensor }: OpenOptions): void {
  if (tensor !== undefined) throw valueError('no name but in .safetensors', 'tensor', tensor);
}

const openNpy: Open = async (file, options) => {
  expectNoName(options);
  return fileTensor(file, await readNpy(file, options.dtype), options);
};

const openSafetensors: Open = async (file, options) =>
  fileTensor(file, await readSafetensors(file, options.tensor), options);

const openText: Open = async (file, options) => {
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

async function openOne(path: string, options: OpenOptions): Promise<OpenTensor> {
  const open = formats.get(extname(path).toLowerCase());
  if (open === undefined) {
    throw valueError(`a name that ends in ${[...formats.keys()].join(', ')}`, 'path', path);
  }
  const file = await OpenFile.open(path);
  try {
    return await open(file, options);
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * The tensor of a file, or of several, joined along the first axis. The name of the first file's
 * tensor holds for all.
 */
export async function openTensor(
  [path, ...paths]: readonly [string, ...string[]],
  options: OpenOptions = {},
): Promise<OpenTensor> {
  const first = await openOne(path, options);
  const opened = [first];
  try {
    for (const other of paths) {
      opened.push(await openOne(other, { ...options, tensor: first.name }));
    }
    return concatenated(first, opened.slice(1));
  } catch (error) {
    await Promise.all(opened.map((tensor) => tensor.close()));
    throw error;
  }
}
