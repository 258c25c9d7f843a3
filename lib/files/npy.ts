// Written here since the packages that read .npy (npyjs, read-npy-file, numpy-parser) hold the whole file in
// memory, find their way in its header by patterns, and do not compare the shape with the file's size.
import { describe, fileError } from '../arguments/errors.js';
import type { ElementType } from '../types.js';
import { type OpenFile, readFully } from './file.js';
import { type PythonDictionary, parsePythonDictionary } from './python-dictionary.js';
import { type Contents, expectBytes, type FileElement, readShape } from './tensor.js';

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

function expectKeys(header: PythonDictionary, path: string): void {
  const keys = [...header.keys()].sort().join(', ');
  if (keys !== 'descr, fortran_order, shape') {
    throw fileError('a header of descr, fortran_order and shape', path, `one of ${describe(keys)}`);
  }
}

/** What an .npy file holds. */
export function readNpy(file: OpenFile, dtype: ElementType | undefined): Contents {
  const { path, size } = file;
  const { text, end } = readHeader(file);
  const header = parsePythonDictionary(text, path);
  expectKeys(header, path);
  const element = readElement(header.get('descr'), dtype, path);
  const order = header.get('fortran_order');
  if (order !== false) {
    throw fileError(
      'C order (fortran_order: False)',
      path,
      order === true ? 'True' : describe(order),
    );
  }
  const shape = readShape(header.get('shape'), path);
  const bytes = expectBytes(shape, element, path);
  // More than the shape says is refused too: several arrays in one file, or a shape that is wrong.
  if (size - end !== bytes) {
    const what = `${bytes} bytes of data, as its shape [${shape.join(', ')}] says,`;
    throw fileError(what, path, `${size - end}`);
  }
  return { name: undefined, element, shape, bytes, offset: end };
}
