import { describe, expect, it } from 'vitest';
import { readInto } from '../../lib/files/open.js';
import type { OpenTensor } from '../../lib/files/tensor.js';
import { npy, readAll, safetensors, temporaryFolder, withTensor } from '../support/files.js';
import { uniform } from '../support/inputs.js';

const { write } = temporaryFolder();

/** Bytes that are never the same for long. */
function noise(length: number, seed: number): Buffer {
  const random = uniform(seed);
  return Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
}

/** A tensor's bytes, `size` at a time. */
function* blocksOf(tensor: OpenTensor, size: number): Generator<Buffer> {
  for (let at = 0; at < tensor.bytes; at += size) {
    const into = Buffer.alloc(size);
    yield into.subarray(0, readInto(tensor, into, at));
  }
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

  it('can be read in any pieces', async () => {
    await withTensor(paths, {}, async (tensor) => {
      for (let at = 0; at < 152; at += 4) {
        for (const length of [0, 4, 12, 100, 200]) {
          const into = Buffer.alloc(length, 255);
          const expected = whole.subarray(at, at + length);
          expect(readInto(tensor, into, at)).toBe(expected.length);
          expect(into.subarray(0, expected.length)).toEqual(expected);
          expect(into.subarray(expected.length).every((byte) => byte === 255)).toBe(true);
        }
      }
    });
  });

  it('is read by whole elements from a place that there can be', async () => {
    await withTensor(paths, {}, async (tensor) => {
      const refused = expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' });
      for (const at of [-4, 2, 0.5, NaN, Infinity, 2 ** 53]) {
        expect(() => readInto(tensor, new Uint8Array(4), at)).toThrow(refused);
      }
      expect(() => readInto(tensor, new Uint8Array(5), 0)).toThrow(refused);
      expect(readInto(tensor, new Uint8Array(4), 2 ** 53 - 4)).toBe(0);
    });
  });

  it.each([4, 12, 24, 36, 60, 144, 4000])('comes in blocks of %i bytes', async (size) => {
    await withTensor(paths, {}, async (tensor) => {
      const blocks = [...blocksOf(tensor, size)];
      expect(Buffer.concat(blocks)).toEqual(whole);
      expect(blocks.slice(0, -1).every((block) => block.length === size)).toBe(true);
    });
  });

  it('is read as well by who has a copy of what is known of it', async () => {
    await withTensor(paths, {}, async (tensor) => {
      expect(await readAll(structuredClone(tensor))).toEqual(whole);
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
  // More than one chunk of the file, and more lines than there is room for at first.
  const classes = Array.from({ length: 20_000 }, (_, row) => ((row * 7919) % 200_003) - 100);
  const path = write('many.csv', `label\r\n${classes.map((value) => `${value}\r\n`).join('')}`);

  it('can be read from any line on', async () => {
    await withTensor(path, {}, async (tensor) => {
      expect(tensor.shape).toEqual([classes.length]);
      for (const row of [0, 1, 1023, 1024, 1025, 8192, 12_345, 19_999, 20_000]) {
        for (const count of [1, 1024, 9000]) {
          const into = new BigInt64Array(count);
          const expected = classes.slice(row, row + count);
          const bytes = readInto(tensor, new Uint8Array(into.buffer), row * 8);
          expect(bytes).toBe(expected.length * 8);
          expect(Array.from(into.subarray(0, expected.length), Number)).toEqual(expected);
        }
      }
    });
  });

  it('comes in blocks, to who has a copy of what is known of it too', async () => {
    await withTensor(path, {}, async (tensor) => {
      const blocks = [...blocksOf(structuredClone(tensor), 8000)];
      const seen = new BigInt64Array(new Uint8Array(Buffer.concat(blocks)).buffer);
      expect(Array.from(seen, Number)).toEqual(classes);
    });
  });
});

it('an empty tensor has no blocks', async () => {
  const path = write('empty.npy', npyOf([0, 3], Buffer.alloc(0)));
  await withTensor(path, {}, async (tensor) => {
    expect([...blocksOf(tensor, 12)]).toEqual([]);
    expect(readInto(tensor, new Uint8Array(12), 0)).toBe(0);
  });
});
