// Written here since the packages that read .npy (npyjs, read-npy-file, numpy-parser) hold the whole file in
// memory, find their way in its header by patterns, and do not compare the shape with the file's size.
import { describe } from '../arguments/errors.js';
import type { ElementType } from '../types.js';
import { fileError } from './errors.js';
import { type OpenFile, readFully } from './file.js';
import { type Contents, expectBytes, type FileElement, shapeOf } from './tensor.js';

const MAGIC = '\x93NUMPY';

/** The bytes of the header's length, by the format's version. */
const lengthBytes = new Map([
  ['1.0', 2],
  ['2.0', 4],
  ['3.0', 4],
]);

// NumPy's own limit; a header of numbers has about a hundred characters.
const LONGEST_HEADER = 10_000;

const elements = new Map<string, FileElement>([
  ['f2', 'float16'],
  ['f4', 'float32'],
  ['f8', 'float64'],
  ['i1', 'int8'],
  ['i2', 'int16'],
  ['i4', 'int32'],
  ['i8', 'int64'],
  ['u1', 'uint8'],
  ['u2', 'uint16'],
  ['u4', 'uint32'],
  ['u8', 'uint64'],
]);

/** The header's text, and where it ends. */
function readHeader(file: OpenFile): { text: string; end: number } {
  const prefix = Buffer.alloc(Math.min(12, file.size));
  readFully(file, prefix, 0);
  if (prefix.length < 12 || prefix.toString('latin1', 0, MAGIC.length) !== MAGIC) {
    throw fileError('an .npy file', file.path, 'something else');
  }
  const version = `${prefix[6]}.${prefix[7]}`;
  const width = lengthBytes.get(version);
  if (width === undefined) throw fileError('version 1.0, 2.0 or 3.0', file.path, version);
  const length = prefix.readUIntLE(8, width);
  const start = 8 + width;
  const longest = Math.min(LONGEST_HEADER, file.size - start);
  if (length > longest) {
    throw fileError(`a header of at most ${longest} bytes`, file.path, `one of ${length}`);
  }
  const header = Buffer.alloc(length);
  readFully(file, header, start);
  // Version 3.0 has UTF-8, for names of fields alone: no header with one is accepted.
  return { text: header.toString('latin1'), end: start + length };
}

// What Python writes. No text can make these patterns slow.
const space = String.raw`[ \t\r\n\f]*`;
const string = String.raw`'[^'\\\n]*'|"[^"\\\n]*"`;
// Python 2 wrote an L after a long integer.
const integer = `-?(?:0|[1-9][0-9]*)L?${space}`;
// `(3)` is a number in brackets.
const tuple = String.raw`\(${space}(?:(?:${integer},${space})+(?:${integer})?)?\)`;
const entry = `${space}(${string})${space}:${space}(${string}|True|False|${tuple})${space}`;
const dictionary = new RegExp(`^${space}\\{(?:${entry},)*(?:${entry}|${space})\\}${space}$`);
const entries = new RegExp(entry, 'g');

function readValue(text: string): string | boolean | readonly number[] {
  if (text === 'True' || text === 'False') return text === 'True';
  return text.startsWith('(') ? Array.from(text.matchAll(/-?[0-9]+/g), Number) : text.slice(1, -1);
}

/** The values of the header's Python dictionary. Its text is never evaluated. */
function parseDictionary(text: string, path: string): ReadonlyMap<string, unknown> {
  if (!dictionary.test(text)) {
    const what = 'a Python dictionary of strings, truth values and tuples of integers';
    throw fileError(what, path, describe(text));
  }
  const found = Array.from(text.matchAll(entries), ([, key = '', value = '']) => {
    return [key.slice(1, -1), readValue(value)] as const;
  });
  const keys = found.map(([key]) => key).sort();
  if (keys.join() !== 'descr,fortran_order,shape') {
    const received = `one of ${describe(keys.join(', '))}`;
    throw fileError('a header of descr, fortran_order and shape', path, received);
  }
  return new Map(found);
}

function readElement(descr: unknown, dtype: ElementType | undefined, path: string): FileElement {
  const [, order, type = ''] = (typeof descr === 'string' && /^([<>|])(.+)$/.exec(descr)) || [];
  // What NumPy writes for the bfloat16 of ml_dtypes: two bytes without a type.
  if (type === 'V2' && dtype === 'bfloat16') return dtype;
  const element = elements.get(type);
  if (element === undefined) {
    const known = [...elements.values()].join(', ');
    throw fileError(`elements among ${known}`, path, describe(descr));
  }
  const isByte = type.endsWith('1');
  if (order === '>' && !isByte) throw fileError('little-endian elements', path, describe(descr));
  if (order === '|' && !isByte) throw fileError('a byte order', path, describe(descr));
  return element;
}

/** Reads the header of an .npy file. */
export function readNpy(file: OpenFile, dtype: ElementType | undefined): Contents {
  const { path, size } = file;
  const { text, end } = readHeader(file);
  const header = parseDictionary(text, path);
  const element = readElement(header.get('descr'), dtype, path);
  const order = header.get('fortran_order');
  if (order !== false) {
    throw fileError(
      'C order (fortran_order: False)',
      path,
      order === true ? 'True' : describe(order),
    );
  }
  const shape = shapeOf(header.get('shape'), path);
  const bytes = expectBytes(shape, element, path);
  // More than the shape says is refused too: several arrays in one file, or a shape that is wrong.
  if (size - end !== bytes) {
    const what = `${bytes} bytes of data, as its shape [${shape.join(', ')}] says,`;
    throw fileError(what, path, `${size - end}`);
  }
  return { name: undefined, element, shape, bytes, offset: end };
}
