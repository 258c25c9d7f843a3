import type { FloatResult, NativeArray } from '../native/addon.js';
import type { ClassArray } from '../types.js';
import { allocationError, counted, detachedError, shapeError, typeError } from './errors.js';

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
    throw detachedError(name, array);
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

const constructors = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
};
/** Any array but a Float16Array, which older runtimes have not: its bits are read. */
export type KnownArray = NativeArray | ClassArray | Uint8ClampedArray;

/** A new array of the type of another one. */
export function newLike<A extends KnownArray>(array: A, length: number, name: string): A {
  const type = constructors[typeNameOf(array) as keyof typeof constructors];
  try {
    return new type(length) as KnownArray as A;
  } catch (cause) {
    throw allocationError(length, name, cause);
  }
}

/** A part of an array, over the same memory. */
export function partOf<A extends KnownArray>(array: A, start: number, length: number): A {
  const type = constructors[typeNameOf(array) as keyof typeof constructors];
  const first = typedArrayOffset.call(array) + start * type.BYTES_PER_ELEMENT;
  return new type(typedArrayBuffer.call(array) as ArrayBuffer, first, length) as KnownArray as A;
}

export function isFloatName(typeName: string | undefined): typeName is ResultName {
  return typeName === 'Float32Array' || typeName === 'Float64Array';
}

export function expectLength(
  array: ArrayBufferView,
  length: number,
  name: string,
  why?: string,
): void {
  const actual = lengthOf(array);
  if (actual === length) return;
  const wanted = why === undefined ? `${length}` : `${length} (${why})`;
  throw shapeError(`${name} has ${counted(actual, 'element')}, not ${wanted}`, name, array);
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
  expectLength(array, length, name, 'as the result has');
  return array;
}
