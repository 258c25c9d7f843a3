// Errors of the command, its files and its reports: no function of the library throws them.
import { describe, shortened, withCode } from '../arguments/errors.js';

function sentence(what: string, name: string, received: string): string {
  return `Expected ${what} for ${name}, received ${received}`;
}

/** A value of an option that does not go with the file. */
export function optionError(what: string, name: string, received: unknown): RangeError {
  const message = sentence(what, name, describe(received));
  return withCode(new RangeError(message), 'ERR_INVALID_ARG_VALUE');
}

/** Shapes of files that do not fit together; `received` is worded by the caller. */
export function fileShapeError(what: string, path: string, received: string): RangeError {
  const message = sentence(what, path, shortened(received));
  return withCode(new RangeError(message), 'ERR_SHAPE_MISMATCH');
}

/**
 * A file, or a line of it, that is not as its format, its size or the other files require;
 * `received` is worded by the caller.
 */
export function fileError(what: string, path: string, received: string, line?: number): Error {
  const name = line === undefined ? path : `line ${line} of ${path}`;
  const error = withCode(new Error(sentence(what, name, shortened(received))), 'ERR_FILE_FORMAT');
  return Object.assign(error, line === undefined ? { path } : { path, line });
}

/** A file that the system does not open, read or write. */
export function fileAccessError(path: string, cause: unknown, what = 'a readable file'): Error {
  // What follows the first comma of a system's error is its function and, once more, the path.
  const reason = cause instanceof Error ? cause.message.split(',', 1)[0] : undefined;
  const message = sentence(what, path, reason ?? describe(cause));
  return Object.assign(withCode(new Error(message, { cause }), 'ERR_FILE_ACCESS'), { path });
}

/** A worker thread of the command exited without returning results. */
export function threadError(cause: unknown): Error {
  const [reason] = cause instanceof Error ? cause.message.split('\n', 1) : ['none'];
  const message = sentence('results', 'a worker thread', shortened(reason ?? ''));
  return withCode(new Error(message, { cause }), 'ERR_THREAD_FAILED');
}

/** The addon could not be compiled here. */
export function rebuildFailed(message: string): Error {
  return withCode(new Error(message), 'ERR_REBUILD_FAILED');
}

/** A package that the user may or may not have installed. */
export function packageNotFound(name: string, purpose: string, cause: unknown): Error {
  const message = `Expected the package ${name} to be installed for ${purpose}: npm install ${name}`;
  return withCode(new Error(message, { cause }), 'ERR_PACKAGE_NOT_FOUND');
}
