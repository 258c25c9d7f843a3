import { fileError, valueError } from '../arguments/errors.js';
import { closeFile, openFile } from '../files/file.js';

function sizeOf(path: string): number {
  const file = openFile(path);
  closeFile(file);
  return file.size;
}

/** How many bytes of text there are: a number, or the size of the file of that name. */
export function readTextBytes(given: string): number {
  if (!/^[0-9]+$/.test(given)) {
    const size = sizeOf(given);
    if (size === 0) throw fileError('text', given, 'an empty file');
    return size;
  }
  const count = Number(given);
  if (!Number.isSafeInteger(count) || count === 0) {
    throw valueError('an integer >= 1 or the name of a file', '--bytes', given);
  }
  return count;
}
