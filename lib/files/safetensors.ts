// Written here since one package that reads .safetensors holds the whole file in memory and checks nothing (safetensors), and
// one, of 5 MB, reads headers of models on a server, without data and overlaps (@huggingface/hub).
import { describe } from '../arguments/errors.js';
import { fileError, optionError } from './errors.js';
import { type OpenFile, readFully } from './file.js';
import { type Contents, expectBytes, type FileElement, isCount, shapeOf } from './tensor.js';

const LENGTH_BYTES = 8;

// Room for 50,000 tensors. The format allows 100 MB, of which JSON.parse can make gigabytes.
const LONGEST_HEADER = 8 * 1024 * 1024;

const MOST_NAMES_LISTED = 20;

const elements = new Map<unknown, FileElement>([
  ['F16', 'float16'],
  ['BF16', 'bfloat16'],
  ['F32', 'float32'],
  ['F64', 'float64'],
  ['I8', 'int8'],
  ['U8', 'uint8'],
  ['I16', 'int16'],
  ['U16', 'uint16'],
  ['I32', 'int32'],
  ['U32', 'uint32'],
  ['I64', 'int64'],
  ['U64', 'uint64'],
]);

/** One tensor of the header. Its place is checked; its type and shape are once it is chosen. */
interface Entry {
  readonly name: string;
  readonly dtype: unknown;
  readonly shape: unknown;
  readonly begin: number;
  readonly end: number;
}

type JsonObject = { readonly [key: string]: unknown };

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The header as JSON, and where it ends. */
function readHeader(file: OpenFile): { header: JsonObject; end: number } {
  const { path, size } = file;
  if (size < LENGTH_BYTES) throw fileError('a .safetensors file', path, `${size} bytes`);
  const prefix = Buffer.alloc(LENGTH_BYTES);
  readFully(file, prefix, 0);
  const length = prefix.readBigUInt64LE();
  const longest = Math.min(LONGEST_HEADER, size - LENGTH_BYTES);
  if (length > longest) {
    throw fileError(`a header of at most ${longest} bytes`, path, `one of ${length}`);
  }
  const bytes = Buffer.alloc(Number(length));
  readFully(file, bytes, LENGTH_BYTES);
  const header = parseJson(bytes);
  if (!isObject(header)) throw fileError('a header that is a JSON object', path, 'something else');
  return { header, end: LENGTH_BYTES + bytes.length };
}

/** What UTF-8 bytes of JSON say; undefined for what is not JSON. */
function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function readEntry(name: string, info: unknown, path: string): Entry {
  const offsets = isObject(info) ? info.data_offsets : undefined;
  if (!isObject(info) || !Array.isArray(offsets)) {
    throw fileError(`a tensor with data_offsets as ${describe(name)}`, path, describe(info));
  }
  const [begin, end]: unknown[] = offsets;
  if (offsets.length !== 2 || !isCount(begin) || !isCount(end) || begin > end) {
    throw fileError(`two offsets of ${describe(name)}`, path, describe(offsets));
  }
  return { name, dtype: info.dtype, shape: info.shape, begin, end };
}

/** The tensors in the order of their places, which fill the file without gap or overlap. */
function readEntries(file: OpenFile): { entries: Entry[]; end: number } {
  const { path, size } = file;
  const { header, end } = readHeader(file);
  const entries = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, info]) => readEntry(name, info, path))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  let filled = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== filled) {
      const what = `the data of ${describe(name)} to begin at byte ${filled}, where the others' end,`;
      throw fileError(what, path, `${begin}`);
    }
    filled = end;
  }
  if (filled !== size - end) {
    throw fileError(`${filled} bytes of data, as the offsets say,`, path, `${size - end}`);
  }
  return { entries, end };
}

/** The names of a file as an error lists them: they are the file's, and may hold anything. */
function listed(entries: readonly Entry[]): string {
  if (entries.length === 0) return 'none';
  const names = entries.slice(0, MOST_NAMES_LISTED).map(({ name }) => describe(name));
  const more = entries.length - names.length;
  return names.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function findEntry(entries: readonly Entry[], name: string | undefined, path: string): Entry {
  const found = entries.filter((entry) => name === undefined || entry.name === name);
  const [entry] = found;
  if (entry === undefined || found.length > 1) {
    throw optionError(`the name of a tensor of ${path} (${listed(entries)})`, 'tensor', name);
  }
  return entry;
}

/** Reads the header of a .safetensors file for one tensor: the named one, or the only one. */
export function readSafetensors(file: OpenFile, name: string | undefined): Contents {
  const { path } = file;
  const { entries, end: dataStart } = readEntries(file);
  const entry = findEntry(entries, name, path);
  const element = elements.get(entry.dtype);
  if (element === undefined) {
    const known = [...elements.keys()].join(', ');
    const what = `elements of ${describe(entry.name)} among ${known}`;
    throw fileError(what, path, describe(entry.dtype));
  }
  const shape = shapeOf(entry.shape, path);
  const bytes = expectBytes(shape, element, path);
  if (entry.end - entry.begin !== bytes) {
    const what = `${bytes} bytes of ${describe(entry.name)}, as its shape [${shape.join(', ')}] says,`;
    throw fileError(what, path, `${entry.end - entry.begin}`);
  }
  return { name: entry.name, element, shape, bytes, offset: dataStart + entry.begin };
}
