// Written here since CSV packages make a string of every field, and the columns and quotes that they are for do not occur.
import { allocationError, describe } from '../arguments/errors.js';
import { fileError } from './errors.js';
import { type OpenFile, readFully } from './file.js';
import type { OpenTensor } from './tensor.js';

const CHUNK_BYTES = 65_536;

// As much of a line as an error shows, and as the name of a column has.
const LINE_START_BYTES = 81;

const BYTE_ORDER_MARK = '\xef\xbb\xbf';

const [TAB, NEWLINE, RETURN, SPACE, MINUS, ZERO] = [9, 10, 13, 32, 45, 48] as const;

/** What a line holds: an integer, nothing (null), or something else (NaN). */
type Held = number | null;

/** A line, byte after byte: so that it takes no memory, however long it is. */
class Line {
  private place: 'start' | 'sign' | 'digits' | 'end' | 'failed' = 'start';
  private sign = 1;
  private value = 0;

  add(byte: number): void {
    const digit = byte - ZERO;
    const { place } = this;
    if (digit >= 0 && digit <= 9 && place !== 'end' && place !== 'failed') {
      this.value = this.value * 10 + digit;
      this.place = 'digits';
    } else if (byte === MINUS && place === 'start') {
      this.sign = -1;
      this.place = 'sign';
    } else if (byte === SPACE || byte === TAB || byte === RETURN) {
      if (place === 'digits') this.place = 'end';
      if (place === 'sign') this.place = 'failed';
    } else {
      this.place = 'failed';
    }
  }

  /** What the line holds; the next one begins. */
  finish(): Held {
    const { place, sign, value } = this;
    this.place = 'start';
    this.sign = 1;
    this.value = 0;
    if (place === 'start') return null;
    const isInteger = (place === 'digits' || place === 'end') && Number.isSafeInteger(value);
    return isInteger ? sign * value : NaN;
  }
}

/** Shows `visit` each line from byte `start` on, with the start of the next one, until it returns false. */
function scanLines(
  file: OpenFile,
  start: number,
  visit: (held: Held, next: number) => boolean,
): void {
  const line = new Line();
  const chunk = new Uint8Array(Math.min(CHUNK_BYTES, file.size - start));
  let lineStart = start;
  for (let at = start; at < file.size; at += chunk.length) {
    const bytes = chunk.subarray(0, file.size - at);
    readFully(file, bytes, at);
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i] as number;
      if (byte !== NEWLINE) {
        line.add(byte);
        continue;
      }
      lineStart = at + i + 1;
      if (!visit(line.finish(), lineStart)) return;
    }
  }
  if (lineStart < file.size) visit(line.finish(), file.size);
}

/** The start of a line, trimmed, and where the next line begins if all of this one has been read. */
function readLineStart(file: OpenFile, start: number): { text: string; next: number | undefined } {
  const bytes = Buffer.alloc(Math.min(LINE_START_BYTES, file.size - start));
  readFully(file, bytes, start);
  const end = bytes.indexOf(NEWLINE);
  const isWhole = end >= 0 || start + bytes.length === file.size;
  const length = end < 0 ? bytes.length : end;
  const next = end < 0 ? file.size : start + end + 1;
  return { text: bytes.toString('utf8', 0, length).trim(), next: isWhole ? next : undefined };
}

/** Where the lines with classes begin: behind a byte order mark and a line that names the column. */
function findFirstLine(file: OpenFile): { start: number; line: number } {
  const mark = Buffer.alloc(Math.min(BYTE_ORDER_MARK.length, file.size));
  readFully(file, mark, 0);
  const start = mark.toString('latin1') === BYTE_ORDER_MARK ? BYTE_ORDER_MARK.length : 0;
  const { text, next } = readLineStart(file, start);
  const isName = /^(["']?)[\p{L}_][\p{L}\p{N}_ .-]*\1$/u.test(text);
  return isName && next !== undefined ? { start: next, line: 2 } : { start, line: 1 };
}

function lineError(file: OpenFile, start: number, line: number): Error {
  const { text } = readLineStart(file, start);
  const received = text === '' ? 'a blank line' : describe(text);
  return fileError('a class (an integer)', file.path, received, line);
}

function newWords(count: number): Int32Array {
  try {
    return new Int32Array(new SharedArrayBuffer(4 * count));
  } catch (cause) {
    throw allocationError(count / 2, 'targets', cause);
  }
}

/** Integers as int64 elements, in memory that every thread sees. */
class SharedIntegers {
  length = 0;
  /** Two words for each: no bigint for each number. */
  #words = newWords(CHUNK_BYTES);

  push(value: number): void {
    const at = 2 * this.length++;
    if (at === this.#words.length) {
      const larger = newWords(2 * at);
      larger.set(this.#words);
      this.#words = larger;
    }
    this.#words[at] = value;
    this.#words[at + 1] = Math.floor(value / 2 ** 32);
  }

  get bytes(): Uint8Array {
    return new Uint8Array(this.#words.buffer, 0, 8 * this.length);
  }
}

/** The classes of a text file: integers, one a line, at most one line before that names them. They are read at once. */
export function openTextTargets(file: OpenFile): OpenTensor {
  const { start, line: firstLine } = findFirstLine(file);
  const classes = new SharedIntegers();
  let lineStart = start;
  let blankStart: number | undefined;
  let isRefused = false;
  scanLines(file, start, (held, next) => {
    if (held === null) {
      blankStart ??= lineStart;
    } else if (blankStart !== undefined || Number.isNaN(held)) {
      isRefused = true;
      return false;
    } else {
      classes.push(held);
    }
    lineStart = next;
    return true;
  });
  const { length: rows, bytes: elements } = classes;
  // Blank lines are refused unless nothing follows them; the first of them is the one to name.
  if (isRefused) throw lineError(file, blankStart ?? lineStart, firstLine + rows);
  const bytes = elements.length;
  const parts = [{ kind: 'memory', file, bytes, elements }] as const;
  return { path: file.path, name: undefined, element: 'int64', shape: [rows], bytes, parts };
}
