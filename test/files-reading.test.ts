import { describe, expect, it } from 'vitest';
import { readAhead } from '../lib/files/blocks.js';
import { FileTensor, type OpenTensor } from '../lib/files/tensor.js';
import { npy, readAll, safetensors, temporaryFolder, withTensor } from './support/files.js';
import { uniform } from './support/inputs.js';

const { write } = temporaryFolder();

/** Bytes that are never the same for long. */
function noise(length: number, seed: number): Buffer {
  const random = uniform(seed);
  return Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
}

/** A tensor's bytes, `size` at a time. */
function blocksOf(tensor: OpenTensor, size: number): AsyncGenerator<Uint8Array, void> {
  const places = Array.from({ length: Math.ceil(tensor.bytes / size) }, (_, block) => block * size);
  return readAhead(places, size, async (into, at) => into.subarray(0, await tensor.read(into, at)));
}

const npyOf = (shape: readonly number[], data: Uint8Array, descr = '<f4') =>
  npy(`{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }\n`, data);

const logitsOf = (shape: readonly number[], data: Uint8Array, dtype = 'F32') =>
  safetensors({ logits: { dtype, shape, data_offsets: [0, data.length] } }, data);

const rowsOf = (data: Uint8Array) => [data.length / 12, 3] as const;

/** 5, 0, 1 and 6 rows of three float32: what the shards hold, one after another. */
const pieces = [5, 0, 1, 6].map((rows, k) => noise(rows * 12, k));
const whole = Buffer.concat(pieces);

function writeShards(name: string): [string, ...string[]] {
  const paths = pieces.map((data, k) =>
    write(`${name}-${k}.safetensors`, logitsOf(rowsOf(data), data)),
  );
  return paths as [string, ...string[]];
}

const sources: [name: string, paths: [string, ...string[]]][] = [
  ['an .npy file', [write('whole.npy', npyOf(rowsOf(whole), whole))]],
  ['a .safetensors file', [write('whole.safetensors', logitsOf(rowsOf(whole), whole))]],
  ['shards', writeShards('shard')],
  [
    'shards of several formats',
    [
      write('first.npy', npyOf(rowsOf(whole.subarray(0, 60)), whole.subarray(0, 60))),
      write('second.safetensors', logitsOf(rowsOf(whole.subarray(60)), whole.subarray(60))),
    ],
  ],
];

describe.each(sources)('%s', (_, paths) => {
  it('is one tensor', async () => {
    await withTensor(paths, {}, async (tensor) => {
      expect(tensor).toMatchObject({ path: paths[0], element: 'float32', shape: [12, 3] });
      expect(tensor.bytes).toBe(144);
      expect(await readAll(tensor)).toEqual(whole);
    });
  });

  it('can be read in any pieces, and in several at once', async () => {
    await withTensor(paths, {}, async (tensor) => {
      const places = Array.from({ length: 38 }, (_, start) => start * 4);
      await Promise.all(
        places.flatMap((at) =>
          [0, 4, 12, 100, 200].map(async (length) => {
            const into = Buffer.alloc(length, 255);
            const expected = whole.subarray(at, at + length);
            expect(await tensor.read(into, at)).toBe(expected.length);
            expect(into.subarray(0, expected.length)).toEqual(expected);
            expect(into.subarray(expected.length).every((byte) => byte === 255)).toBe(true);
          }),
        ),
      );
    });
  });

  it('is read by whole elements from a place that there can be', async () => {
    await withTensor(paths, {}, async (tensor) => {
      const refused = { code: 'ERR_INVALID_ARG_VALUE' };
      for (const at of [-4, 2, 0.5, NaN, Infinity, 2 ** 53]) {
        await expect(tensor.read(new Uint8Array(4), at)).rejects.toMatchObject(refused);
      }
      await expect(tensor.read(new Uint8Array(5), 0)).rejects.toMatchObject(refused);
      expect(await tensor.read(new Uint8Array(4), 2 ** 53 - 4)).toBe(0);
    });
  });

  it.each([4, 12, 24, 36, 60, 144, 4000])('comes in blocks of %i bytes', async (size) => {
    await withTensor(paths, {}, async (tensor) => {
      const blocks: Buffer[] = [];
      const buffers = new Set<ArrayBufferLike>();
      for await (const block of blocksOf(tensor, size)) {
        blocks.push(Buffer.from(block));
        buffers.add(block.buffer);
      }
      expect(Buffer.concat(blocks)).toEqual(whole);
      expect(blocks.slice(0, -1).every((block) => block.length === size)).toBe(true);
      expect(buffers.size).toBe(1);
    });
  });
});

describe('shards', () => {
  const one = Buffer.alloc(12, 1);
  const first = write('first-of-two.npy', npyOf([1, 3], one));

  it.each([
    ['fewer classes', npyOf([2, 2], Buffer.alloc(16)), '[2, 2]'],
    ['another axis', npyOf([1, 3, 1], one), '[1, 3, 1]'],
    ['an axis less', npyOf([3], one), '[3]'],
  ])('of %s are refused', async (name, content, received) => {
    const path = write(`${name}.npy`, content);
    await expect(withTensor([first, path], {}, readAll)).rejects.toMatchObject({
      code: 'ERR_SHAPE_MISMATCH',
      message: `Expected the shape [n, 3], as in ${first}, for ${path}, received ${received}`,
    });
  });

  it('of another type are refused', async () => {
    const path = write('other-type.npy', npyOf([1, 3], one, '<i4'));
    await expect(withTensor([first, path], {}, readAll)).rejects.toMatchObject({
      code: 'ERR_FILE_FORMAT',
      path,
      message: `Expected float32 elements, as in ${first}, for ${path}, received int32`,
    });
  });

  it('that are single numbers are refused', async () => {
    const path = write(
      'number.npy',
      npy("{'descr':'<f4','fortran_order':False,'shape':()}", Buffer.alloc(4)),
    );
    await expect(withTensor([path, path], {}, readAll)).rejects.toMatchObject({
      code: 'ERR_SHAPE_MISMATCH',
      message: `Expected a first axis for ${path}, received a single number`,
    });
  });

  it('with too many empty rows are refused', async () => {
    const path = write('empty-rows.npy', npyOf([2 ** 50, 0], Buffer.alloc(0)));
    await expect(withTensor([path, path], {}, readAll)).rejects.toMatchObject({
      code: 'ERR_FILE_FORMAT',
      path,
    });
  });

  it('take the name of the first one’s tensor', async () => {
    const [path] = writeShards('named');
    const entry = { dtype: 'F32', shape: [1, 3], data_offsets: [0, 12] };
    const other = write('labels.safetensors', safetensors({ labels: entry }, one));
    await expect(withTensor([path, other], {}, readAll)).rejects.toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
      message: `Expected the name of a tensor of ${other} ('labels') for tensor, received 'logits'`,
    });
  });

  it('of text are one after another', async () => {
    const paths = ['label\n1\n2\n', '', '3'].map((text, k) => write(`part-${k}.txt`, text));
    await withTensor(paths as [string, ...string[]], {}, async (tensor) => {
      expect(tensor.shape).toEqual([3]);
      expect(await readAll(tensor)).toEqual(Buffer.from(BigInt64Array.of(1n, 2n, 3n).buffer));
    });
  });
});

describe('text of many lines', () => {
  // More than one chunk, and more lines than there are from one mark to the next.
  const classes = Array.from({ length: 20_000 }, (_, row) => ((row * 7919) % 200_003) - 100);
  const path = write('many.csv', `label\r\n${classes.map((value) => `${value}\r\n`).join('')}`);

  it('can be read from any line on', async () => {
    await withTensor(path, {}, async (tensor) => {
      expect(tensor.shape).toEqual([classes.length]);
      for (const row of [0, 1, 1023, 1024, 1025, 8192, 12_345, 19_999, 20_000]) {
        for (const count of [1, 1024, 9000]) {
          const into = new BigInt64Array(count);
          const expected = classes.slice(row, row + count);
          const bytes = await tensor.read(new Uint8Array(into.buffer), row * 8);
          expect(bytes).toBe(expected.length * 8);
          expect(Array.from(into.subarray(0, expected.length), Number)).toEqual(expected);
        }
      }
    });
  });

  it('comes in blocks', async () => {
    await withTensor(path, {}, async (tensor) => {
      const seen: number[] = [];
      for await (const { buffer, byteOffset, length } of blocksOf(tensor, 8000)) {
        seen.push(...Array.from(new BigInt64Array(buffer, byteOffset, length / 8), Number));
      }
      expect(seen).toEqual(classes);
    });
  });
});

/** A tensor of four-byte elements whose reads are written down, and end when they are told to. */
function watched(bytes: number) {
  const reads: { at: number; finish: () => void; fail: (error: Error) => void }[] = [];
  const tensor: OpenTensor = {
    path: 'watched',
    name: undefined,
    element: 'float32',
    shape: [bytes / 4],
    bytes,
    offset: 0,
    read: (into, at) =>
      new Promise((resolve, reject) => {
        const finish = () => {
          into.fill(at);
          resolve(Math.max(0, Math.min(into.length, bytes - at)));
        };
        reads.push({ at, finish, fail: reject });
      }),
    close: async () => {},
  };
  return { tensor, reads };
}

describe('blocks', () => {
  it('are read ahead, and not overwritten before the next one is asked for', async () => {
    const { tensor, reads } = watched(80);
    const places = () => reads.map(({ at }) => at);
    const blocks = blocksOf(tensor, 8);
    const first = blocks.next();
    expect(places()).toEqual([0, 8, 16]);
    for (const read of reads) read.finish();
    const block = (await first).value as Uint8Array;
    expect(places()).toEqual([0, 8, 16, 24]);
    reads[3]?.finish();
    await new Promise(setImmediate);
    expect([...block]).toEqual(Array(8).fill(0));
    expect(places()).toEqual([0, 8, 16, 24]);
    const second = await blocks.next();
    expect([...(second.value as Uint8Array)]).toEqual(Array(8).fill(8));
    expect(places()).toEqual([0, 8, 16, 24, 32]);
    reads[4]?.finish();
    await blocks.return();
  });

  it('of 32 MiB are read one ahead', async () => {
    const { tensor, reads } = watched(2 ** 27);
    const blocks = blocksOf(tensor, 2 ** 25);
    const first = blocks.next();
    expect(reads.map(({ at }) => at)).toEqual([0]);
    reads[0]?.finish();
    await first;
    expect(reads.map(({ at }) => at)).toEqual([0, 2 ** 25]);
    reads[1]?.finish();
    await blocks.return();
  });

  it('hand on the error of a read that failed in the meantime', async () => {
    const { tensor, reads } = watched(40);
    const blocks = blocksOf(tensor, 8);
    const first = blocks.next();
    reads[0]?.finish();
    await first;
    reads[1]?.fail(new Error('the disk'));
    reads[2]?.fail(new Error('the disk, later'));
    reads[3]?.finish();
    // Long enough for an unhandled rejection to be one.
    await new Promise((resolve) => setTimeout(resolve, 10));
    await expect(blocks.next()).rejects.toThrow('the disk');
    expect(await blocks.next()).toEqual({ done: true, value: undefined });
  });

  it('end only when the reads ahead have ended', async () => {
    const { tensor, reads } = watched(40);
    const blocks = blocksOf(tensor, 8);
    const first = blocks.next();
    reads[0]?.finish();
    await first;
    let hasEnded = false;
    const ending = blocks.return().then(() => {
      hasEnded = true;
    });
    reads[1]?.finish();
    reads[2]?.finish();
    await new Promise(setImmediate);
    expect(hasEnded).toBe(false);
    reads[3]?.fail(new Error('that nobody asks for'));
    await ending;
    expect(hasEnded).toBe(true);
  });

  it('are none of an empty tensor', async () => {
    const path = write('empty.npy', npyOf([0, 3], Buffer.alloc(0)));
    await withTensor(path, {}, async (tensor) => {
      expect(tensor).toBeInstanceOf(FileTensor);
      expect(await blocksOf(tensor, 12).next()).toEqual({ done: true, value: undefined });
    });
  });

  it('that do not fit into memory are an error', async () => {
    const { tensor } = watched(2 ** 52);
    await expect(blocksOf(tensor, 2 ** 52).next()).rejects.toMatchObject({
      code: 'ERR_MEMORY_ALLOCATION_FAILED',
    });
  });
});
