import { lengthOf } from '../arguments/arrays.js';
import {
  counted,
  detachedError,
  emptyMeanError,
  idError,
  overlapError,
  shapeError,
  targetError,
  typeError,
  valueError,
  workingMemoryError,
} from '../arguments/errors.js';
import { type ArgumentsOf, nativeErrors, type Operation } from './boundary.js';

/** What native code throws: its code and its places are numbers of native/boundary.def. */
interface NativeError {
  readonly code: number;
  readonly argument: number;
  readonly row: number;
  readonly value: number | bigint;
}

/** An argument's name as the caller knows it, also where it is what native code got a copy of. */
function publicName(operation: Operation, argument: number): string {
  return (operation.arguments[argument - 1] ?? 'options').replace(/Source$/, '');
}

/** A native error as the public one that it stands for; any other error as it is. */
export function wordedError<O extends Operation>(
  error: unknown,
  operation: O,
  args: ArgumentsOf<O>,
  classes: number,
): unknown {
  const { code, argument, row, value } = error as NativeError;
  if (typeof code !== 'number') return error;
  const name = publicName(operation, argument);
  const array = (args as Readonly<Record<string, ArrayBufferView | null>>)[name] ?? null;
  switch (nativeErrors[code]?.kind) {
    case 'type':
      return typeError('an array of its type', name, array);
    case 'value':
      return valueError('a number within its range', name, value);
    case 'shape':
      return shapeError(
        `${name} has ${array === null ? 'no elements' : counted(lengthOf(array), 'element')}, not ${value}`,
        name,
        array,
      );
    case 'overlap':
      return overlapError(name, array, publicName(operation, Number(value)), false);
    case 'partialOverlap':
      return overlapError(name, array, publicName(operation, Number(value)), true);
    case 'target':
      return name === 'ids'
        ? idError(row, (array as Int32Array).indexOf(Number(value)), Number(value), classes)
        : targetError(row, (array as BigInt64Array)[row] as bigint, classes);
    case 'emptyMean':
      return emptyMeanError();
    case 'memory':
      return workingMemoryError();
    case 'detached':
      return detachedError(name, array);
    default:
      return error;
  }
}
