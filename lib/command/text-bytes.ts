import { fileError, valueError } from '../errors.js';
import { OpenFile } from '../files/file.js';

async function sizeOf(path: string): Promise<number> {
  const file = await OpenFile.open(path);
  await file.close();
  return file.size;
}

/** How many bytes of text there are: a number, or the size of the file of that name. */
export async function readTextBytes(given: string): Promise<number> {
  if (!/^[0-9]+$/.test(given)) {
    const size = await sizeOf(given);
    if (size === 0) throw fileError('text', given, 'an empty file');
    return size;
  }
  const count = Number(given);
  if (!Number.isSafeInteger(count) || count === 0) {
    throw valueError('an integer >= 1 or the name of a file', '--bytes', given);
  }
  return count;
}
