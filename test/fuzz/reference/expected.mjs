// Numbers that are expected, each with how far it may be off, and what the arrays of a plan hold.

import { placesOf } from '../layout.mjs';
import { decoded } from './halves.mjs';

export const U = 2 ** -53;
export const LEAST64 = 2 ** -1074;
/** Beyond it a soft cap's rounding leaves nothing to compare. */
export const MOST_SLACK = 0.01;

const single = new Float32Array(1);
const word = new Uint32Array(single.buffer);
/** The distance of float32 values at x. */
export function ulp32(x) {
  single[0] = x;
  const exponent = (word[0] >>> 23) & 255;
  return 2 ** (Math.max(exponent, 1) - 150);
}

const pools = new Map();
/** Working memory by name, valid until it is asked for again. */
export function pool(name, length) {
  let array = pools.get(name);
  if (array === undefined || array.length < length) {
    array = new Float64Array(Math.max(64, 2 * length));
    pools.set(name, array);
  }
  return array;
}

/** All elements of an array as numbers. */
export function numbersOf(array, element, name) {
  const values = pool(`values of ${name}`, array.length);
  if (element === 'float16' || element === 'bfloat16') {
    const table = decoded[element];
    const bits =
      array instanceof Uint16Array
        ? array
        : new Uint16Array(array.buffer, array.byteOffset, array.length);
    for (let i = 0; i < array.length; i++) values[i] = table[bits[i]];
  } else {
    for (let i = 0; i < array.length; i++) values[i] = Number(array[i]);
  }
  return values;
}

/** Numbers, each with how far it may be off: NaN for what nothing is said about. */
export class Expected {
  constructor(name, length) {
    this.name = name;
    this.length = length;
    this.value = pool(`value ${name}`, length);
    this.off = pool(`off ${name}`, length);
  }
  set(at, value, off) {
    this.value[at] = value;
    this.off[at] = off;
  }
}
export const one = (name, value, off) => {
  const expected = new Expected(name, 1);
  expected.set(0, value, off);
  return expected;
};

/** Calls for each row, by its places. */
export function eachRow(plan, visit) {
  const { rows, classes } = plan.layout;
  const { starts, offsets } = placesOf(plan.layout);
  for (let r = 0; r < rows; r++) visit(r, starts[r], offsets, classes);
}

/** Where element c of row r is in a dense array of this layout. */
export function densely({ classes, inner }) {
  return (r, c) => {
    const i = r % inner;
    return ((r - i) / inner) * classes * inner + c * inner + i;
  };
}

export const logitsOf = (plan, name) => numbersOf(plan.arrays[name], plan.element, name);

export const times = (coefficient, value) => (coefficient === 0 ? 0 : coefficient * value);
