import { inspect, types } from 'node:util';
import type { nativeErrors } from '../native/boundary.js';
import { typeNameOf } from './arrays.js';

/** The `code` of every error that this package throws. */
export type ErrorCode =
  | (typeof nativeErrors)[number]['code']
  | 'ERR_ADDON_NOT_FOUND'
  | 'ERR_FILE_ACCESS'
  | 'ERR_FILE_FORMAT'
  | 'ERR_PACKAGE_NOT_FOUND'
  | 'ERR_REBUILD_FAILED'
  | 'ERR_THREAD_FAILED';

/** What every error about an argument has. */
export interface ArgumentError extends Error {
  readonly code: ErrorCode;
  /** The argument or option that is wrong: `targets[1]`, say. */
  readonly argument: string;
  /** What it was. */
  readonly received: unknown;
  /** For a target that is no class: the row, and the target itself. */
  readonly row?: number;
  readonly target?: number | bigint;
}

const LONGEST_TEXT = 80;

export function shortened(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT - 3)}...`;
}

/** A value as an error message shows it: short, and without running any code of its own. */
export function describe(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (types.isNativeError(value)) return 'an Error';
  const type = typeNameOf(value);
  if (type !== undefined) return `${/^[AI]/.test(type) ? 'an' : 'a'} ${type}`;
  const options = { customInspect: false, depth: 0, maxArrayLength: 4, breakLength: Infinity };
  try {
    return shortened(inspect(value, options));
  } catch {
    return 'an object that cannot be shown';
  }
}

export function withCode<E extends Error>(error: E, code: ErrorCode): E {
  return Object.assign(error, { code });
}

/** What a message is made of: what is wrong, and what to do about it. */
interface Parts {
  readonly argument: string;
  readonly received: unknown;
  readonly fault: string;
  readonly remedy?: string | undefined;
}

/** Errors whose message does not have the function's name yet. */
const nameless = new WeakSet<object>();

function argumentError(
  code: ErrorCode,
  { argument, received, fault, remedy }: Parts,
  more: object = {},
): Error {
  const message = remedy === undefined || remedy === '' ? fault : `${fault}. ${remedy}`;
  const isKind = code === 'ERR_INVALID_ARG_TYPE' || code === 'ERR_BUFFER_DETACHED';
  const error = new (isKind ? TypeError : RangeError)(message);
  Object.assign(withCode(error, code), { argument }, more);
  // Not enumerable: whoever logs the error does not want the array.
  Object.defineProperty(error, 'received', { value: received, configurable: true });
  nameless.add(error);
  return error;
}

// biome-ignore lint/complexity/noBannedTypes: any function
export type AnyFunction = Function;

/** An error with the name of the public function that throws it, and a stack that begins with its caller. */
export function named(error: unknown, name: string, entry: AnyFunction): unknown {
  if (!nameless.delete(error as object)) return error;
  const own = error as Error;
  own.message = `${name}: ${own.message}`;
  // Of V8, and of others as they come to have it.
  Error.captureStackTrace?.(own, entry);
  return own;
}

/** Runs the body of a public function. */
export function asFunction<Result>(name: string, entry: AnyFunction, body: () => Result): Result {
  try {
    return body();
  } catch (error) {
    throw named(error, name, entry);
  }
}

const argumentCodes: ReadonlySet<unknown> = new Set([
  'ERR_INVALID_ARG_TYPE',
  'ERR_INVALID_ARG_VALUE',
  'ERR_SHAPE_MISMATCH',
  'ERR_TARGET_OUT_OF_RANGE',
  'ERR_EMPTY_MEAN',
  'ERR_BUFFER_DETACHED',
  'ERR_BUFFER_OVERLAP',
] satisfies ErrorCode[]);

/**
 * Whether an error says that an argument of a function of this package is wrong: for a server, the
 * client's mistake (400) and not its own (500). It is false for memory that ran out, and for the errors of
 * Node.js, which share some codes.
 *
 * @example
 * try {
 *   reply(toRows(score(logits, targets, { shape })));
 * } catch (error) {
 *   if (!isArgumentError(error)) throw error;
 *   refuse(400, error.message);
 * }
 */
export function isArgumentError(error: unknown): error is ArgumentError {
  if (!types.isNativeError(error)) return false;
  const { code, argument } = error as Partial<ArgumentError>;
  return argumentCodes.has(code) && typeof argument === 'string';
}

type MakeError = (what: string, argument: string, received: unknown, remedy?: string) => Error;

const withFault =
  (code: ErrorCode): MakeError =>
  (fault, argument, received, remedy) =>
    argumentError(code, { argument, received, fault, remedy });

const notWhat =
  (code: ErrorCode): MakeError =>
  (what, argument, received, remedy) => {
    const fault =
      received === undefined
        ? `${argument} is missing: it must be ${what}`
        : `${argument} is ${describe(received)}, not ${what}`;
    return argumentError(code, { argument, received, fault, remedy });
  };

/** The wrong kind of argument: what it must be instead. */
export const typeError = notWhat('ERR_INVALID_ARG_TYPE');
/** The right kind of argument, outside its range: what it must be instead. */
export const valueError = notWhat('ERR_INVALID_ARG_VALUE');
/** An argument of the wrong kind, whose fault is worded by the caller. */
export const kindError = withFault('ERR_INVALID_ARG_TYPE');
/** An argument that does not go together with another one, or is not known: the fault. */
export const combinationError = withFault('ERR_INVALID_ARG_VALUE');
/** Lengths and shapes that do not fit together: the fault. */
export const shapeError = withFault('ERR_SHAPE_MISMATCH');

/** A shape as a message shows it. */
export function shown(shape: readonly number[]): string {
  return shortened(`[${shape.join(', ')}]`);
}

/** A number of things. */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : plural}`;
}

/** An array whose buffer was detached (transferred to another thread, say) or shrank away. */
export function detachedError(argument: string, received?: unknown): Error {
  const fault = `${argument} has lost its memory: its buffer was detached or has shrunk`;
  const remedy = 'Keep the buffer until the call has ended, or hand over a copy';
  return argumentError('ERR_BUFFER_DETACHED', { argument, received, fault, remedy });
}

/** Memory that two arrays of a call share. `mayBeSame`: unless they are the same array. */
export function overlapError(
  argument: string,
  received: unknown,
  other: string,
  mayBeSame: boolean,
): Error {
  const fault = `${argument} overlaps the memory of ${other}`;
  const remedy = mayBeSame
    ? `It may be ${other} itself, or memory of its own`
    : 'Give it memory of its own';
  return argumentError('ERR_BUFFER_OVERLAP', { argument, received, fault, remedy });
}

function classError(
  argument: string,
  row: number,
  target: number | bigint,
  classes: number,
  remedy?: string,
): Error {
  const range = classes === 0 ? 'no classes' : counted(classes, 'class', 'classes');
  const numbers = classes === 0 ? '' : classes === 1 ? ' (0)' : ` (0 to ${classes - 1})`;
  const fault = `${argument} is ${target}, but there ${classes === 1 ? 'is' : 'are'} ${range}${numbers}`;
  const parts = { argument, received: target, fault, remedy };
  return argumentError('ERR_TARGET_OUT_OF_RANGE', parts, { row, target });
}

/** A target that is neither a class nor ignored. */
export function targetError(
  row: number,
  target: number | bigint,
  classes: number,
  argument = `targets[${row}]`,
): Error {
  const remedy =
    Number(target) === classes && classes > 0
      ? 'Classes are counted from 0; a target that means "no class" belongs in ignoreIndex'
      : 'A target that means "no class" belongs in ignoreIndex';
  return classError(argument, row, target, classes, remedy);
}

/** The element `index` of `ids`, one of this row's, that is no class. */
export function idError(row: number, index: number, id: number, classes: number): Error {
  return classError(`ids[${index}]`, row, id, classes);
}

/** A mean of nothing, where the caller wants an error. */
export function emptyMeanError(): Error {
  const fault = 'no row counts in the mean: all targets are ignored or have the weight 0';
  const remedy = "emptyMean: 'zero' or 'nan' gives a number instead";
  return argumentError('ERR_EMPTY_MEAN', {
    argument: 'targets',
    received: undefined,
    fault,
    remedy,
  });
}

function memoryError(fault: string, argument: string, cause?: unknown): Error {
  const error = argumentError('ERR_MEMORY_ALLOCATION_FAILED', {
    argument,
    received: undefined,
    fault,
    remedy: 'Split the rows into several calls',
  });
  return cause === undefined ? error : Object.assign(error, { cause });
}

/** Working arrays of native code that do not fit into memory. */
export function workingMemoryError(): Error {
  return memoryError('there is no memory for working arrays', 'options');
}

/** A result array that does not fit into memory. */
export function allocationError(length: number, argument: string, cause: unknown): Error {
  return memoryError(`there is no memory for ${length} elements of ${argument}`, argument, cause);
}

/** No binary of the addon could be loaded. */
export function addonNotFound(message: string): Error {
  return withCode(new Error(message), 'ERR_ADDON_NOT_FOUND');
}
