import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectError, readAll, temporaryFolder, withHeader, withTensor } from '../support/files.js';

const { folder, write } = temporaryFolder();

const FORMAT = 'ERR_FILE_FORMAT';
const VALUE = 'ERR_INVALID_ARG_VALUE';

describe('options', () => {
  const two = () => write('two-floats.npy', withHeader({}));

  it('a name where there are none', async () => {
    const message = "Expected no name but in .safetensors for tensor, received 'a'";
    await expectError(two(), VALUE, message, { tensor: 'a' });
    await expectError(write('named.txt', '1\n'), VALUE, message, { tensor: 'a' });
  });

  it('a type that the elements do not have', async () => {
    const message = (element: string, dtype: string) =>
      `Expected the file's ${element} (16 bits alone have another reading) for dtype, received '${dtype}'`;
    await expectError(two(), VALUE, message('float32', 'bfloat16'), { dtype: 'bfloat16' });
    const bits = write('bits.npy', withHeader({ descr: "'<u2'", shape: '(4,)' }));
    await expectError(bits, VALUE, message('uint16', 'float32'), { dtype: 'float32' });
    const half = write('half.npy', withHeader({ descr: "'<f2'", shape: '(4,)' }));
    await expectError(half, VALUE, message('float16', 'bfloat16'), { dtype: 'bfloat16' });
    const text = write('typed.txt', '1\n');
    await expectError(text, VALUE, message('int64', 'float16'), { dtype: 'float16' });
  });

  it('an unknown extension', async () => {
    const message = (path: string) =>
      `Expected a name that ends in .npy, .safetensors, .txt, .csv for path, received '${path}'`;
    for (const path of ['a/b.npz', 'a/b', 'a/npy']) await expectError(path, VALUE, message('#'));
  });
});

describe('what is no file', () => {
  const NO_ACCESS = 'ERR_FILE_ACCESS';

  it('nothing', async () => {
    const message = 'Expected a readable file for #, received ENOENT: no such file or directory';
    await expectError(join(folder, 'nothing.npy'), NO_ACCESS, message);
    const path = join(folder, 'nothing.npy');
    const cause = expect.objectContaining({ code: 'ENOENT' });
    await expect(withTensor(path, {}, readAll)).rejects.toMatchObject({ cause });
  });

  it('a path with a zero byte', async () => {
    await expect(withTensor('a\0.npy', {}, readAll)).rejects.toMatchObject({ code: NO_ACCESS });
  });

  it.skipIf(process.platform === 'win32')('a folder', async () => {
    mkdirSync(join(folder, 'folder.npy'));
    await expectError(
      join(folder, 'folder.npy'),
      FORMAT,
      'Expected a file for #, received a directory',
    );
  });

  it.skipIf(process.platform === 'win32')('a pipe that nobody writes to', async () => {
    const path = join(folder, 'pipe.txt');
    execFileSync('mkfifo', [path]);
    await expectError(path, FORMAT, 'Expected a file for #, received a pipe or a device');
  });
});

describe('files that change while they are read', () => {
  const shrunk = (size: number) =>
    `Expected ${size} bytes, as when it was opened, for #, received fewer`;

  async function expectChange(path: string, change: () => void, message: string): Promise<void> {
    await withTensor(path, {}, async (tensor) => {
      await readAll(tensor);
      change();
      const error: unknown = await readAll(tensor).catch((thrown) => thrown);
      expect(error).toMatchObject({ code: FORMAT, path });
      expect((error as Error).message.replaceAll(path, '#')).toBe(message);
    });
  }

  it('a tensor that shrinks', async () => {
    const content = withHeader({});
    const path = write('shrinking.npy', content);
    await expectChange(path, () => truncateSync(path, content.length - 1), shrunk(content.length));
  });

  it('text, which was read before', async () => {
    const path = write('changing.csv', 'label\n10\n20\n30\n');
    await withTensor(path, {}, async (tensor) => {
      writeFileSync(path, 'label\nxy\n');
      expect(await readAll(tensor)).toEqual(Buffer.from(BigInt64Array.of(10n, 20n, 30n).buffer));
    });
  });
});

describe.runIf(process.platform === 'linux')('open files', () => {
  it('are closed after an error', async () => {
    const openFiles = () =>
      readdirSync('/proc/self/fd').filter((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
        } catch {
          return false; // the folder's own, closed by now
        }
      });
    const good = write('good.npy', withHeader({}));
    const bad = write('bad.npy', 'no tensor');
    const handle = await open(good);
    expect(openFiles()).toHaveLength(1);
    await handle.close();
    const other = write('other.npy', withHeader({ descr: "'<i4'" }));
    for (const paths of [[bad], [good, bad], [good, other], [good, good, folder]]) {
      const [first, ...rest] = paths as [string, ...string[]];
      await expect(withTensor([first, ...rest], {}, readAll)).rejects.toThrow();
      expect(openFiles()).toEqual([]);
    }
  });
});
