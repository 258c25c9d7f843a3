import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OpenOptions } from '../../lib/files/open.js';
import {
  type AcceptedFile,
  acceptedFiles,
  readAll,
  temporaryFolder,
  withTensor,
} from '../support/files.js';

const { write } = temporaryFolder();

/** What is read. */
interface Held {
  readonly element: string;
  readonly shape: readonly number[];
  readonly data: Buffer;
}

// Each reading here is another than the library's: the header turned into JSON, the text split into lines.

const npyElements: Record<string, string> = { f: 'float', i: 'int', u: 'uint' };

function heldByNpy(content: Buffer): Held {
  const isFirst = content[6] === 1;
  const start = isFirst ? 10 : 12;
  const end = start + (isFirst ? content.readUInt16LE(8) : content.readUInt32LE(8));
  const json = content
    .toString('latin1', start, end)
    .replaceAll("'", '"')
    .replaceAll('False', 'false')
    .replaceAll('(', '[')
    .replace(/([0-9])L/g, '$1')
    .replace(/,[ \t\r\n\f]*\)/g, ']')
    .replaceAll(')', ']')
    .replace(/,[ \t\r\n\f]*\}/, '}')
    .replaceAll('\f', ' ');
  const { descr, shape } = JSON.parse(json) as { descr: string; shape: number[] };
  const kind = npyElements[descr.charAt(1)];
  const element = descr.endsWith('V2') ? 'bfloat16' : `${kind}${Number(descr.slice(2)) * 8}`;
  return { element, shape, data: content.subarray(end) };
}

function heldBySafetensors(content: Buffer, name: string | undefined): Held {
  const start = 8 + Number(content.readBigUInt64LE());
  const header = JSON.parse(content.toString('utf8', 8, start)) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const names = Object.keys(header).filter((key) => key !== '__metadata__');
  const entry = Object.entries(header).find(([key]) => key === (name ?? names[0]))?.[1];
  if (entry === undefined) throw new Error('a tensor that is not in the header');
  const [begin, end] = entry.data_offsets;
  const element = entry.dtype
    .replace('BF', 'bfloat')
    .replace(/^F/, 'float')
    .replace('U', 'uint')
    .replace('I', 'int');
  return { element, shape: entry.shape, data: content.subarray(start + begin, start + end) };
}

function heldByText(content: Buffer): Held {
  const lines = content
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .split('\n');
  while (lines.at(-1)?.trim() === '') lines.pop();
  if (/^["'\p{L}_]/u.test(lines[0]?.trim() ?? '')) lines.shift();
  const classes = BigInt64Array.from(lines, (line) => {
    if (!/^[ \t\r]*-?[0-9]+[ \t\r]*$/.test(line)) throw new Error(`a line that is ${line}`);
    return BigInt(line.trim());
  });
  return { element: 'int64', shape: [classes.length], data: Buffer.from(classes.buffer) };
}

function held(content: Buffer, extension: string, options: OpenOptions): Held {
  if (extension === '.npy') {
    const inFile = heldByNpy(content);
    const isBits = inFile.element === 'uint16' && options.dtype !== undefined;
    return isBits ? { ...inFile, element: options.dtype as string } : inFile;
  }
  return extension === '.safetensors'
    ? heldBySafetensors(content, options.tensor)
    : heldByText(content);
}

const codes = ['ERR_FILE_FORMAT', 'ERR_INVALID_ARG_VALUE'];

/** Either the tensor that is in the file, or an error of one line with a code. Tells whether it was an error. */
async function expectOutcome(file: AcceptedFile, content: Buffer): Promise<boolean> {
  const path = write(`fuzzed${file.extension}`, content);
  let outcome: Held;
  try {
    outcome = await withTensor(path, file.options, async (tensor) => ({
      element: tensor.element,
      shape: tensor.shape,
      data: await readAll(tensor),
    }));
  } catch (error) {
    expect(codes).toContain((error as { code?: unknown }).code);
    expect((error as Error).message).toMatch(/^Expected [^\n]+ for [^\n]+, received [^\n]+$/);
    return true;
  }
  expect(outcome).toEqual(held(content, file.extension, file.options));
  return false;
}

// What headers and lines are made of, and numbers at the edges of what can be counted.
const words = [
  ...[
    '0',
    '-0',
    '1',
    '-1',
    '3',
    '0.5',
    '1e3',
    '1e999',
    'NaN',
    '2L',
    '4294967296',
    '9007199254740991',
  ],
  ...[
    '9007199254740992',
    '18446744073709551615',
    '-9223372036854775808',
    '340282366920938463463374607431768211456',
  ],
  ...[
    '{',
    '}',
    '[',
    ']',
    '(',
    ')',
    ',',
    ':',
    '"',
    "'",
    '\\',
    '\n',
    '\r\n',
    '\0',
    ' ',
    '\t',
    'é',
    '\u2028',
    '\ufeff',
  ],
  ...[
    'True',
    'False',
    'true',
    'null',
    '[[[[[[',
    "'descr'",
    "'shape'",
    '"shape"',
    '"data_offsets"',
    '"dtype"',
  ],
  ...[
    "'<f4'",
    "'>f4'",
    "'|u1'",
    "'|O'",
    '"F32"',
    '"BF16"',
    '"U8"',
    '"__proto__"',
    '"__metadata__"',
    'label',
  ],
];

type Edit = (content: Buffer) => Buffer;

/** Places are shares of the header's length, or of the whole file. */
const place = fc.tuple(fc.boolean(), fc.double({ min: 0, max: 1, noNaN: true }));
type Place = readonly [isInHeader: boolean, share: number];

function positionOf([isInHeader, share]: Place, content: Buffer): number {
  return Math.floor(share * Math.min(content.length, isInHeader ? 150 : Infinity));
}

function splice(content: Buffer, at: number, count: number, inserted: Uint8Array): Buffer {
  return Buffer.concat([content.subarray(0, at), inserted, content.subarray(at + count)]);
}

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(place, fc.nat(255)).map(
    ([where, byte]) =>
      (x: Buffer) =>
        splice(x, positionOf(where, x), 1, Buffer.of(byte)),
  ),
  fc.tuple(place, fc.nat(20), fc.constantFrom('', ...words)).map(
    ([where, count, word]) =>
      (x: Buffer) =>
        splice(x, positionOf(where, x), count, Buffer.from(word)),
  ),
  // One of the numbers that are there.
  fc.tuple(fc.nat(40), fc.constantFrom(...words)).map(([index, word]) => (x: Buffer) => {
    const numbers = [...x.toString('latin1').matchAll(/[0-9]+/g)];
    const number = numbers[index % numbers.length];
    return number ? splice(x, number.index, number[0].length, Buffer.from(word)) : x;
  }),
  // Two edits that leave a file right: another byte of the data, and blanks between the words of a header.
  fc.tuple(fc.nat(20), fc.nat(255)).map(
    ([back, byte]) =>
      (x: Buffer) =>
        splice(x, Math.max(0, x.length - 1 - back), 1, Buffer.of(byte)),
  ),
  fc
    .tuple(fc.nat(40), fc.constantFrom(' ', '\t', '\n', '\r\n'))
    .map(([index, blank]) => (x: Buffer) => {
      const marks = [...x.toString('latin1').matchAll(/[{}[\](),:]/g)];
      const mark = marks[index % marks.length];
      return mark ? splice(x, mark.index, 0, Buffer.from(blank)) : x;
    }),
  fc.tuple(place).map(
    ([where]) =>
      (x: Buffer) =>
        x.subarray(0, positionOf(where, x)),
  ),
  fc.uint8Array({ maxLength: 12 }).map((bytes) => (x: Buffer) => Buffer.concat([x, bytes])),
  // The length of the header, in all formats' places.
  fc
    .tuple(fc.constantFrom(0, 8), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.nat(64))
    .map(([at, value, shift]) => (x: Buffer) => {
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(value >> BigInt(shift));
      return splice(x, at, at === 0 ? 8 : 4, length.subarray(0, at === 0 ? 8 : 4));
    }),
);

/** The length that a header has after its text was edited: else most edits would end in that check. */
function withRightLength(extension: string, before: Buffer, after: Buffer): Buffer {
  const grown = after.length - before.length;
  const fixed = Buffer.from(after);
  if (extension === '.safetensors' && after.length >= 8) {
    const length = before.readBigUInt64LE() + BigInt(grown);
    if (length >= 0n) fixed.writeBigUInt64LE(length);
  }
  if (extension === '.npy' && after.length >= 12 && after[6] === 1) {
    fixed.writeUInt16LE(Math.max(0, Math.min(65_535, before.readUInt16LE(8) + grown)), 8);
  }
  return fixed;
}

describe.each(['.npy', '.safetensors', '.txt'])('%s', (extension) => {
  const files = acceptedFiles.filter((file) => file.extension === extension);
  const runs = { seed: 4117, numRuns: 3000 } as const;

  it('is read as its bytes are, or refused, whatever they are', async () => {
    let errors = 0;
    let checks = 0;
    // As hexadecimal digits, a failure can be tried again without its edits.
    const edited = fc
      .tuple(fc.nat(files.length - 1), fc.array(edit, { minLength: 1, maxLength: 3 }), fc.boolean())
      .map(([index, edits, fixesLength]) => {
        const { content } = files[index] as AcceptedFile;
        const changed = edits.reduce((bytes, apply) => apply(bytes), content);
        const result = fixesLength ? withRightLength(extension, content, changed) : changed;
        return { index, hex: result.toString('hex') };
      });
    const property = fc.asyncProperty(edited, async ({ index, hex }) => {
      checks++;
      const isRefused = await expectOutcome(files[index] as AcceptedFile, Buffer.from(hex, 'hex'));
      if (isRefused) errors++;
    });
    await fc.assert(property, runs);
    // A fuzz test that always ends in the same way checks nothing.
    expect(errors).toBeGreaterThan(checks * 0.05);
    expect(errors).toBeLessThan(checks * 0.95);
  });

  it('is refused when it is cut short', async () => {
    const [file] = files.filter(({ data }) => data.length > 0);
    if (file === undefined) throw new Error('no file');
    for (let length = 0; length < file.content.length; length++) {
      const isRefused = await expectOutcome(file, file.content.subarray(0, length));
      if (extension !== '.txt') expect(isRefused).toBe(true);
    }
  });
});
