// What is measured: each operation on its shapes, group by group.
import { operations } from './operations.mjs';
import { groups } from './shapes.mjs';

const elementsIn = (group) =>
  group === 'elements' ? ['float64', 'float16', 'bfloat16'] : ['float32'];

export const trials = Object.keys(groups).flatMap((group) =>
  Object.entries(operations).flatMap(
    ([
      operation,
      {
        trials: { [group]: shapes = [] },
      },
    ]) =>
      shapes.flatMap((shape) =>
        elementsIn(group).map((element) => ({ group, operation, element, ...shape })),
      ),
  ),
);

const quickShapes = ['64x1000', '8192x10', '64x32000'];

/** A sample of all that takes seconds. */
export function isQuick({ group, name }) {
  return group === 'batches' && quickShapes.includes(name);
}
