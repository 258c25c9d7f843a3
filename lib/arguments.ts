import { allocationError, detachedError, shapeError, typeError, valueError } from './errors.js';

/** A shape seen from its class axis: see native/kernel-table.h. */
export interface Layout {
  readonly outer: number;
  readonly classes: number;
  readonly inner: number;
}

/** The prototype of all typed arrays: its accessors see through subclasses, realms and proxies. */
const typedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype);

function typedArrayGetter<T>(name: string | symbol): (this: unknown) => T {
  return Object.getOwnPropertyDescriptor(typedArrayPrototype, name)?.get as (this: unknown) => T;
}

const typedArrayName = typedArrayGetter<string | undefined>(Symbol.toStringTag);
const typedArrayLength = typedArrayGetter<number>('length');

/** The true name of a typed array; undefined for all else. */
export function typeNameOf(value: unknown): string | undefined {
  return typedArrayName.call(value);
}

/** The true length of a typed array, whatever a subclass says. */
export function lengthOf(array: ArrayBufferView): number {
  return typedArrayLength.call(array);
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

export function expectFloat32Array(value: unknown, name: string): Float32Array {
  if (typeNameOf(value) !== 'Float32Array') throw typeError('a Float32Array', name, value);
  const array = value as Float32Array;
  expectAttached(array, name);
  return array;
}

export function expectLength(array: ArrayBufferView, length: number, name: string): void {
  const actual = lengthOf(array);
  if (actual !== length) throw shapeError(`${length} elements`, name, `${actual}`);
}

function newArray(length: number, name: string): Float32Array {
  try {
    return new Float32Array(length);
  } catch (cause) {
    throw allocationError(length, name, cause);
  }
}

/** The given output array, checked, or a new one. */
export function outputArray(value: unknown, length: number, name: string): Float32Array {
  if (value === undefined) return newArray(length, name);
  const array = expectFloat32Array(value, name);
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

export function readInteger(value: unknown, fallback: number, name: string): number {
  return value === undefined ? fallback : expectInteger(value, name);
}

export function readShape(value: unknown, elements: number): readonly number[] {
  if (value === undefined) return [elements];
  if (!Array.isArray(value)) throw typeError('an array of dimensions', 'shape', value);
  const shape: number[] = [];
  for (let axis = 0; axis < value.length; axis++) {
    const size = expectInteger(value[axis], 'shape', axis);
    if (size < 0) throw valueError('an integer >= 0', `shape[${axis}]`, size);
    shape.push(size);
  }
  // No dimensions at all: a single number, which is a row of one class.
  return shape.length === 0 ? [1] : shape;
}

/** An axis counted from the front. */
export function readAxis(value: unknown, rank: number, name: string): number {
  const axis = expectInteger(value, name);
  if (axis < -rank || axis >= rank) {
    throw valueError(`an integer from ${-rank} to ${rank - 1}`, name, axis);
  }
  return axis < 0 ? axis + rank : axis;
}

function isSize(value: number): boolean {
  return value <= Number.MAX_SAFE_INTEGER;
}

/** The layout of a shape whose axes from `first` to `last` are one class axis. */
export function layoutOf(
  shape: readonly number[],
  first: number,
  last: number,
  elements: number,
): Layout {
  let outer = 1;
  let classes = 1;
  let inner = 1;
  for (let axis = 0; axis < shape.length; axis++) {
    const size = shape[axis] as number;
    if (axis < first) outer *= size;
    else if (axis <= last) classes *= size;
    else inner *= size;
  }
  // Products beyond 2^53 have lost digits, but not their size: they equal no length.
  if (outer * classes * inner !== elements || !isSize(outer) || !isSize(classes * inner)) {
    throw shapeError(`dimensions with the product ${elements}`, 'shape', `[${shape.join(', ')}]`);
  }
  return { outer, classes, inner };
}

/** The layout by the options of a function with a single class axis. */
export function readLayout(
  options: { readonly shape?: unknown; readonly axis?: unknown },
  elements: number,
): Layout {
  const shape = readShape(options.shape, elements);
  const axis = readAxis(options.axis === undefined ? -1 : options.axis, shape.length, 'axis');
  return layoutOf(shape, axis, axis, elements);
}
