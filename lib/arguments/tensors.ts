import { bitsOf, expectAttached, type KnownArray, lengthOf, partOf, typeNameOf } from './arrays.js';
import { combinationError, kindError, shapeError, shown, typeError, valueError } from './errors.js';
import { readShape } from './layout.js';
import { readIntegers } from './lists.js';
import { denseStrides, inOrder } from './permute.js';
import { expectInteger } from './scalars.js';

/** What an object with `data` says, each property read once. */
export interface Tensor {
  readonly data: KnownArray;
  /** The true name of its array: 'Float16Array' too, of which `data` has the bits. */
  readonly typeName: string;
  /** The element type and the dimensions as it has them, not yet looked at. */
  readonly type: unknown;
  readonly shape: unknown;
  readonly shapeName: string;
}

export function isObject(value: unknown): value is object {
  const isArray = Array.isArray(value) || ArrayBuffer.isView(value);
  return typeof value === 'object' && value !== null && !isArray;
}

/** A method of the same name, a library's or one of Object.prototype, says nothing. */
const unlessMethod = (value: unknown) => (typeof value === 'function' ? undefined : value);

/** What may be meant by an object without an array as its data. */
function dataError(value: object, data: unknown, what: string, name: string): Error {
  const argument = `${name}.data`;
  if (typeof data === 'function') {
    const remedy = `Call it: { data: await ${name}.data(), shape: ${name}.shape }`;
    return typeError(what, argument, data, remedy);
  }
  if (data !== undefined) return typeError(what, argument, data);
  const properties = Object.entries(Object.getOwnPropertyDescriptors(value));
  const inner = properties.find(([, { value }]) => isObject(value) && 'data' in value)?.[0];
  const remedy = inner === undefined ? `Pass ${what}` : `Did you mean ${name}.${inner}?`;
  return kindError(`${name} is an object without data`, argument, value, remedy);
}

/** The array and the properties of an object with `data`; `what` says which arrays are taken. */
export function readTensor(
  value: object,
  accepts: (typeName: string) => boolean,
  what: string,
  name: string,
): Tensor {
  const given = value as Readonly<Record<string, unknown>>;
  const { data } = given;
  const typeName = typeNameOf(data);
  if (typeName === undefined || !accepts(typeName)) throw dataError(value, data, what, name);
  const array = data as KnownArray;
  expectAttached(array, `${name}.data`);
  const dims = unlessMethod(given.dims);
  const type = unlessMethod(given.type);
  const tensor = {
    data: typeName === 'Float16Array' ? bitsOf(array) : array,
    typeName,
    type: type === undefined && typeName === 'Uint16Array' ? unlessMethod(given.dtype) : type,
    shape: dims === undefined ? unlessMethod(given.shape) : dims,
    shapeName: dims === undefined ? `${name}.shape` : `${name}.dims`,
  };
  return rowMajor(tensor, given, name);
}

/**
 * The tensor with its elements in row-major order: those of a view are copied where they lie in
 * another one. Of views those are read that a flat array can hold: every element once, rows or planes
 * at most apart.
 */
function rowMajor(tensor: Tensor, given: Readonly<Record<string, unknown>>, name: string): Tensor {
  const stride = unlessMethod(given.stride);
  const strides = stride === undefined ? unlessMethod(given.strides) : stride;
  const offset = unlessMethod(given.offset);
  const fortran = ['fortranOrder', 'fortran_order'].find((key) => given[key] === true);
  const order = unlessMethod(given.order) === 'F' ? 'order' : fortran;
  if (strides === undefined && offset === undefined && order === undefined) return tensor;

  const { data, shapeName } = tensor;
  const first = offset === undefined ? 0 : expectInteger(offset, `${name}.offset`);
  const length = lengthOf(data);
  if (first < 0 || first > length) {
    throw valueError(`an integer from 0 to ${length}`, `${name}.offset`, first);
  }
  const shape = readShape(tensor.shape, length - first, shapeName);
  const dense = denseStrides(shape);
  if (strides !== undefined) {
    const argument = `${name}.${stride === undefined ? 'strides' : 'stride'}`;
    const steps = readIntegers(strides, 'an array of integers', argument);
    return viewOf(tensor, shape, steps, first, argument, strides);
  }
  const steps = order === undefined ? dense : denseStrides([...shape].reverse()).reverse();
  return viewOf(tensor, shape, steps, first, `${name}.${order ?? 'offset'}`, order);
}

function viewOf(
  tensor: Tensor,
  shape: readonly number[],
  steps: readonly number[],
  first: number,
  argument: string,
  received: unknown,
): Tensor {
  if (steps.length !== shape.length) {
    const fault = `${argument} is ${shown(steps)}, but ${tensor.shapeName} is ${shown(shape)}`;
    throw shapeError(fault, argument, received);
  }
  const size = (axis: number) => shape[axis] as number;
  const step = (axis: number) => steps[axis] as number;
  const axes = shape.map((_, axis) => axis);
  if (axes.some((axis) => size(axis) === 0)) {
    return { ...tensor, data: partOf(tensor.data, first, 0), shape };
  }
  const moving = axes.filter((axis) => size(axis) > 1);
  const byStep = [...moving].sort((a, b) => step(a) - step(b));
  let next = 1;
  let gaps = 0;
  for (const axis of byStep) {
    if (step(axis) < next) gaps = Infinity;
    if (step(axis) > next) gaps++;
    next = step(axis) * size(axis);
  }
  if (gaps > 1) {
    throw combinationError(
      `${argument} is ${shown(steps)} for the shape ${shown(shape)}, which is neither row-major nor transposed, with or without padded rows`,
      argument,
      received,
      'Copy the view into an array of its own first',
    );
  }
  const extent = 1 + moving.reduce((last, axis) => last + (size(axis) - 1) * step(axis), 0);
  const length = lengthOf(tensor.data);
  if (first + extent > length) {
    const fault = `${argument} reaches element ${first + extent - 1}, but the data has ${length}`;
    throw shapeError(fault, argument, received);
  }
  const data = partOf(tensor.data, first, extent);
  const isDense = gaps === 0 && moving.every((axis, i) => axis === byStep.at(-1 - i));
  return { ...tensor, data: isDense ? data : inOrder(data, shape, steps, axes, argument), shape };
}
