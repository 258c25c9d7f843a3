// The operations by their definitions in float64, to compare every contender's results with.
import { elementCount, layoutOf, startOf } from './layout.mjs';
import { operations, resultShapeOf } from './operations.mjs';

/** One row of each array, with its target. */
function rowOf(arrays, index, layout) {
  const { classes, inner, rows } = layout;
  const start = startOf(index, layout);
  const row = { rows };
  for (const [name, array] of Object.entries(arrays)) {
    if (name === 'targets') {
      row.target = array[index];
    } else {
      row[name] = new Float64Array(classes);
      for (let c = 0; c < classes; c++) row[name][c] = array[start + c * inner];
    }
  }
  return row;
}

/**
 * @param {{ operation: string, shape: number[], axis: number }} trial
 * @param {Record<string, ArrayLike<number>>} arrays - As numbers.
 * @returns {{ loss?: number, array?: Float64Array }}
 */
export function referenceOf(trial, arrays) {
  const layout = layoutOf(trial);
  const { inner, rows } = layout;
  const { definition } = operations[trial.operation];
  const shape = resultShapeOf(trial);
  const array = shape ? new Float64Array(elementCount({ shape })) : undefined;
  let sum = 0;
  for (let index = 0; index < rows; index++) {
    const row = rowOf(arrays, index, layout);
    if (definition.loss) sum += definition.loss(row);
    if (definition.rows) array[index] = definition.rows(row);
    const start = startOf(index, layout);
    definition.elements?.(row).forEach((value, c) => {
      array[start + c * inner] = value;
    });
  }
  return { loss: definition.loss ? sum / rows : undefined, array };
}
