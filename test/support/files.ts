import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { closeTensor, type OpenOptions, openTensor, readInto } from '../../lib/files/open.js';
import type { OpenTensor } from '../../lib/files/tensor.js';

/** A file that NumPy has written: fixtures/make-files.py. */
export interface WrittenFile {
  readonly name: string;
  readonly extension: string;
  readonly content: Buffer;
}

/** What it holds, with these options. */
export interface AcceptedFile extends WrittenFile {
  readonly element: string;
  readonly shape: readonly number[];
  readonly data: Buffer;
  readonly options: OpenOptions;
}

type Raw<F> = { [K in keyof F]: F[K] extends Buffer ? string : F[K] };

const raw = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', 'fixtures', 'files.json'), 'utf8'),
) as { accepted: Raw<AcceptedFile>[]; refused: Raw<WrittenFile>[] };

const decoded = (base64: string) => Buffer.from(base64, 'base64');

export const acceptedFiles: readonly AcceptedFile[] = raw.accepted.map((file) => ({
  ...file,
  content: decoded(file.content),
  data: decoded(file.data),
}));

export const refusedFiles: readonly WrittenFile[] = raw.refused.map((file) => ({
  ...file,
  content: decoded(file.content),
}));

/** A folder of this test file, and what writes files into it. */
export function temporaryFolder(): {
  folder: string;
  write: (name: string, content: Uint8Array | string) => string;
} {
  const folder = mkdtempSync(join(tmpdir(), 'logits-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const write = (name: string, content: Uint8Array | string) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  return { folder, write };
}

export async function readAll(tensor: OpenTensor): Promise<Buffer> {
  const bytes = Buffer.alloc(tensor.bytes);
  const count = readInto(tensor, bytes, 0);
  if (count !== tensor.bytes) throw new Error(`${count} bytes of ${tensor.bytes}`);
  return bytes;
}

/** What `use` makes of an opened tensor, which is closed afterwards. */
export async function withTensor<T>(
  paths: string | readonly [string, ...string[]],
  options: OpenOptions,
  use: (tensor: OpenTensor) => Promise<T>,
): Promise<T> {
  const tensor = openTensor(typeof paths === 'string' ? [paths] : paths, options);
  try {
    return await use(tensor);
  } finally {
    closeTensor(tensor);
  }
}

/** An .npy file whose header is this text. */
export function npy(header: string, data: Uint8Array = Buffer.alloc(0)): Buffer {
  const prefix = Buffer.from('\x93NUMPY\x01\x00\x00\x00', 'latin1');
  prefix.writeUInt16LE(header.length, 8);
  return Buffer.concat([prefix, Buffer.from(header, 'latin1'), data]);
}

/** A .safetensors file whose header is this text, or this value as JSON. */
export function safetensors(header: unknown, data: Uint8Array = Buffer.alloc(0)): Buffer {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([prefix, text, data]);
}

export const eightBytes = Buffer.alloc(8);

/** A header of two floats as NumPy writes it, or with other values. */
export const header = (values: { descr?: string; order?: string; shape?: string }) =>
  `{'descr': ${values.descr ?? "'<f4'"}, 'fortran_order': ${values.order ?? 'False'}, 'shape': ${values.shape ?? '(2,)'}, }\n`;

/** Such a header before eight bytes. */
export const withHeader = (values: Parameters<typeof header>[0]) => npy(header(values), eightBytes);

/** One sentence with a code: `#` stands for the path, and what a format's error is about is in `path`. */
export async function expectError(
  path: string,
  code: string,
  message: string,
  options: OpenOptions = {},
): Promise<void> {
  const error: unknown = await withTensor(path, options, readAll).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ code, ...(code.startsWith('ERR_FILE') ? { path } : undefined) });
  expect((error as Error).message.replaceAll(path, '#')).toBe(message);
}
