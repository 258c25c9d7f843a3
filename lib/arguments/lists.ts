import type { FloatResult } from '../native/addon.js';
import {
  expectArray,
  expectAttached,
  expectLength,
  isFloatName,
  lengthOf,
  newArray,
  type ResultName,
  typeNameOf,
} from './arrays.js';
import { counted, shapeError, typeError } from './errors.js';
import { productOf } from './layout.js';
import { expectInteger, integerWithin } from './scalars.js';

// What callers hand over as plain arrays is copied, each element read once.

/** A copy of plain numbers, and the dimensions that the lists of lists bring. */
export interface Copied<A = FloatResult> {
  readonly array: A;
  readonly shape: readonly number[];
}

const MOST_DIMENSIONS = 64;

/** Reads an element that is no number as one. */
type ReadElement = (value: unknown, name: string) => number;

const notNumber: ReadElement = (value, name) => {
  throw typeError('a number', name, value);
};

const isRow = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || isFloatName(typeNameOf(value));

/** Copies a list of numbers, or of lists (or float arrays) of them, all of one length. */
export function readLists(
  list: readonly unknown[],
  type: ResultName,
  name: string,
  readElement: ReadElement = notNumber,
): Copied {
  const { length: items } = list;
  const first = items > 0 ? list[0] : undefined;
  if (typeof first === 'number') {
    const flat = newArray(type, items, name);
    flat[0] = first;
    for (let i = 1; i < items; i++) {
      const value = list[i];
      flat[i] = typeof value === 'number' ? value : readElement(value, `${name}[${i}]`);
    }
    return { array: flat, shape: [items] };
  }
  const shape: number[] = [];
  const at: number[] = [];
  let array: FloatResult | undefined;
  let written = 0;
  const nameAt = (depth: number) =>
    `${name}${at
      .slice(0, depth)
      .map((i) => `[${i}]`)
      .join('')}`;
  const walk = (row: ArrayLike<unknown>, depth: number): void => {
    if (depth === MOST_DIMENSIONS) throw typeError('a number', nameAt(depth), row);
    const length = depth === 0 ? items : row.length;
    // The first row of each depth says how long all are.
    if (array === undefined && shape.length === depth) shape.push(length);
    else if (length !== shape[depth]) {
      const others = counted(shape[depth] as number, 'element');
      const fault = `${nameAt(depth)} has ${counted(length, 'element')}, but the rows before it have ${others}`;
      throw shapeError(fault, nameAt(depth), row);
    }
    for (let i = 0; i < length; i++) {
      at[depth] = i;
      const value = depth === 0 && i === 0 ? first : row[i];
      const isLast = array !== undefined && depth === shape.length - 1;
      if (!isLast && typeof value !== 'number' && isRow(value)) walk(value, depth + 1);
      else if (array !== undefined && !isLast) throw typeError('a row', nameAt(depth + 1), value);
      else {
        const element = typeof value === 'number' ? value : readElement(value, nameAt(depth + 1));
        array ??= newArray(type, productOf(shape), name);
        array[written++] = element;
      }
    }
  };
  walk(list, 0);
  return { array: array ?? newArray(type, 0, name), shape };
}

/** A list of integers: a plain one, or a typed array. */
export function readIntegers(value: unknown, what: string, name: string): number[] {
  const integers: number[] = [];
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) integers.push(expectInteger(value[i], name, i));
    return integers;
  }
  if (!/^(Big)?(Int|Uint)/.test(typeNameOf(value) ?? '')) throw typeError(what, name, value);
  expectAttached(value as ArrayBufferView, name);
  const list = value as ArrayLike<number | bigint>;
  const length = lengthOf(value as ArrayBufferView);
  for (let i = 0; i < length; i++) integers.push(expectInteger(Number(list[i]), name, i));
  return integers;
}

export function isList(value: unknown): boolean {
  return Array.isArray(value) || typeNameOf(value) !== undefined;
}

/** The numbers of likeliest classes that are wanted, each once: one number or several, from 1 to `most`. */
export function readTop(value: unknown, most: number): readonly number[] {
  if (typeof value === 'number') return [integerWithin(value, 'top', 1, most)];
  const top = readIntegers(value, 'an integer or an array of integers', 'top');
  top.forEach((k, i) => {
    integerWithin(k, `top[${i}]`, 1, most);
  });
  return [...new Set(top)];
}

/** An array of factors, of `length` elements, or of either length; null for undefined. */
export function readFactors(
  value: unknown,
  length: number | readonly [number, number],
  name: string,
  why: string,
): FloatResult | null {
  if (value === undefined) return null;
  const what = 'a Float32Array, a Float64Array or a plain array of numbers';
  const array = Array.isArray(value)
    ? readLists(value, 'Float64Array', name).array
    : expectArray<FloatResult>(value, isFloatName, what, name);
  const [first, second] = typeof length === 'number' ? [length] : length;
  if (lengthOf(array) !== second) expectLength(array, first, name, why);
  return array;
}
