import { inspect, types } from 'node:util';
import type { nativeErrors } from '../native/boundary.js';

/** The `code` of every error that this package throws. */
export type ErrorCode =
  | (typeof nativeErrors)[number]['code']
  | 'ERR_ADDON_NOT_FOUND'
  | 'ERR_FILE_ACCESS'
  | 'ERR_FILE_FORMAT'
  | 'ERR_PACKAGE_NOT_FOUND'
  | 'ERR_REBUILD_FAILED'
  | 'ERR_THREAD_FAILED';

const LONGEST_TEXT = 80;

export function shortened(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT - 3)}...`;
}

/** A value as an error message shows it: short, and without running any code of its own. */
export function describe(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (types.isNativeError(value)) return 'an Error';
  const options = { customInspect: false, depth: 0, maxArrayLength: 4, breakLength: Infinity };
  try {
    return shortened(inspect(value, options));
  } catch {
    return 'an object that cannot be shown';
  }
}

export function sentence(what: string, name: string, received: string): string {
  return `Expected ${what} for ${name}, received ${received}`;
}

export function withCode<E extends Error>(error: E, code: ErrorCode): E {
  return Object.assign(error, { code });
}

/** The wrong kind of argument. */
export function typeError(what: string, name: string, received: unknown): TypeError {
  return withCode(new TypeError(sentence(what, name, describe(received))), 'ERR_INVALID_ARG_TYPE');
}

/** The right kind of argument, outside its range. */
export function valueError(what: string, name: string, received: unknown): RangeError {
  return withCode(
    new RangeError(sentence(what, name, describe(received))),
    'ERR_INVALID_ARG_VALUE',
  );
}

/** Lengths and shapes that do not fit together; `received` is worded by the caller. */
export function shapeError(what: string, name: string, received: string): RangeError {
  const message = sentence(what, name, shortened(received));
  return withCode(new RangeError(message), 'ERR_SHAPE_MISMATCH');
}

/** An array whose buffer was detached (transferred to another thread, say) or shrank away. */
export function detachedError(name: string): TypeError {
  return withCode(
    new TypeError(
      sentence('an array with a buffer', name, 'one whose buffer is detached or too short'),
    ),
    'ERR_BUFFER_DETACHED',
  );
}

/** Memory that two arrays of a call share. `mayBeSame`: unless they are the same array. */
export function overlapError(name: string, other: string, mayBeSame: boolean): RangeError {
  const what = mayBeSame
    ? `the memory of ${other} itself or separate memory`
    : `memory separate from ${other}`;
  const message = sentence(what, name, `memory that overlaps ${other}`);
  return withCode(new RangeError(message), 'ERR_BUFFER_OVERLAP');
}

function classError(what: string, name: string, row: number, target: number | bigint): RangeError {
  const error = new RangeError(sentence(what, name, String(target)));
  return Object.assign(withCode(error, 'ERR_TARGET_OUT_OF_RANGE'), { row, target });
}

/** A target that is neither a class nor ignored. */
export function targetError(
  row: number,
  target: number | bigint,
  classes: number,
  name = `targets[${row}]`,
): RangeError {
  return classError(`a class in [0, ${classes}) or ignoreIndex`, name, row, target);
}

/** The element `index` of `ids`, one of this row's, that is no class. */
export function idError(row: number, index: number, id: number, classes: number): RangeError {
  return classError(`a class in [0, ${classes})`, `ids[${index}]`, row, id);
}

/** A mean of nothing, where the caller wants an error. */
export function emptyMeanError(): RangeError {
  const message = sentence('a row that counts in the mean', 'targets', 'none');
  return withCode(new RangeError(message), 'ERR_EMPTY_MEAN');
}

/** Working arrays of native code that do not fit into memory. */
export function workingMemoryError(): RangeError {
  const message = sentence('memory', "the call's working arrays", 'none');
  return withCode(new RangeError(message), 'ERR_MEMORY_ALLOCATION_FAILED');
}

/** A result array that does not fit into memory. */
export function allocationError(length: number, name: string, cause: unknown): RangeError {
  const message = sentence(`memory for ${length} elements`, name, 'none');
  return withCode(new RangeError(message, { cause }), 'ERR_MEMORY_ALLOCATION_FAILED');
}

/** No binary of the addon could be loaded. */
export function addonNotFound(message: string): Error {
  return withCode(new Error(message), 'ERR_ADDON_NOT_FOUND');
}
