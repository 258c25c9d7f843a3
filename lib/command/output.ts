import { constants } from 'node:fs';
import { access, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileAccessError } from '../arguments/errors.js';

function outputError(path: string, cause: unknown): Error {
  return fileAccessError(path, cause, 'a writable file');
}

/** Refuses a path that cannot be written to, before hours are spent on what should go there. */
export async function expectWritable(path: string): Promise<void> {
  try {
    const { isFolder, exists } = await stat(path).then(
      (stats) => ({ isFolder: stats.isDirectory(), exists: true }),
      () => ({ isFolder: false, exists: false }),
    );
    if (isFolder) throw new Error('a directory');
    await access(exists ? path : dirname(path), constants.W_OK);
  } catch (cause) {
    throw outputError(path, cause);
  }
}

export async function writeOutput(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (cause) {
    throw outputError(path, cause);
  }
}
