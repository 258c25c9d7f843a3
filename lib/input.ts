import {
  bitsOf,
  expectAttached,
  isSameMemory,
  lengthOf,
  outputArray,
  type ResultName,
  readNumber,
  typeNameOf,
} from './arguments.js';
import { shapeError, typeError, valueError } from './errors.js';
import { type Layout, layoutOf, paddedLayoutOf, readAxis, readShape } from './layout.js';
import {
  elementCodes,
  type FloatResult,
  type NativeArray,
  type NativeElements,
  type NativeInput,
} from './native.js';
import type { ElementType } from './types.js';

/** The element type that an array's own type tells; undefined for bits, which may be either. */
const elementTypes: { readonly [name: string]: ElementType | undefined } = {
  Float32Array: 'float32',
  Float64Array: 'float64',
  Float16Array: 'float16',
  Uint16Array: undefined,
};

const ARRAYS = 'a Float32Array, Float64Array, Float16Array or Uint16Array';

/** An array of elements, on its own or as a tensor's data. */
export interface Elements {
  readonly array: NativeArray;
  readonly type: ElementType;
  /** The tensor's dimensions, not yet looked at. */
  readonly shape: unknown;
  readonly shapeName: string;
}

function readElementType(value: unknown, name: string): ElementType | undefined {
  if (value === undefined) return undefined;
  const words = Object.keys(elementCodes).join(', ');
  if (typeof value !== 'string') throw typeError(`one of ${words}`, name, value);
  if (!Object.hasOwn(elementCodes, value)) throw valueError(`one of ${words}`, name, value);
  return value as ElementType;
}

function readArray(
  array: unknown,
  name: string,
  what: string,
  dtype: ElementType | undefined,
  dtypeName: string,
): { array: NativeArray; type: ElementType } {
  const typeName = typeNameOf(array);
  if (typeName === undefined || !Object.hasOwn(elementTypes, typeName)) {
    throw typeError(what, name, array);
  }
  expectAttached(array as ArrayBufferView, name);
  const own = elementTypes[typeName];
  if (own !== undefined && dtype !== undefined && dtype !== own) {
    throw valueError(`'${own}' (the array is a ${typeName})`, dtypeName, dtype);
  }
  if (own === undefined && dtype !== 'float16' && dtype !== 'bfloat16') {
    throw valueError("'float16' or 'bfloat16' (the array is a Uint16Array)", dtypeName, dtype);
  }
  const isHalf = typeName === 'Float16Array';
  return {
    array: isHalf ? bitsOf(array as ArrayBufferView) : (array as NativeArray),
    type: own ?? (dtype as ElementType),
  };
}

/** An argument that is an array of floats, or a tensor-like object with one as its data. */
export function readElements(value: unknown, dtype: unknown, name: string): Elements {
  const option = readElementType(dtype, 'dtype');
  const isTensor = typeof value === 'object' && value !== null && typeNameOf(value) === undefined;
  if (!isTensor || Array.isArray(value)) {
    const what = `${ARRAYS}, or a tensor { data, dims },`;
    const read = readArray(value, name, what, option, 'dtype');
    return { ...read, shape: undefined, shapeName: 'shape' };
  }
  const { data, type, dims } = value as { data?: unknown; type?: unknown; dims?: unknown };
  const typeName = `${name}.type`;
  if (typeNameOf(data) === undefined || !Object.hasOwn(elementTypes, typeNameOf(data) as string)) {
    throw typeError(ARRAYS, `${name}.data`, data);
  }
  // Bits have no type of their own: the option says what they are, whatever a tensor calls them.
  const isSettled = option !== undefined && typeNameOf(data) === 'Uint16Array';
  const own = isSettled ? undefined : readElementType(type, typeName);
  const read = readArray(
    data,
    `${name}.data`,
    ARRAYS,
    option ?? own,
    option === undefined ? typeName : 'dtype',
  );
  if (own !== undefined && own !== read.type) {
    throw valueError(`'${read.type}' (as the data is read)`, typeName, own);
  }
  return dims === undefined
    ? { ...read, shape: (value as { shape?: unknown }).shape, shapeName: `${name}.shape` }
    : { ...read, shape: dims, shapeName: `${name}.dims` };
}

/** The options that say how an array is laid out and read. */
interface LayoutValues {
  readonly shape?: unknown;
  readonly axis?: unknown;
  readonly dtype?: unknown;
  readonly rowStride?: unknown;
  readonly temperature?: unknown;
  readonly softcap?: unknown;
}

/** An argument as native code takes it. */
export interface Input {
  readonly elements: Elements;
  readonly shape: readonly number[];
  readonly layout: Layout;
  /** One for each position of the shape without the class axis. */
  readonly rows: number;
  readonly resultType: ResultName;
  readonly native: NativeInput;
}

export function nativeElements({ array, type }: Elements): NativeElements {
  return [array, elementCodes[type]];
}

export function resultTypeOf({ type }: Elements): ResultName {
  return type === 'float64' ? 'Float64Array' : 'Float32Array';
}

const isPositive = (value: number) => value > 0 && value < Infinity;

/** Temperature and soft cap (0: none), as native code takes them. */
export function readTransform(given: LayoutValues): readonly [number, number] {
  const what = 'a finite number > 0';
  const temperature = readNumber(given.temperature, 1, isPositive, what, 'temperature');
  const softcap = readNumber(given.softcap, 0, isPositive, what, 'softcap');
  return [temperature, softcap];
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
  transform: readonly [number, number],
): Input {
  const { outer, classes, inner, outerStride } = layout;
  return {
    elements,
    shape,
    layout,
    rows: outer * inner,
    resultType: resultTypeOf(elements),
    native: [...nativeElements(elements), outer, classes, inner, outerStride, ...transform],
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
export function readInput(value: unknown, given: LayoutValues, name: string): Input {
  const elements = readElements(value, given.dtype, name);
  const { shape, name: shapeName } = readDimensions(elements, given.shape);
  const axis = readAxis(given.axis === undefined ? -1 : given.axis, shape.length, 'axis');
  const length = lengthOf(elements.array);
  const layout = readRows(shape, axis, axis, given.rowStride, length, shapeName);
  return inputOf(elements, shape, layout, readTransform(given));
}

/** Another array of the first argument's type and layout; a tensor's dimensions must be the same. */
export function readInputLike(
  value: unknown,
  dtype: unknown,
  name: string,
  { layout, shape, elements: { type } }: Input,
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
 * of an input, which is laid out as that is.
 */
export function outputLike(
  value: unknown,
  { layout, resultType }: Input,
  inputs: readonly Elements[],
  name: string,
): FloatResult {
  const dense = layout.outer * layout.classes * layout.inner;
  const place = inputs.find(({ array }) => isSameMemory(value, array));
  return outputArray(value, resultType, place ? lengthOf(place.array) : dense, name);
}
