// A shape seen from its class axis, as native/kernel-table.h has it.
export const elementCount = ({ shape }) => shape.reduce((size, dimension) => size * dimension, 1);

/** @param {{ shape: number[], axis: number }} trial */
export function layoutOf({ shape, axis }) {
  const at = axis < 0 ? axis + shape.length : axis;
  const outer = elementCount({ shape: shape.slice(0, at) });
  const inner = elementCount({ shape: shape.slice(at + 1) });
  return { outer, classes: shape[at], inner, rows: outer * inner };
}

/** Where a row begins; its classes are `inner` elements apart. */
export function startOf(row, { classes, inner }) {
  return Math.floor(row / inner) * classes * inner + (row % inner);
}
