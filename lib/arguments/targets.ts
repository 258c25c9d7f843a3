import type { FloatResult } from '../native/addon.js';
import type { IgnoreIndex } from '../native/call.js';
import type { ClassIndices } from '../types.js';
import { expectArray, expectAttached, expectLength, isFloatName, typeNameOf } from './arrays.js';
import { targetError, typeError } from './errors.js';
import type { Input } from './input.js';
import { expectInteger } from './scalars.js';

/** Class indices as native code reads them. */
export type TypedClassIndices = Exclude<ClassIndices, readonly number[]>;

function isLabelName(typeName: string): boolean {
  switch (typeName) {
    case 'Int8Array':
    case 'Uint8Array':
    case 'Int16Array':
    case 'Uint16Array':
    case 'Int32Array':
    case 'Uint32Array':
      return true;
    default:
      return false;
  }
}

function isIndexName(typeName: string): boolean {
  return isLabelName(typeName) || typeName === 'BigInt64Array' || typeName === 'BigUint64Array';
}

/** Targets that count for nothing, as native code reads them. */
export function readIgnoreIndex(value: unknown): IgnoreIndex {
  if (value === undefined) return -100;
  if (!Array.isArray(value)) return expectInteger(value, 'ignoreIndex');
  const indices: number[] = [];
  for (let i = 0; i < value.length; i++) indices.push(expectInteger(value[i], 'ignoreIndex', i));
  return Float64Array.from(indices);
}

function isIgnored(target: number, ignoreIndex: IgnoreIndex): boolean {
  return typeof ignoreIndex === 'number' ? target === ignoreIndex : ignoreIndex.includes(target);
}

/** A list of integers as class indices, of the smaller type that holds them all. */
function typedIndices(
  targets: readonly unknown[],
  classes: number,
  ignoreIndex: IgnoreIndex,
): TypedClassIndices {
  const indices: number[] = [];
  for (let row = 0; row < targets.length; row++) {
    indices.push(expectInteger(targets[row], 'targets', row));
  }
  const typed = new Int32Array(indices.length);
  let isExact = true;
  for (let row = 0; row < indices.length; row++) {
    const target = indices[row] as number;
    if ((target < 0 || target >= classes) && !isIgnored(target, ignoreIndex)) {
      throw targetError(row, target, classes);
    }
    typed[row] = target;
    isExact &&= typed[row] === target;
  }
  return isExact ? typed : BigInt64Array.from(indices, (index) => BigInt(index));
}

/** One class a row of an input: typed arrays as they are, plain arrays copied into one. */
export function readClassIndices(
  targets: unknown,
  { layout: { classes }, rows }: Input,
  ignoreIndex: IgnoreIndex,
): TypedClassIndices {
  const indices = Array.isArray(targets)
    ? typedIndices(targets, classes, ignoreIndex)
    : expectArray<TypedClassIndices>(
        targets,
        isIndexName,
        'an integer typed array or an array of integers',
        'targets',
      );
  expectLength(indices, rows, 'targets');
  return indices;
}

/** Whether targets are class probabilities. */
export function isProbabilities(targets: unknown): targets is FloatResult {
  return isFloatName(typeNameOf(targets));
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
  const array = expectArray<Int32Array>(targets, isLabelName, what, 'targets');
  expectLength(array, length, 'targets');
  return new Float64Array(array);
}
