import { truncateSync } from 'node:fs';
import { describe, it } from 'vitest';
import { describe as describeValue } from '../../lib/arguments/errors.js';
import {
  eightBytes,
  expectError,
  header,
  npy,
  safetensors,
  temporaryFolder,
  withHeader,
} from '../support/files.js';

const { write } = temporaryFolder();

const FORMAT = 'ERR_FILE_FORMAT';
const VALUE = 'ERR_INVALID_ARG_VALUE';

const literal =
  'Expected a Python dictionary of strings, truth values and tuples of integers for #';
const keys = 'Expected a header of descr, fortran_order and shape for #, received one of';
const sizes = 'Expected a shape of integers from 0 to 2^53 - 1 for #, received';
const elements =
  'Expected elements among float16, float32, float64, int8, int16, int32, int64, uint8, uint16, uint32, uint64 for #, received';

/** An .npy file of this version whose header claims to be this long. */
function claiming(version: readonly [number, number], length: number): Buffer {
  const file = Buffer.concat([npy(''), Buffer.alloc(60)]);
  file.set(version, 6);
  if (version[0] === 1) file.writeUInt16LE(length, 8);
  else file.writeUInt32LE(length, 8);
  return file;
}

describe('.npy', () => {
  const ones = Array(65).fill(1).join(', ');
  const cases: [name: string, content: Uint8Array, message: string][] = [
    ['no bytes', Buffer.alloc(0), 'Expected an .npy file for #, received something else'],
    ['a few bytes', npy('').subarray(0, 9), 'Expected an .npy file for #, received something else'],
    ['other bytes', Buffer.alloc(99), 'Expected an .npy file for #, received something else'],
    ['version 4.0', claiming([4, 0], 5), 'Expected version 1.0, 2.0 or 3.0 for #, received 4.0'],
    ['version 1.1', claiming([1, 1], 5), 'Expected version 1.0, 2.0 or 3.0 for #, received 1.1'],
    [
      'a header behind the end',
      claiming([1, 0], 61),
      'Expected a header of at most 60 bytes for #, received one of 61',
    ],
    [
      'a header of 4 GiB',
      claiming([2, 0], 2 ** 32 - 1),
      'Expected a header of at most 58 bytes for #, received one of 4294967295',
    ],
    [
      'a header behind NumPy’s limit',
      npy(' '.repeat(10_001)),
      'Expected a header of at most 10000 bytes for #, received one of 10001',
    ],
    ['an empty header', npy('\n\n\n'), `${literal}, received '\\n\\n\\n'`],
    ['a list', npy('[1, 2]'), `${literal}, received '[1, 2]'`],
    ['code', npy("__import__('os').abort()"), `${literal}, received "__import__('os').abort()"`],
    ...Object.entries({
      'no end': "{'descr': '<f4'",
      'a string without end': "{'descr': '<f4}",
      'an escape': "{'de\\x73cr': '<f4'}",
      'no comma': "{'a': True 'b': True}",
      'two commas': "{'a': True,, }",
      'a comma alone': '{,}',
      'text behind': `${header({}).trimEnd()} 1`,
      'a number in brackets': header({ shape: '(2)' }),
      'a comma in brackets': header({ shape: '(,)' }),
      'an underscore': header({ shape: '(1_0,)' }),
      'a leading zero': header({ shape: '(02,)' }),
      'a fraction': header({ shape: '(2.0,)' }),
      'brackets without end': `{'shape': ${'('.repeat(9000)}`,
      'spaces without end': `{'shape': (1,${' '.repeat(9000)}`,
      'numbers without end': `{'shape': (${'1, '.repeat(3000)}`,
    }).map(([name, text]): [string, Uint8Array, string] => [
      name,
      npy(text),
      `${literal}, received ${describeValue(text)}`,
    ]),
    ['no keys', npy('{ }'), `${keys} ''`],
    ['a key twice', npy("{'a': True, 'a': True}"), `${keys} 'a, a'`],
    ['a key less', npy("{'descr': '<f4', 'shape': (2,)}"), `${keys} 'descr, shape'`],
    [
      'a key more',
      npy(header({}).replace('}', "'x': True}")),
      `${keys} 'descr, fortran_order, shape, x'`,
    ],
    [
      'an order that is a word',
      withHeader({ order: "'C'" }),
      "Expected C order (fortran_order: False) for #, received 'C'",
    ],
    [
      'Fortran order',
      withHeader({ order: 'True' }),
      'Expected C order (fortran_order: False) for #, received True',
    ],
    ['elements that are no word', withHeader({ descr: '(1, 2)' }), `${elements} [ 1, 2 ]`],
    ['unknown elements', withHeader({ descr: "'<f16'" }), `${elements} '<f16'`],
    ['no byte order', withHeader({ descr: "'f4'" }), `${elements} 'f4'`],
    [
      'a byte order that is none',
      withHeader({ descr: "'|f4'" }),
      "Expected a byte order for #, received '|f4'",
    ],
    [
      'big-endian',
      withHeader({ descr: "'>i8'" }),
      "Expected little-endian elements for #, received '>i8'",
    ],
    ['a shape that is a word', withHeader({ shape: "'2'" }), `${sizes} '2'`],
    ['a negative size', withHeader({ shape: '(-2,)' }), `${sizes} [ -2 ]`],
    ['minus zero', withHeader({ shape: '(-0,)' }), `${sizes} [ -0 ]`],
    [
      'a size of 2^53',
      withHeader({ shape: '(9007199254740992,)' }),
      `${sizes} [ 9007199254740992 ]`,
    ],
    [
      'a size of 400 digits',
      withHeader({ shape: `(${'9'.repeat(400)},)` }),
      `${sizes} [ Infinity ]`,
    ],
    [
      '2^53 bytes',
      withHeader({ shape: '(2251799813685248,)' }),
      'Expected a shape of less than 2^53 bytes for #, received [2251799813685248]',
    ],
    [
      '2^60 elements times 0',
      withHeader({ shape: '(1073741824, 1073741824, 0)' }),
      'Expected a shape of less than 2^53 bytes for #, received [1073741824, 1073741824, 0]',
    ],
    [
      '65 dimensions',
      withHeader({ shape: `(${ones})` }),
      'Expected at most 64 dimensions for #, received 65',
    ],
    [
      'a file cut short',
      withHeader({ shape: '(3,)' }),
      'Expected 12 bytes of data, as its shape [3] says, for #, received 8',
    ],
    [
      'more data',
      withHeader({ shape: '()' }),
      'Expected 4 bytes of data, as its shape [] says, for #, received 8',
    ],
  ];

  it.each(cases)('%s', async (name, content, message) => {
    await expectError(write(`${name.replaceAll(' ', '-')}.npy`, content), FORMAT, message);
  });

  it('reads no more than the limit of a header in a huge file', async () => {
    const path = write('huge.npy', claiming([3, 0], 2 ** 32 - 1));
    truncateSync(path, 2 ** 33);
    const message = 'Expected a header of at most 10000 bytes for #, received one of 4294967295';
    await expectError(path, FORMAT, message);
  });
});

const float = (begin: unknown, end: unknown, shape: unknown = [2]) => ({
  dtype: 'F32',
  shape,
  data_offsets: [begin, end],
});

describe('.safetensors', () => {
  const length = (value: bigint) => {
    const file = safetensors({});
    file.writeBigUInt64LE(value);
    return file;
  };
  const json = 'Expected a header that is a JSON object for #, received something else';
  const offsets = "Expected two offsets of 'a' for #, received";
  const said = "8 bytes of 'a', as its shape [2] says,";
  const shape = (value: unknown) => safetensors({ a: float(0, 8, value) }, eightBytes);
  const cases: [name: string, content: Uint8Array, message: string][] = [
    ['no bytes', Buffer.alloc(0), 'Expected a .safetensors file for #, received 0 bytes'],
    ['a few bytes', Buffer.alloc(7), 'Expected a .safetensors file for #, received 7 bytes'],
    [
      'a header behind the end',
      length(3n),
      'Expected a header of at most 2 bytes for #, received one of 3',
    ],
    [
      'a header of 2^64 bytes',
      length(2n ** 64n - 1n),
      'Expected a header of at most 2 bytes for #, received one of 18446744073709551615',
    ],
    ['no header', safetensors(''), json],
    ['half a header', safetensors('{"a":'), json],
    ['a header in UTF-16', safetensors(Buffer.from('{}', 'utf16le').toString('latin1')), json],
    ['a list', safetensors([]), json],
    ['null', safetensors('null'), json],
    ['a number', safetensors('1'), json],
    ['much depth', safetensors('['.repeat(100_000)), json],
    [
      'a tensor that is null',
      safetensors({ a: null }),
      "Expected a tensor with data_offsets as 'a' for #, received null",
    ],
    [
      'a tensor that is a list',
      safetensors({ a: [] }),
      "Expected a tensor with data_offsets as 'a' for #, received []",
    ],
    [
      'no offsets',
      safetensors({ a: { dtype: 'F32' } }),
      "Expected a tensor with data_offsets as 'a' for #, received { dtype: 'F32' }",
    ],
    [
      'one offset',
      safetensors({ a: { ...float(0, 8), data_offsets: [0] } }, eightBytes),
      `${offsets} [ 0 ]`,
    ],
    [
      'three offsets',
      safetensors({ a: { ...float(0, 8), data_offsets: [0, 4, 8] } }, eightBytes),
      `${offsets} [ 0, 4, 8 ]`,
    ],
    ['a negative offset', safetensors({ a: float(-8, 0) }, eightBytes), `${offsets} [ -8, 0 ]`],
    [
      'a fractional offset',
      safetensors({ a: float(0.5, 8.5) }, eightBytes),
      `${offsets} [ 0.5, 8.5 ]`,
    ],
    [
      'an offset in words',
      safetensors({ a: float('0', '8') }, eightBytes),
      `${offsets} [ '0', '8' ]`,
    ],
    ['offsets that go back', safetensors({ a: float(8, 0) }, eightBytes), `${offsets} [ 8, 0 ]`],
    [
      'an offset of 1e300',
      safetensors('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,1e300]}}'),
      `${offsets} [ 0, 1e+300 ]`,
    ],
    [
      'data behind the end',
      safetensors({ a: float(0, 8) }, Buffer.alloc(7)),
      'Expected 8 bytes of data, as the offsets say, for #, received 7',
    ],
    [
      'data that no tensor has',
      safetensors({ a: float(0, 8) }, Buffer.alloc(9)),
      'Expected 8 bytes of data, as the offsets say, for #, received 9',
    ],
    [
      'a gap',
      safetensors({ a: float(0, 8), b: float(9, 17) }, Buffer.alloc(17)),
      "Expected the data of 'b' to begin at byte 8, where the others' end, for #, received 9",
    ],
    [
      'an overlap',
      safetensors({ a: float(0, 8), b: float(4, 12) }, Buffer.alloc(12)),
      "Expected the data of 'b' to begin at byte 8, where the others' end, for #, received 4",
    ],
    [
      'the same place twice',
      safetensors({ a: float(0, 8), b: float(0, 8) }, eightBytes),
      "Expected the data of 'b' to begin at byte 8, where the others' end, for #, received 0",
    ],
    [
      'less data than the shape',
      safetensors({ a: float(0, 4) }, Buffer.alloc(4)),
      `Expected ${said} for #, received 4`,
    ],
    [
      'more data than the shape',
      safetensors({ a: float(0, 12) }, Buffer.alloc(12)),
      `Expected ${said} for #, received 12`,
    ],
    ['no shape', shape(null), `${sizes} null`],
    ['a negative size', shape([-2]), `${sizes} [ -2 ]`],
    ['a fractional size', shape([0.5]), `${sizes} [ 0.5 ]`],
    ['a size of 2^60', shape([2 ** 60]), `${sizes} [ 1152921504606847000 ]`],
    [
      '2^60 elements',
      shape([2 ** 30, 2 ** 30]),
      'Expected a shape of less than 2^53 bytes for #, received [1073741824, 1073741824]',
    ],
    [
      '65 dimensions',
      shape(Array(65).fill(1)),
      'Expected at most 64 dimensions for #, received 65',
    ],
    [
      'an unknown type',
      safetensors({ a: { ...float(0, 8), dtype: 'F8_E4M3' } }, eightBytes),
      "Expected elements of 'a' among F16, BF16, F32, F64, I8, U8, I16, U16, I32, U32, I64, U64 for #, received 'F8_E4M3'",
    ],
    [
      'a type that is none',
      safetensors({ a: { ...float(0, 8), dtype: { F32: 1 } } }, eightBytes),
      "Expected elements of 'a' among F16, BF16, F32, F64, I8, U8, I16, U16, I32, U32, I64, U64 for #, received { F32: 1 }",
    ],
  ];

  it.each(cases)('%s', async (name, content, message) => {
    await expectError(write(`${name.replaceAll(' ', '-')}.safetensors`, content), FORMAT, message);
  });

  it('reads no more than the limit of a header in a huge file', async () => {
    const path = write('huge.safetensors', length(2n ** 32n));
    truncateSync(path, 2 ** 33);
    const message = 'Expected a header of at most 8388608 bytes for #, received one of 4294967296';
    await expectError(path, FORMAT, message);
  });

  it('lists the names where one is missing or needed', async () => {
    const two = write(
      'two.safetensors',
      safetensors({ 'a\n': float(0, 8), b: float(8, 8, [0]) }, eightBytes),
    );
    const names = "Expected the name of a tensor of # ('a\\n', 'b') for tensor, received";
    await expectError(two, VALUE, `${names} undefined`);
    await expectError(two, VALUE, `${names} 'c'`, { tensor: 'c' });
    await expectError(two, VALUE, `${names} '__metadata__'`, { tensor: '__metadata__' });
    const none = write('none.safetensors', safetensors({ __metadata__: { a: 'b' } }));
    await expectError(
      none,
      VALUE,
      'Expected the name of a tensor of # (none) for tensor, received undefined',
    );
  });

  it('lists twenty names at most', async () => {
    const names = Array.from({ length: 50 }, (_, k) => `layer ${k}`);
    const content = safetensors(Object.fromEntries(names.map((name) => [name, float(0, 0, [0])])));
    const listed = names.slice(0, 20).map((name) => `'${name}'`);
    const message = `Expected the name of a tensor of # (${listed.join(', ')} and 30 more) for tensor, received 'x'`;
    await expectError(write('many.safetensors', content), VALUE, message, { tensor: 'x' });
  });
});
