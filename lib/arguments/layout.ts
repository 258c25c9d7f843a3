import { shapeError, typeError, valueError } from './errors.js';
import { expectInteger } from './scalars.js';

/** A shape seen from its class axis: see native/kernel-table.h. */
export interface Layout {
  readonly outer: number;
  readonly classes: number;
  readonly inner: number;
  /** Elements from one outer position to the next. */
  readonly outerStride: number;
}

export function readShape(value: unknown, elements: number, name: string): readonly number[] {
  if (value === undefined) return [elements];
  if (!Array.isArray(value)) throw typeError('an array of dimensions', name, value);
  // The common rank, without a list that grows.
  if (value.length === 2) return [readSize(value[0], name, 0), readSize(value[1], name, 1)];
  const shape: number[] = [];
  for (let axis = 0; axis < value.length; axis++) shape.push(readSize(value[axis], name, axis));
  // No dimensions at all: a single number, which is a row of one class.
  return shape.length === 0 ? [1] : shape;
}

function readSize(value: unknown, name: string, axis: number): number {
  const size = expectInteger(value, name, axis);
  if (size < 0) throw valueError('an integer >= 0', `${name}[${axis}]`, size);
  return size;
}

/** An axis counted from the front. */
export function readAxis(value: unknown, rank: number, name: string): number {
  const axis = expectInteger(value, name);
  if (axis < -rank || axis >= rank) {
    throw valueError(`an integer from ${-rank} to ${rank - 1}`, name, axis);
  }
  return axis < 0 ? axis + rank : axis;
}

function isSize(value: number): boolean {
  return value <= Number.MAX_SAFE_INTEGER;
}

/** The layout of a shape whose axes from `first` to `last` are one class axis. */
export function layoutOf(
  shape: readonly number[],
  first: number,
  last: number,
  elements: number,
  name: string,
): Layout {
  const { outer, classes, inner } = sizesOf(shape, first, last);
  // Products beyond 2^53 have lost digits, but not their size: they equal no length.
  if (outer * classes * inner !== elements || !isSize(outer) || !isSize(classes * inner)) {
    throw shapeError(`dimensions with the product ${elements}`, name, `[${shape.join(', ')}]`);
  }
  return { outer, classes, inner, outerStride: classes * inner };
}

function sizesOf(shape: readonly number[], first: number, last: number) {
  let outer = 1;
  let classes = 1;
  let inner = 1;
  for (let axis = 0; axis < shape.length; axis++) {
    const size = shape[axis] as number;
    if (axis < first) outer *= size;
    else if (axis <= last) classes *= size;
    else inner *= size;
  }
  return { outer, classes, inner };
}

/**
 * The layout of rows along the last axes, from `first` on, with padding between them: `elements`
 * are those of the array, with or without the padding after the last row.
 */
export function paddedLayoutOf(
  shape: readonly number[],
  first: number,
  last: number,
  rowStride: unknown,
  elements: number,
  name: string,
): Layout {
  const { outer, classes, inner } = sizesOf(shape, first, last);
  const stride = expectInteger(rowStride, 'rowStride');
  if (last !== shape.length - 1) {
    throw valueError('nothing (the class axis is not the last one)', 'rowStride', stride);
  }
  if (stride < classes) throw valueError(`an integer >= ${classes}`, 'rowStride', stride);
  const least = outer === 0 ? 0 : (outer - 1) * stride + classes;
  if (!(elements >= least && elements <= outer * stride) || !isSize(outer * stride)) {
    throw shapeError(
      `dimensions of ${elements} elements with a row stride of ${stride}`,
      name,
      `[${shape.join(', ')}]`,
    );
  }
  return { outer, classes, inner, outerStride: stride };
}
