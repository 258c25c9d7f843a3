import { inspect, types } from 'node:util';

/** The `code` of every error that this package throws. */
export type ErrorCode =
  | 'ERR_ADDON_NOT_FOUND'
  | 'ERR_BUFFER_DETACHED'
  | 'ERR_BUFFER_OVERLAP'
  | 'ERR_EMPTY_MEAN'
  | 'ERR_FILE_ACCESS'
  | 'ERR_FILE_FORMAT'
  | 'ERR_INVALID_ARG_TYPE'
  | 'ERR_INVALID_ARG_VALUE'
  | 'ERR_MEMORY_ALLOCATION_FAILED'
  | 'ERR_PACKAGE_NOT_FOUND'
  | 'ERR_REBUILD_FAILED'
  | 'ERR_SHAPE_MISMATCH'
  | 'ERR_TARGET_OUT_OF_RANGE'
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

/** A target that is neither a class nor ignored. */
export function targetError(
  row: number,
  target: number,
  classes: number,
  name = `targets[${row}]`,
): RangeError {
  const what = `a class in [0, ${classes}) or ignoreIndex`;
  const error = new RangeError(sentence(what, name, String(target)));
  return Object.assign(withCode(error, 'ERR_TARGET_OUT_OF_RANGE'), { row, target });
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
