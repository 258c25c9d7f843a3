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

type PythonValue = string | boolean | readonly number[];

/**
 * The header's Python dictionary, as far as it is one of strings, truth values and tuples of integers.
 * The text is taken apart by sticky patterns that no text can make slow, and never evaluated.
 */
function parseDictionary(text: string, path: string): ReadonlyMap<string, PythonValue> {
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };
  const take = (token: RegExp): RegExpExecArray | null => {
    match(/[ \t\r\n\f]*/y);
    return match(token);
  };
  const fail = (): never => {
    const what = 'a Python dictionary of strings, truth values and tuples of integers';
    throw fileError(what, path, at < text.length ? describe(text.slice(at)) : 'its end');
  };
  const expect = (token: RegExp): RegExpExecArray => take(token) ?? fail();
  /** Reads items with commas between them up to `close`. Returns whether the last one has a comma too. */
  const readItems = (close: RegExp, readItem: () => void): boolean => {
    let endsInComma = true;
    while (!take(close)) {
      if (!endsInComma) fail();
      readItem();
      endsInComma = take(/,/y) !== null;
    }
    return endsInComma;
  };
  const readString = (): string => expect(/(['"])([^\\\n]*?)\1/y)[2] as string;
  const readTuple = (): readonly number[] => {
    const numbers: number[] = [];
    // Python 2 wrote an L after a long integer.
    const readInteger = () => numbers.push(Number(expect(/(-?(?:0|[1-9][0-9]*))L?/y)[1]));
    const endsInComma = readItems(/\)/y, readInteger);
    // `(3)` is a number in brackets.
    if (numbers.length === 1 && !endsInComma) fail();
    return numbers;
  };
  const readValue = (): PythonValue => {
    if (take(/\(/y)) return readTuple();
    const truth = take(/True|False/y);
    return truth ? truth[0] === 'True' : readString();
  };

  const dictionary = new Map<string, PythonValue>();
  expect(/\{/y);
  readItems(/\}/y, () => {
    const key = readString();
    if (dictionary.has(key)) fail();
    expect(/:/y);
    dictionary.set(key, readValue());
  });
  expect(/$/y);
  return dictionary;
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

function expectKeys(header: ReadonlyMap<string, unknown>, path: string): void {
  const keys = [...header.keys()].sort().join(', ');
  if (keys !== 'descr, fortran_order, shape') {
    throw fileError('a header of descr, fortran_order and shape', path, `one of ${describe(keys)}`);
  }
}

/** Reads the header of an .npy file. */
export function readNpy(file: OpenFile, dtype: ElementType | undefined): Contents {
  const { path, size } = file;
  const { text, end } = readHeader(file);
  const header = parseDictionary(text, path);
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
  const shape = shapeOf(header.get('shape'), path);
  const bytes = expectBytes(shape, element, path);
  // More than the shape says is refused too: several arrays in one file, or a shape that is wrong.
  if (size - end !== bytes) {
    const what = `${bytes} bytes of data, as its shape [${shape.join(', ')}] says,`;
    throw fileError(what, path, `${size - end}`);
  }
  return { name: undefined, element, shape, bytes, offset: end };
}
