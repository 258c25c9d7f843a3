import type { FloatResult } from '../native/addon.js';
import type { IgnoreIndex } from '../native/call.js';
import type { ClassArray } from '../types.js';
import {
  expectAttached,
  isFloatName,
  type KnownArray,
  lengthOf,
  newIntegers,
  typeNameOf,
} from './arrays.js';
import {
  counted,
  idError,
  kindError,
  shapeError,
  shown,
  targetError,
  typeError,
  valueError,
} from './errors.js';
import type { Hint, Input } from './input.js';
import { productOf, readShape } from './layout.js';
import { readIntegers, readLists } from './lists.js';
import { expectInteger } from './scalars.js';
import { isObject, readTensor } from './tensors.js';

const INDICES = 'an integer typed array, a plain array of integers or a tensor of integers';
export const TARGETS = `${INDICES}, or class probabilities`;

function isTargetName(typeName: string): boolean {
  switch (typeName) {
    case 'Int8Array':
    case 'Uint8Array':
    case 'Int16Array':
    case 'Uint16Array':
    case 'Int32Array':
    case 'Uint32Array':
    case 'BigInt64Array':
    case 'BigUint64Array':
    case 'Float32Array':
    case 'Float64Array':
      return true;
    default:
      return false;
  }
}

/** Targets that are left out, as native code reads them. */
export function readIgnoreIndex(value: unknown): IgnoreIndex {
  if (value === undefined) return -100;
  if (typeof value === 'number') return expectInteger(value, 'ignoreIndex');
  const what = 'an integer or an array of integers';
  return Float64Array.from(readIntegers(value, what, 'ignoreIndex'));
}

function isIgnored(target: number, ignoreIndex: IgnoreIndex): boolean {
  return typeof ignoreIndex === 'number' ? target === ignoreIndex : ignoreIndex.includes(target);
}

/** Targets as they are given, before the rows are known: they may say how many rows there are. */
export interface Targets extends Hint {
  readonly array: KnownArray;
  readonly isFloat: boolean;
  /** Whether they are a copy of plain numbers: these may be classes or probabilities, by their dimensions. */
  readonly isPlain: boolean;
}

function readTarget(value: unknown, name: string): number {
  if (typeof value !== 'bigint') throw typeError('an integer', name, value);
  const target = Number(value);
  if (!Number.isSafeInteger(target)) throw valueError('an integer below 2^53', name, value);
  return target;
}

/** Reads targets: typed arrays as they are, plain arrays as a copy, tensors by their data. */
export function readTargets(
  value: unknown,
  what: string = INDICES,
  accepts: (typeName: string) => boolean = isTargetName,
): Targets {
  const typeName = typeNameOf(value);
  if (typeName !== undefined && accepts(typeName)) {
    const array = value as KnownArray;
    expectAttached(array, 'targets');
    // Floats are one a logit: they say nothing of the rows.
    const isFloat = isFloatName(typeName);
    const rows = isFloat ? undefined : lengthOf(array);
    return { array, isFloat, isPlain: false, rows, dimensions: undefined };
  }
  if (Array.isArray(value)) {
    const { array, shape } = readLists(value, 'Float64Array', 'targets', readTarget);
    const dimensions = shape.length > 1 ? shape : undefined;
    return { array, isFloat: true, isPlain: true, rows: lengthOf(array), dimensions };
  }
  if (!isObject(value)) throw typeError(what, 'targets', value);
  if (!('data' in value)) {
    const remedy = 'The targets come before the options';
    throw kindError('targets is an object without data', 'targets.data', value, remedy);
  }
  const { data, shape, shapeName, typeName: type } = readTensor(value, accepts, what, 'targets');
  const length = lengthOf(data);
  const dimensions = readShape(shape, length, shapeName);
  if (productOf(dimensions) !== length) {
    const fault = `${shapeName} is ${shown(dimensions)}, but the data has ${counted(length, 'element')}`;
    throw shapeError(fault, shapeName, dimensions);
  }
  const isFloat = isFloatName(type);
  return { array: data, isFloat, isPlain: false, rows: isFloat ? undefined : length, dimensions };
}

/** What may be meant where targets are not one a row. */
function remedyFor(length: number, { shape, axis, rows, layout: { classes } }: Input): string {
  const elements = rows * classes;
  const isFit = (one: number) => one !== axis && elements / (shape[one] as number) === length;
  const other = shape.findIndex((_, one) => isFit(one));
  if (other >= 0 && shape.length > 1) return `With axis: ${other} there would be ${length} rows`;
  if (length === elements && length > 0)
    return 'One label for each logit is what binaryCrossEntropy takes';
  return shape.length === 1 ? 'Give the shape: [rows, classes]' : '';
}

/** Dimensions of one target for each of `expected`: with other axes of one element, or flat. */
function expectDimensions(given: Targets, expected: readonly number[]): void {
  if (given.dimensions === undefined) return;
  const [some, others] = [given.dimensions, expected].map((one) => one.filter((n) => n !== 1));
  const [a, b] = [some as readonly number[], others as readonly number[]];
  if (a.length < 2 || b.length < 2 || (a.length === b.length && a.every((n, i) => n === b[i])))
    return;
  const fault = `targets has the shape ${shown(given.dimensions)}, not ${shown(expected)}`;
  throw shapeError(fault, 'targets', given.dimensions);
}

/** Plain numbers as class indices, of the smaller type that holds them all. */
function typedIndices(targets: FloatResult, classes: number, ignoreIndex: IgnoreIndex): ClassArray {
  const typed = newIntegers(targets.length, 'targets');
  let isExact = true;
  for (let row = 0; row < targets.length; row++) {
    const target = targets[row] as number;
    if (!Number.isSafeInteger(target)) {
      const remedy = 'For class probabilities write rows: [[...], [...]], or use a Float32Array';
      throw valueError('an integer', `targets[${row}]`, target, remedy);
    }
    if ((target < 0 || target >= classes) && !isIgnored(target, ignoreIndex)) {
      throw targetError(row, target, classes);
    }
    typed[row] = target;
    isExact &&= typed[row] === target;
  }
  return isExact ? typed : BigInt64Array.from(targets, (target) => BigInt(target));
}

/** One class a row of an input. */
export function classIndices(given: Targets, input: Input, ignoreIndex: IgnoreIndex): ClassArray {
  const { array, isFloat, isPlain } = given;
  const { rows, layout, shape, axis } = input;
  if (!isPlain && isFloat) throw typeError(INDICES, 'targets', array);
  const length = given.rows ?? lengthOf(array);
  if (length !== rows) {
    const fault = `targets has ${counted(length, 'element')}, but there ${rows === 1 ? 'is' : 'are'} ${counted(rows, 'row')} of ${counted(layout.classes, 'class', 'classes')}`;
    throw shapeError(fault, 'targets', array, remedyFor(length, input));
  }
  if (given.dimensions !== undefined)
    expectDimensions(
      given,
      shape.filter((_, one) => one !== axis),
    );
  return isPlain
    ? typedIndices(array as FloatResult, layout.classes, ignoreIndex)
    : (array as ClassArray);
}

/** Whether targets are class probabilities: floats, or plain numbers in as many dimensions as the logits. */
export function isProbabilities(
  { isFloat, isPlain, dimensions }: Targets,
  { shape }: Input,
): boolean {
  return isPlain ? dimensions !== undefined && dimensions.length === shape.length : isFloat;
}

/** One number for each element of an input: floats as they are, others copied into float64. */
export function targetNumbers(given: Targets, { rows, layout, shape }: Input): FloatResult {
  const { array, isFloat, isPlain } = given;
  const [length, elements] = [lengthOf(array), rows * layout.classes];
  if (length !== elements) {
    const isIndices = length === rows && isFloat && !isPlain;
    const isPerRow = length === rows && !isIndices;
    const fault = isIndices
      ? `targets is a ${typeNameOf(array)}, which means probabilities: ${elements} of them, not ${length}`
      : `targets has ${counted(length, 'element')}, but there are ${counted(elements, 'logit')}`;
    const remedy = isIndices
      ? 'For class indices use an Int32Array or a plain array'
      : isPerRow
        ? 'One class for each row is what crossEntropy takes'
        : '';
    throw shapeError(fault, 'targets', array, remedy);
  }
  expectDimensions(given, shape);
  return isFloat ? (array as FloatResult) : new Float64Array(array as Int32Array);
}

/** Labels of a multi-label loss: any numbers, one for each element of the input. */
export function readLabels(value: unknown): Targets {
  const what = 'a typed array of numbers or a plain array of numbers';
  return readTargets(value, what, (name) => isTargetName(name) && !name.startsWith('Big'));
}

/** As many classes for each row, of which log-probabilities are wanted. */
export function readIds(value: unknown, { rows, layout: { classes } }: Input): Int32Array | null {
  if (value === undefined) return null;
  const isTyped = typeNameOf(value) === 'Int32Array';
  if (isTyped) expectAttached(value as Int32Array, 'ids');
  const what = 'an Int32Array or an array of integers';
  const list = isTyped ? (value as Int32Array) : readIntegers(value, what, 'ids');
  const length = isTyped ? lengthOf(value as Int32Array) : list.length;
  if (rows === 0 ? length !== 0 : length % rows !== 0) {
    const fault = `ids has ${counted(length, 'element')}, which is not as many for each of ${counted(rows, 'row')}`;
    throw shapeError(fault, 'ids', value);
  }
  if (isTyped) return list as Int32Array;
  const ids = Int32Array.from(list);
  const wrong = ids.findIndex((id, i) => id !== list[i]);
  if (wrong < 0) return ids;
  throw idError(Math.floor((wrong * rows) / length), wrong, list[wrong] as number, classes);
}
