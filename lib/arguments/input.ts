import type { FloatResult, NativeArray } from '../native/addon.js';
import { elementCodes } from '../native/boundary.js';
import type { ElementType } from '../types.js';
import {
  bitsOf,
  expectAttached,
  isSameMemory,
  lengthOf,
  outputArray,
  type ResultName,
  typeNameOf,
} from './arrays.js';
import { shapeError, typeError, valueError } from './errors.js';
import { type Layout, layoutOf, paddedLayoutOf, readAxis, readShape } from './layout.js';
import { options, type RawOptions } from './options.js';

const ARRAYS = 'a Float32Array, Float64Array, Float16Array or Uint16Array';
const ARRAYS_OR_TENSORS = `${ARRAYS}, or a tensor { data, dims },`;
const ELEMENT_TYPES = `one of ${Object.keys(elementCodes).join(', ')}`;

/** An array of elements, on its own or as a tensor's data. */
export interface Elements {
  readonly array: NativeArray;
  readonly type: ElementType;
  /** The option `dtype`. */
  readonly dtype: ElementType | undefined;
  /** The tensor's dimensions, not yet looked at. */
  readonly shape: unknown;
  readonly shapeName: string;
}

function readElementType(value: unknown, name: string): ElementType | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw typeError(ELEMENT_TYPES, name, value);
  if (!Object.hasOwn(elementCodes, value)) throw valueError(ELEMENT_TYPES, name, value);
  return value as ElementType;
}

/** The element type that an array's own type tells: 'bits' may be either half-precision type. */
function ownTypeOf(typeName: string | undefined): ElementType | 'bits' | undefined {
  switch (typeName) {
    case 'Float32Array':
      return 'float32';
    case 'Float64Array':
      return 'float64';
    case 'Float16Array':
      return 'float16';
    case 'Uint16Array':
      return 'bits';
    default:
      return undefined;
  }
}

/** The element type of an array whose own type is `own`, `dtype` being what is said of it. */
function settleType(
  own: ElementType | 'bits',
  dtype: ElementType | undefined,
  dtypeName: string,
): ElementType {
  if (own !== 'bits') {
    if (dtype === undefined || dtype === own) return own;
    throw valueError(`'${own}' (as the array's own type says)`, dtypeName, dtype);
  }
  if (dtype === 'float16' || dtype === 'bfloat16') return dtype;
  throw valueError("'float16' or 'bfloat16' (the array is a Uint16Array)", dtypeName, dtype);
}

/** A tensor-like object's data, type and dimensions, each property read once. */
function readTensor(value: unknown, dtype: ElementType | undefined, name: string): Elements {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject || typeNameOf(value) !== undefined) throw typeError(ARRAYS_OR_TENSORS, name, value);
  const { data, type, dims } = value as { data?: unknown; type?: unknown; dims?: unknown };
  const own = ownTypeOf(typeNameOf(data));
  if (own === undefined) throw typeError(ARRAYS, `${name}.data`, data);
  const array = data as ArrayBufferView;
  expectAttached(array, `${name}.data`);
  // Bits have no type of their own: the option says what they are, whatever the tensor calls them.
  const said =
    own === 'bits' && dtype !== undefined ? undefined : readElementType(type, `${name}.type`);
  const settled = settleType(own, dtype ?? said, dtype === undefined ? `${name}.type` : 'dtype');
  if (said !== undefined && said !== settled) {
    throw valueError(`'${settled}' (as the data is read)`, `${name}.type`, said);
  }
  const hasDims = dims !== undefined;
  return {
    array: own === 'float16' ? bitsOf(array) : (array as NativeArray),
    type: settled,
    dtype,
    shape: hasDims ? dims : (value as { shape?: unknown }).shape,
    shapeName: hasDims ? `${name}.dims` : `${name}.shape`,
  };
}

/** An argument that is an array of floats, or a tensor-like object with one as its data. */
export function readElements(value: unknown, dtype: unknown, name: string): Elements {
  const option = readElementType(dtype, 'dtype');
  const own = ownTypeOf(typeNameOf(value));
  if (own === undefined) return readTensor(value, option, name);
  const array = value as ArrayBufferView;
  expectAttached(array, name);
  return {
    array: own === 'float16' ? bitsOf(array) : (array as NativeArray),
    type: settleType(own, option, 'dtype'),
    dtype: option,
    shape: undefined,
    shapeName: 'shape',
  };
}

/** An argument as native code takes it, with what belongs to the call on it. */
export interface Input {
  readonly elements: Elements;
  readonly shape: readonly number[];
  readonly layout: Layout;
  /** One for each position of the shape without the class axis. */
  readonly rows: number;
  readonly resultType: ResultName;
  readonly temperature: number;
  /** 0 for none. */
  readonly softcap: number;
  /** 0 for as many as a call may use. */
  readonly threads: number;
}

/** The dimensions of an argument, and the name that errors about them use. */
export function readDimensions(
  elements: Elements,
  shape: unknown,
): { shape: readonly number[]; name: string } {
  const fromTensor = shape === undefined && elements.shape !== undefined;
  const name = fromTensor ? elements.shapeName : 'shape';
  const dimensions = fromTensor ? elements.shape : shape;
  return { shape: readShape(dimensions, lengthOf(elements.array), name), name };
}

export function inputOf(
  elements: Elements,
  shape: readonly number[],
  layout: Layout,
  given: RawOptions,
): Input {
  return {
    elements,
    shape,
    layout,
    rows: layout.outer * layout.inner,
    resultType: elements.type === 'float64' ? 'Float64Array' : 'Float32Array',
    temperature: options.temperature.read(given.temperature),
    softcap: options.softcap.read(given.softcap),
    threads: options.threads.read(given.threads),
  };
}

/** The layout of a shape's class axes, from `first` to `last`, whatever lies between the rows. */
export function readRows(
  shape: readonly number[],
  first: number,
  last: number,
  rowStride: unknown,
  elements: number,
  name: string,
): Layout {
  return rowStride === undefined
    ? layoutOf(shape, first, last, elements, name)
    : paddedLayoutOf(shape, first, last, rowStride, elements, name);
}

/** An argument with a single class axis. */
export function readInput(
  value: unknown,
  given: RawOptions,
  name: string,
  classAxis: unknown = given.axis,
): Input {
  const elements = readElements(value, given.dtype, name);
  const { shape, name: shapeName } = readDimensions(elements, given.shape);
  const axis = readAxis(classAxis === undefined ? -1 : classAxis, shape.length, 'axis');
  const length = lengthOf(elements.array);
  const layout = readRows(shape, axis, axis, given.rowStride, length, shapeName);
  return inputOf(elements, shape, layout, given);
}

/** Another array of the first argument's type and layout; a tensor's dimensions must be the same. */
export function readInputLike(
  value: unknown,
  name: string,
  { layout, shape, elements: { type, dtype } }: Input,
): Elements {
  const elements = readElements(value, dtype, name);
  if (elements.type !== type) {
    throw typeError(`${type} elements, as the first argument has,`, name, value);
  }
  if (elements.shape !== undefined) {
    const dimensions = readShape(elements.shape, lengthOf(elements.array), elements.shapeName);
    if (dimensions.length !== shape.length || dimensions.some((size, i) => size !== shape[i])) {
      throw shapeError(`[${shape.join(', ')}]`, elements.shapeName, `[${dimensions.join(', ')}]`);
    }
  }
  const dense = layout.classes * layout.inner;
  const length = lengthOf(elements.array);
  const most = layout.outer * layout.outerStride;
  const least = layout.outer * layout.inner === 0 ? 0 : most - layout.outerStride + dense;
  if (length < least || length > most) throw shapeError(`${least} elements`, name, `${length}`);
  return elements;
}

/**
 * The array that a result laid out as the input goes to: dense, but for one that lies in the memory
 * of an input (of `others` too), which is laid out as that is.
 */
export function outputLike(
  value: unknown,
  { elements, layout, resultType }: Input,
  others: Elements | null,
  name: string,
): FloatResult {
  const dense = layout.outer * layout.classes * layout.inner;
  const isPadded = layout.outerStride > layout.classes * layout.inner;
  const input = isPadded
    ? [elements, others].find((one) => one !== null && isSameMemory(value, one.array))
    : null;
  return outputArray(value, resultType, input ? lengthOf(input.array) : dense, name);
}
