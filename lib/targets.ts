import {
  expectArray,
  expectAttached,
  expectInteger,
  expectLength,
  typeNameOf,
} from './arguments.js';
import { targetError, typeError } from './errors.js';
import { elementCodes, type FloatResult } from './native.js';
import type { ClassIndices } from './types.js';

export type TypedClassIndices = Exclude<ClassIndices, readonly number[]>;

const indexTypeNames: readonly string[] = [
  'Int8Array',
  'Uint8Array',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'BigInt64Array',
  'BigUint64Array',
];

const labelTypeNames = indexTypeNames.filter((name) => !name.startsWith('Big'));

function isInt32(value: number): boolean {
  return (value | 0) === value;
}

/** Targets that count for nothing, as native code reads them. */
export function readIgnoreIndex(value: unknown): number | Float64Array {
  if (value === undefined) return -100;
  if (!Array.isArray(value)) return expectInteger(value, 'ignoreIndex');
  const indices: number[] = [];
  for (let i = 0; i < value.length; i++) indices.push(expectInteger(value[i], 'ignoreIndex', i));
  return Float64Array.from(indices);
}

function isIgnored(target: number, ignoreIndex: number | Float64Array): boolean {
  return typeof ignoreIndex === 'number' ? target === ignoreIndex : ignoreIndex.includes(target);
}

/** Class indices as native code reads them: typed arrays as they are, plain arrays copied into one. */
export function readClassIndices(
  targets: unknown,
  classes: number,
  ignoreIndex: number | Float64Array,
): TypedClassIndices {
  if (Array.isArray(targets)) {
    const indices: number[] = [];
    for (let row = 0; row < targets.length; row++) {
      indices.push(expectInteger(targets[row], 'targets', row));
    }
    const isBad = (t: number) => (t < 0 || t >= classes) && !isIgnored(t, ignoreIndex);
    const row = indices.findIndex(isBad);
    if (row >= 0) throw targetError(row, indices[row] as number, classes);
    return indices.every(isInt32)
      ? Int32Array.from(indices)
      : BigInt64Array.from(indices, (index) => BigInt(index));
  }
  return expectArray<TypedClassIndices>(
    targets,
    indexTypeNames,
    'an integer typed array or an array of integers',
    'targets',
  );
}

/** Whether targets are class probabilities. */
export function isProbabilities(targets: unknown): targets is FloatResult {
  const name = typeNameOf(targets);
  return name === 'Float32Array' || name === 'Float64Array';
}

/** The element type of probabilities, as native code numbers it. */
export function probabilityElement(array: FloatResult) {
  return elementCodes[typeNameOf(array) === 'Float64Array' ? 'float64' : 'float32'];
}

/** Labels of a multi-label loss as floats: integers, and plain numbers, are copied into float64. */
export function readLabels(targets: unknown, length: number): FloatResult {
  if (isProbabilities(targets)) {
    expectAttached(targets, 'targets');
    expectLength(targets, length, 'targets');
    return targets;
  }
  const what = 'a typed array or an array of numbers';
  if (Array.isArray(targets)) {
    const labels: number[] = [];
    for (let i = 0; i < targets.length; i++) {
      if (typeof targets[i] !== 'number') throw typeError('a number', `targets[${i}]`, targets[i]);
      labels.push(targets[i]);
    }
    const copy = Float64Array.from(labels);
    expectLength(copy, length, 'targets');
    return copy;
  }
  const array = expectArray<Int32Array>(targets, labelTypeNames, what, 'targets');
  expectLength(array, length, 'targets');
  return new Float64Array(array);
}
