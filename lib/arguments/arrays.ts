import type { FloatResult } from '../native/addon.js';
import { allocationError, detachedError, shapeError, typeError } from './errors.js';

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

/** A typed array whose name `accepts`, attached. */
export function expectArray<A extends ArrayBufferView>(
  value: unknown,
  accepts: (typeName: string) => boolean,
  what: string,
  name: string,
): A {
  const type = typeNameOf(value);
  if (type === undefined || !accepts(type)) throw typeError(what, name, value);
  expectAttached(value as A, name);
  return value as A;
}

export function isFloatName(typeName: string | undefined): typeName is ResultName {
  return typeName === 'Float32Array' || typeName === 'Float64Array';
}

export function expectLength(array: ArrayBufferView, length: number, name: string): void {
  const actual = lengthOf(array);
  if (actual !== length) throw shapeError(`${length} elements`, name, `${actual}`);
}

/** An array of factors, of `length` elements; null for undefined. */
export function readFactors(value: unknown, length: number, name: string): FloatResult | null {
  if (value === undefined) return null;
  const what = 'a Float32Array or a Float64Array';
  const array = expectArray<FloatResult>(value, isFloatName, what, name);
  expectLength(array, length, name);
  return array;
}

export type ResultName = 'Float32Array' | 'Float64Array';

// As they are when this is loaded: nobody else may see an array of results before it is returned.
const Floats = Float32Array;
const Doubles = Float64Array;
const Integers = Int32Array;

/** An array of results. */
export function newArray(type: ResultName, length: number, name: string): FloatResult {
  try {
    return type === 'Float32Array' ? new Floats(length) : new Doubles(length);
  } catch (cause) {
    throw allocationError(length, name, cause);
  }
}

/** An array of classes or ranks. */
export function newIntegers(length: number, name: string): Int32Array {
  try {
    return new Integers(length);
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
  if (typeNameOf(value) !== type) throw typeError(`a ${type}`, name, value);
  const array = value as FloatResult;
  expectAttached(array, name);
  expectLength(array, length, name);
  return array;
}
