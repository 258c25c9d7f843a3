// Plain JavaScript, with the arrays for results made beforehand as for the library.
import { isHalf, widen } from '../elements.mjs';
import * as plainLoops from './plain-loops.mjs';
import { partsOf } from './result.mjs';

const loops = { ...plainLoops };

export const version = process.versions.v8;

export function prepare({ operation, element, layout }, arrays) {
  const Result = element === 'float64' ? Float64Array : Float32Array;
  const given = {
    ...arrays,
    layout,
    out: new Result(arrays.logits.length),
    rowOut: new Result(layout.rows),
  };
  const loop = loops[operation];
  const widened = isHalf(element) ? new Float32Array(arrays.logits.length) : null;
  const run = widened
    ? () => loop({ ...given, logits: widen(element, arrays.logits, widened) })
    : () => loop(given);
  return {
    run,
    read: (result) => ({ ...partsOf(result), type: element === 'float64' ? element : 'float32' }),
  };
}
