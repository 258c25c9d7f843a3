import { constants, type FileHandle, open } from 'node:fs/promises';
import { fileAccessError, fileError } from '../errors.js';

// The system's calls take 32-bit lengths.
const LONGEST_READ = 2 ** 30;

async function accessed<T>(path: string, access: Promise<T>): Promise<T> {
  try {
    return await access;
  } catch (cause) {
    throw fileAccessError(path, cause);
  }
}

/** A file whose size is known before anything of it is used. */
export class OpenFile {
  private constructor(
    readonly path: string,
    readonly size: number,
    private readonly handle: FileHandle,
  ) {}

  static async open(path: string): Promise<OpenFile> {
    // Without O_NONBLOCK, which Windows does not have, a pipe that nobody writes to would never open.
    const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
    const handle = await accessed(path, open(path, flags));
    try {
      const stats = await accessed(path, handle.stat());
      if (!stats.isFile()) {
        throw fileError('a file', path, stats.isDirectory() ? 'a directory' : 'a pipe or a device');
      }
      return new OpenFile(path, stats.size, handle);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Fills `into` with the bytes from `at` on. A file that ends before its size has shrunk. */
  async read(into: Uint8Array, at: number): Promise<void> {
    let filled = 0;
    while (filled < into.length) {
      const length = Math.min(into.length - filled, LONGEST_READ);
      const reading = this.handle.read(into, filled, length, at + filled);
      const { bytesRead } = await accessed(this.path, reading);
      if (bytesRead === 0) {
        throw fileError(`${this.size} bytes, as when it was opened,`, this.path, 'fewer');
      }
      filled += bytesRead;
    }
  }

  /** Waits for the reads that are under way. */
  close(): Promise<void> {
    return this.handle.close();
  }
}
