// The library as a caller would use it, with the arrays for its results given where there are any and
// objects of options made once. LOGITS_ISA and LOGITS_THREADS are set by the parent process.
import * as library from '../../index.mjs';
import { isHalf } from '../trials/elements.mjs';
import { operations } from '../trials/operations.mjs';
import { readerOf, resultArray } from './results.mjs';

export const version = process.env.LOGITS_ISA;

export function prepare(trial, arrays) {
  const { operation, shape, axis, element } = trial;
  const { logits: call, options } = operations[operation];
  const given = {
    shape,
    axis,
    ...(isHalf(element) ? { dtype: element } : {}),
    ...options?.(resultArray(trial)),
  };
  return { run: call(library, { ...arrays, options: given }), read: readerOf(trial) };
}
