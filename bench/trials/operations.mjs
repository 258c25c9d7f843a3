// Every operation that is measured, by its name: what the files in operations/ export. An operation is
//
//   trials        by group, the shapes that it is measured on (shapes.mjs)
//   inputs        what it reads besides the logits: by name, how such an array is made (arrays.mjs)
//   definition    of one row in float64 (reference.mjs): `loss`, of which the mean is meant, and one of
//                 `elements` and `rows`, for results with a value per element or per row
//   options       from the array for its results, what the package's function gets besides the shape
//
// and a key for everyone who has it; the rest leave its trials out.
//
//   logits        the call of this package, from the package and { ...inputs, options }
//   js            the plain loop, of { ...inputs, layout, out }
//   onnxruntime   a node: its operator, attributes and constants (engines/onnx-model.mjs)
//   tfjs          like `logits`, of a tensor of logits; it returns { loss, array }
//   pytorch       lines of Python: the last is timed, those before it run once (engines/pytorch.py)
//   kernel        the call whose instructions are counted, in C++ (instructions/driver.cc)
import { readdirSync } from 'node:fs';

const folder = new URL('../operations/', import.meta.url);
const files = readdirSync(folder).sort();
export const operations = Object.assign(
  {},
  ...(await Promise.all(files.map((file) => import(new URL(file, folder))))),
);

/** The shape of the array that a trial's operation fills; null for nothing but a loss. */
export function resultShapeOf({ operation, shape, axis }) {
  const { definition } = operations[operation];
  if (definition.elements) return shape;
  return definition.rows ? shape.toSpliced(axis, 1) : null;
}
