import { expect } from 'vitest';
import * as promises from '../../lib/promises.js';
import type { Coded } from './errors.js';
import { type Arguments, type FunctionName, signatures } from './tables/calls.js';

/** The functions of support/calls.ts off the calling thread. */
export const inBackground: Record<FunctionName, (...values: never[]) => Promise<unknown>> =
  promises;

/** The function of this name in `logits/promises`, called with flat arguments. */
export function callInBackground(
  name: FunctionName,
  given: Arguments,
  more: object = {},
): Promise<unknown> {
  const { inputs } = signatures[name];
  const options = { ...given, ...more } as Arguments;
  for (const input of inputs) delete options[input];
  const run = inBackground[name] as (...values: unknown[]) => Promise<unknown>;
  return run(...inputs.map((input) => given[input]), options);
}

/** The reason for which a promise is rejected. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  const nothing = Symbol('fulfilled');
  const reason = await promise.then(
    () => nothing,
    (error: unknown) => error,
  );
  expect(reason, 'the promise is fulfilled').not.toBe(nothing);
  return reason;
}

/** What a call throws, or its promise is rejected with, in comparable form. */
export function described(error: unknown): object {
  const { name, message, code } = error as Coded;
  return { name, message, code };
}

/** The same elements in memory of another kind, `offset` elements from its start. */
export function inShared<T extends Float32Array | Float64Array | Uint16Array | Int32Array>(
  array: T,
  offset = 0,
): T {
  const type = array.constructor as new (
    buffer: SharedArrayBuffer,
    byteOffset: number,
    length: number,
  ) => T;
  const start = offset * array.BYTES_PER_ELEMENT;
  const copy = new type(new SharedArrayBuffer(start + array.byteLength + 64), start, array.length);
  copy.set(array as never);
  return copy;
}
