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
import { counted, shapeError, shown, typeError, valueError } from './errors.js';
import { type Layout, layoutOf, paddedLayoutOf, productOf, readAxis, readShape } from './layout.js';
import { readLists } from './lists.js';
import { options, type RawOptions } from './options.js';
import { expectWord } from './scalars.js';
import { isObject, readTensor } from './tensors.js';

const ARRAYS = 'a Float32Array, Float64Array, Float16Array or Uint16Array';
const ARRAYS_OR_TENSORS = `${ARRAYS}, a plain array of numbers, or a tensor { data, dims }`;

/** An array of elements, on its own or as a tensor's data. */
export interface Elements {
  readonly array: NativeArray;
  readonly type: ElementType;
  /** The option `dtype`. */
  readonly dtype: ElementType | undefined;
  /** The dimensions of a tensor or of plain rows, not yet looked at. */
  readonly shape: unknown;
  readonly shapeName: string;
}

function readElementType(value: unknown, name: string): ElementType | undefined {
  return value === undefined ? undefined : expectWord<ElementType>(value, name, elementCodes);
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
    throw valueError(`'${own}', which is the array's own type`, dtypeName, dtype);
  }
  if (dtype === 'float16' || dtype === 'bfloat16') return dtype;
  const remedy = 'A Uint16Array holds the bits of one or the other';
  throw valueError("'float16' or 'bfloat16'", dtypeName, dtype, remedy);
}

/** A tensor-like object's data, type and dimensions. */
function readTensorElements(value: object, dtype: ElementType | undefined, name: string): Elements {
  const isKnown = (typeName: string) => ownTypeOf(typeName) !== undefined;
  const tensor = readTensor(value, isKnown, ARRAYS, name);
  const own = ownTypeOf(tensor.typeName) as ElementType | 'bits';
  // Bits have no type of their own: the option says what they are, whatever the tensor calls them.
  const isSaid = own !== 'bits' || dtype === undefined;
  const said = isSaid ? readElementType(tensor.type, `${name}.type`) : undefined;
  const settled = settleType(own, dtype ?? said, dtype === undefined ? `${name}.type` : 'dtype');
  if (said !== undefined && said !== settled) {
    throw valueError(`'${settled}', as the data is read`, `${name}.type`, said);
  }
  const array = tensor.data as NativeArray;
  return { array, type: settled, dtype, shape: tensor.shape, shapeName: tensor.shapeName };
}

/** A copy of plain numbers: float32 unless `dtype` says otherwise. */
function readPlain(
  value: readonly unknown[],
  dtype: ElementType | undefined,
  name: string,
): Elements {
  const type = dtype ?? 'float32';
  if (type !== 'float32' && type !== 'float64') {
    throw valueError("'float32' or 'float64' for plain numbers", 'dtype', dtype);
  }
  const resultType = type === 'float64' ? 'Float64Array' : 'Float32Array';
  const { array, shape } = readLists(value, resultType, name);
  // A list says no more of its shape than a typed array does; a list of lists does.
  return { array, type, dtype, shape: shape.length > 1 ? shape : undefined, shapeName: name };
}

/** An argument of floats: an array, a tensor-like object with one as its data, or plain numbers. */
export function readElements(value: unknown, dtype: unknown, name: string): Elements {
  const option = readElementType(dtype, 'dtype');
  const own = ownTypeOf(typeNameOf(value));
  if (own === undefined) {
    if (Array.isArray(value)) return readPlain(value, option, name);
    if (isObject(value)) return readTensorElements(value, option, name);
    const isList = ArrayBuffer.isView(value) && typeNameOf(value) !== undefined;
    const remedy = isList ? `Convert it: Float32Array.from(${name})` : undefined;
    throw typeError(ARRAYS_OR_TENSORS, name, value, remedy);
  }
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
  /** The class axis, counted from the front; the first one of several. */
  readonly axis: number;
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

/** What else says how an array without a shape is laid out: as many rows, or rows of so many classes. */
export interface Hint {
  readonly rows?: number | undefined;
  readonly classes?: number;
  /** Dimensions of one number for each element. */
  readonly dimensions?: readonly number[] | undefined;
}

function inferredShape(length: number, hint: Hint): readonly number[] {
  const { rows, classes, dimensions } = hint;
  if (dimensions !== undefined && productOf(dimensions) === length) return dimensions;
  if (rows === 1) return [length];
  const size = classes ?? (rows === undefined ? length : length / rows);
  const count = length / size;
  // As one row, unless the rows fit and are more than single numbers, which would be labels.
  const isFit = Number.isInteger(size) && Number.isInteger(count) && (size > 1 || classes === 1);
  return isFit && count !== 1 ? [count, size] : [length];
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
  axis: number,
  layout: Layout,
  given: RawOptions,
): Input {
  return {
    elements,
    shape,
    axis,
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
  hint?: Hint,
  classAxis: unknown = given.axis,
): Input {
  const elements = readElements(value, given.dtype, name);
  const length = lengthOf(elements.array);
  const { shape: givenShape, rowStride } = given;
  const isUnknown = givenShape === undefined && elements.shape === undefined;
  const isLast = classAxis === undefined || classAxis === -1;
  const { shape, name: shapeName } =
    hint !== undefined && isUnknown && isLast && rowStride === undefined
      ? { shape: inferredShape(length, hint), name: 'shape' }
      : readDimensions(elements, givenShape);
  const axis =
    classAxis === undefined ? shape.length - 1 : readAxis(classAxis, shape.length, 'axis');
  const layout = readRows(shape, axis, axis, rowStride, length, shapeName);
  return inputOf(elements, shape, axis, layout, given);
}

/** Another array of the first argument's type and layout; a tensor's dimensions must be the same. */
export function readInputLike(
  value: unknown,
  name: string,
  { layout, shape, elements: { type, dtype } }: Input,
): Elements {
  // Plain numbers become what the first argument has.
  const wanted = Array.isArray(value) && type === 'float64' ? type : dtype;
  const elements = readElements(value, wanted, name);
  if (elements.type !== type) {
    throw typeError(`an array of ${type} elements (as the first argument has)`, name, value);
  }
  if (elements.shape !== undefined) {
    const dimensions = readShape(elements.shape, lengthOf(elements.array), elements.shapeName);
    if (dimensions.length !== shape.length || dimensions.some((size, i) => size !== shape[i])) {
      const fault = `${elements.shapeName} is ${shown(dimensions)}, but the shape of the first argument is ${shown(shape)}`;
      throw shapeError(fault, elements.shapeName, dimensions);
    }
  }
  const dense = layout.classes * layout.inner;
  const length = lengthOf(elements.array);
  const most = layout.outer * layout.outerStride;
  const least = layout.outer * layout.inner === 0 ? 0 : most - layout.outerStride + dense;
  if (length < least || length > most) {
    const fault = `${name} has ${counted(length, 'element')}, but the first argument has ${least}`;
    throw shapeError(fault, name, value);
  }
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
