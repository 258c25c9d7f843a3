import { describe, fileError } from '../arguments/errors.js';

export type PythonValue = string | boolean | readonly number[];
export type PythonDictionary = ReadonlyMap<string, PythonValue>;

// The words of the literal, each a sticky pattern that no text can make slow.
const blank = /[ \t\r\n\f]*/y;
const string = /'([^'\\\n]*)'|"([^"\\\n]*)"/y;
const truth = /True|False/y;
// Python 2 wrote an L after a long integer.
const integer = /(-?(?:0|[1-9][0-9]*))L?/y;

/**
 * The Python dictionary that an .npy file begins with, as far as it is one of strings, truth values and
 * tuples of integers. The text is taken apart, never evaluated.
 */
export function parsePythonDictionary(text: string, path: string): PythonDictionary {
  let at = 0;

  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };
  const next = (pattern: RegExp): RegExpExecArray | null => {
    match(blank);
    return match(pattern);
  };
  const accept = (mark: string): boolean => {
    match(blank);
    const isThere = text.startsWith(mark, at);
    if (isThere) at += mark.length;
    return isThere;
  };
  const fail = (): never => {
    const what = 'a Python dictionary of strings, truth values and tuples of integers';
    throw fileError(what, path, at < text.length ? describe(text.slice(at)) : 'its end');
  };
  const expect = (mark: string): void => {
    if (!accept(mark)) fail();
  };
  const readString = (): string | undefined => {
    const found = next(string);
    return found?.[1] ?? found?.[2];
  };
  /** What stands between an opening and the closing mark, each but the last with a comma behind it. */
  const readList = (close: string, readItem: () => void): boolean => {
    let endsInComma = true;
    while (!accept(close)) {
      if (!endsInComma) fail();
      readItem();
      endsInComma = accept(',');
    }
    return endsInComma;
  };
  const readTuple = (): readonly number[] => {
    const numbers: number[] = [];
    const endsInComma = readList(')', () => numbers.push(Number(next(integer)?.[1] ?? fail())));
    // `(3)` is a number in brackets.
    if (numbers.length === 1 && !endsInComma) fail();
    return numbers;
  };
  const readValue = (): PythonValue => {
    if (accept('(')) return readTuple();
    const word = next(truth)?.[0];
    return word === undefined ? (readString() ?? fail()) : word === 'True';
  };

  const dictionary = new Map<string, PythonValue>();
  expect('{');
  readList('}', () => {
    const key = readString() ?? fail();
    if (dictionary.has(key)) fail();
    expect(':');
    dictionary.set(key, readValue());
  });
  match(blank);
  return at === text.length ? dictionary : fail();
}
