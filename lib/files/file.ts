import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { fileAccessError, fileError } from './errors.js';

// The system's calls take 32-bit lengths.
const LONGEST_READ = 2 ** 30;

function accessed<T>(path: string, access: () => T): T {
  try {
    return access();
  } catch (cause) {
    throw fileAccessError(path, cause);
  }
}

/**
 * An open file with its size. Plain data: every thread of the process reads by the same descriptor, and so the
 * same file, even if another one has taken its path.
 */
export interface OpenFile {
  readonly path: string;
  readonly size: number;
  readonly descriptor: number;
}

export function openFile(path: string): OpenFile {
  // Without O_NONBLOCK, which Windows does not have, a pipe without a writer would block.
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
  const descriptor = accessed(path, () => openSync(path, flags));
  try {
    const stats = accessed(path, () => fstatSync(descriptor));
    if (!stats.isFile()) {
      throw fileError('a file', path, stats.isDirectory() ? 'a directory' : 'a pipe or a device');
    }
    return { path, size: stats.size, descriptor };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** Fills `into` with the bytes from `at` on. A file that ends before its size has shrunk. */
export function readFully(
  { path, size, descriptor }: OpenFile,
  into: Uint8Array,
  at: number,
): void {
  let filled = 0;
  while (filled < into.length) {
    const length = Math.min(into.length - filled, LONGEST_READ);
    const count = accessed(path, () => readSync(descriptor, into, filled, length, at + filled));
    if (count === 0) throw fileError(`${size} bytes, as when it was opened,`, path, 'fewer');
    filled += count;
  }
}

export function closeFile({ descriptor }: OpenFile): void {
  closeSync(descriptor);
}
