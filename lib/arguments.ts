import { allocationError, detachedError, shapeError, typeError, valueError } from './errors.js';
import { type FloatResult, reductionCodes } from './native.js';
import type { Reduction } from './types.js';

/** The prototype of all typed arrays: its accessors see through subclasses, realms and proxies. */
const typedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype);

function typedArrayGetter<T>(name: string | symbol): (this: unknown) => T {
  return Object.getOwnPropertyDescriptor(typedArrayPrototype, name)?.get as (this: unknown) => T;
}

const typedArrayName = typedArrayGetter<string | undefined>(Symbol.toStringTag);
const typedArrayLength = typedArrayGetter<number>('length');
const typedArrayBuffer = typedArrayGetter<ArrayBufferLike>('buffer');
const typedArrayOffset = typedArrayGetter<number>('byteOffset');

/** The true name of a typed array; undefined for all else. */
export function typeNameOf(value: unknown): string | undefined {
  return typedArrayName.call(value);
}

/** The true length of a typed array, whatever a subclass says. */
export function lengthOf(array: ArrayBufferView): number {
  return typedArrayLength.call(array);
}

/** Whether two values are typed arrays over the same elements of memory. */
export function isSameMemory(a: unknown, b: ArrayBufferView): boolean {
  return (
    typeNameOf(a) !== undefined &&
    typeNameOf(a) === typeNameOf(b) &&
    typedArrayBuffer.call(a) === typedArrayBuffer.call(b) &&
    typedArrayOffset.call(a) === typedArrayOffset.call(b) &&
    typedArrayLength.call(a) === typedArrayLength.call(b)
  );
}

/** The bits of 16-bit elements. */
export function bitsOf(array: ArrayBufferView): Uint16Array {
  return new Uint16Array(
    typedArrayBuffer.call(array),
    typedArrayOffset.call(array),
    lengthOf(array),
  );
}

/** An array without elements may have lost its buffer, or lie beyond the end of one that shrank. */
export function expectAttached(array: ArrayBufferView, name: string): void {
  if (lengthOf(array) > 0) return;
  try {
    typedArrayPrototype.keys.call(array);
  } catch {
    throw detachedError(name);
  }
}

/** A typed array of one of these names, attached. */
export function expectArray<A extends ArrayBufferView>(
  value: unknown,
  names: readonly string[],
  what: string,
  name: string,
): A {
  const type = typeNameOf(value);
  if (type === undefined || !names.includes(type)) throw typeError(what, name, value);
  expectAttached(value as A, name);
  return value as A;
}

export function expectLength(array: ArrayBufferView, length: number, name: string): void {
  const actual = lengthOf(array);
  if (actual !== length) throw shapeError(`${length} elements`, name, `${actual}`);
}

/** An array of factors, of `length` elements; null for undefined. */
export function readFactors(value: unknown, length: number, name: string): FloatResult | null {
  if (value === undefined) return null;
  const array = expectArray<FloatResult>(
    value,
    ['Float32Array', 'Float64Array'],
    'a Float32Array or a Float64Array',
    name,
  );
  expectLength(array, length, name);
  return array;
}

export type ResultName = 'Float32Array' | 'Float64Array';

function newArray(type: ResultName, length: number, name: string): FloatResult {
  try {
    return type === 'Float32Array' ? new Float32Array(length) : new Float64Array(length);
  } catch (cause) {
    throw allocationError(length, name, cause);
  }
}

/** The given output array, checked, or a new one. */
export function outputArray(
  value: unknown,
  type: ResultName,
  length: number,
  name: string,
): FloatResult {
  if (value === undefined) return newArray(type, length, name);
  const array = expectArray<FloatResult>(value, [type], `a ${type}`, name);
  expectLength(array, length, name);
  return array;
}

/**
 * The caller's options as they are read from here on, each getter run once. A name that the
 * function does not know is an error: a typing mistake must not be ignored.
 */
export function readOptions<Name extends string>(
  options: unknown,
  names: readonly Name[],
): { readonly [K in Name]?: unknown } {
  if (options === undefined) return {};
  const isList = Array.isArray(options) || ArrayBuffer.isView(options);
  if (typeof options !== 'object' || options === null || isList) {
    throw typeError('an object', 'options', options);
  }
  const values = options as Record<string, unknown>;
  const read: { [K in Name]?: unknown } = {};
  for (const name of names) read[name] = values[name];
  for (const name in values) {
    if (!names.includes(name as Name) && values[name] !== undefined) {
      throw valueError(`an option among ${names.join(', ')}`, 'options', name);
    }
  }
  return read;
}

/** An integer, or an error about `name`, or about its element `index`. */
export function expectInteger(value: unknown, name: string, index?: number): number {
  if (Number.isSafeInteger(value)) return value as number;
  const what = index === undefined ? name : `${name}[${index}]`;
  throw typeof value === 'number'
    ? valueError('an integer', what, value)
    : typeError('an integer', what, value);
}

/** A number that `accepts`, described by `what`. */
export function readNumber(
  value: unknown,
  fallback: number,
  accepts: (value: number) => boolean,
  what: string,
  name: string,
): number {
  if (value === undefined) return fallback;
  if (typeof value !== 'number') throw typeError(what, name, value);
  if (!accepts(value)) throw valueError(what, name, value);
  return value;
}

/** One of the words that `codes` has. */
export function readWord<Word extends string>(
  value: unknown,
  fallback: Word,
  codes: { readonly [W in NoInfer<Word>]: number },
  name: string,
): Word {
  if (value === undefined) return fallback;
  const words = Object.keys(codes).map((word) => `'${word}'`);
  const what = `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
  if (typeof value !== 'string') throw typeError(what, name, value);
  if (!Object.hasOwn(codes, value)) throw valueError(what, name, value);
  return value as Word;
}

export function readReduction(value: unknown, out: unknown): Reduction {
  const reduction = readWord<Reduction>(value, 'mean', reductionCodes, 'reduction');
  if (reduction !== 'none' && out !== undefined) {
    throw valueError("no array (only the reduction 'none' fills one)", 'out', out);
  }
  return reduction;
}
