// Plain JavaScript, with the arrays for results made beforehand as for the library.
import { isHalf, widen } from '../trials/elements.mjs';
import { operations } from '../trials/operations.mjs';
import { readerOf, resultArray } from './results.mjs';

export const version = process.versions.v8;

export function prepare(trial, arrays) {
  const { operation, element, layout } = trial;
  const { js: loop } = operations[operation];
  const given = { ...arrays, layout, out: resultArray(trial) };
  const widened = isHalf(element) ? new Float32Array(arrays.logits.length) : null;
  const run = widened
    ? () => loop({ ...given, logits: widen(element, arrays.logits, widened) })
    : () => loop(given);
  return { run, read: readerOf(trial) };
}
