// The errors that arguments deserve, by their codes.

export const TYPE = 'ERR_INVALID_ARG_TYPE';
export const VALUE = 'ERR_INVALID_ARG_VALUE';
export const SHAPE = 'ERR_SHAPE_MISMATCH';
export const RANGE = 'ERR_TARGET_OUT_OF_RANGE';
export const DETACHED = 'ERR_BUFFER_DETACHED';
export const OVERLAP = 'ERR_BUFFER_OVERLAP';
export const EMPTY = 'ERR_EMPTY_MEAN';
export const MEMORY = 'ERR_MEMORY_ALLOCATION_FAILED';

export const errorClasses = {
  [TYPE]: 'TypeError',
  [DETACHED]: 'TypeError',
  [VALUE]: 'RangeError',
  [SHAPE]: 'RangeError',
  [RANGE]: 'RangeError',
  [OVERLAP]: 'RangeError',
  [EMPTY]: 'RangeError',
  [MEMORY]: 'RangeError',
};

const tag = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
).get;
export const nameOf = (value) => tag.call(value);

/** Gathers the codes of a call's errors. */
export class Verdict {
  codes = new Set();
  target;

  fail(code) {
    this.codes.add(code);
  }
  /** An integer: false, and its code, for all else. */
  integer(value) {
    if (Number.isSafeInteger(value)) return true;
    this.fail(typeof value === 'number' ? VALUE : TYPE);
    return false;
  }
  integerFrom(value, least, most = Infinity) {
    if (value === undefined) return true;
    if (!this.integer(value)) return false;
    if (value >= least && value <= most) return true;
    this.fail(VALUE);
    return false;
  }
  number(value, accepts) {
    if (value === undefined) return;
    if (typeof value !== 'number') this.fail(TYPE);
    else if (!accepts(value)) this.fail(VALUE);
  }
  word(value, words) {
    if (value === undefined) return true;
    if (typeof value !== 'string') this.fail(TYPE);
    else if (!words.includes(value)) this.fail(VALUE);
    return words.includes(value);
  }
  boolean(value) {
    if (value !== undefined && typeof value !== 'boolean') this.fail(TYPE);
  }
  /** A typed array of one of these types that has a buffer; else its code. */
  array(value, types, lost) {
    if (!types.includes(nameOf(value))) this.fail(TYPE);
    else if (lost.has(value)) this.fail(DETACHED);
    else return true;
    return false;
  }
  length(value, length) {
    if (value.length === length) return true;
    this.fail(SHAPE);
    return false;
  }
  /** A list of integers from `least` on. */
  integers(values, least = -Infinity) {
    let fine = true;
    for (let i = 0; i < values.length; i++) {
      fine = this.integer(values[i]) && fine;
      if (fine && values[i] < least) {
        this.fail(VALUE);
        fine = false;
      }
    }
    return fine;
  }
}
