// What the library and the plain loops have in common: the arrays that they are given for results, and
// what they return.
import { elementCount } from '../trials/layout.mjs';
import { resultShapeOf } from '../trials/operations.mjs';

const isDouble = ({ element }) => element === 'float64';

/** An array for a trial's results, or null. */
export function resultArray(trial) {
  const shape = resultShapeOf(trial);
  const Result = isDouble(trial) ? Float64Array : Float32Array;
  return shape && new Result(elementCount({ shape }));
}

/** Finds loss and array in what a function returned. */
export const readerOf = (trial) => (result) => {
  const type = isDouble(trial) ? 'float64' : 'float32';
  if (typeof result === 'number') return { loss: result, type };
  return 'gradient' in result
    ? { loss: result.loss, array: result.gradient, type }
    : { array: result, type };
};
