import { combinationError, counted, shapeError, shown, valueError } from './errors.js';
import { readIntegers } from './lists.js';
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
  // The common rank, without a list that grows.
  if (Array.isArray(value) && value.length === 2) {
    return [readSize(value[0], name, 0), readSize(value[1], name, 1)];
  }
  const shape = readIntegers(value, 'an array of dimensions', name);
  shape.forEach((size, axis) => {
    readSize(size, name, axis);
  });
  // No dimensions at all: a single number, which is a row of one class.
  return shape.length === 0 ? [1] : shape;
}

function readSize(value: unknown, name: string, axis: number): number {
  const size = expectInteger(value, name, axis);
  if (size >= 0) return size;
  const remedy = 'Write the number of rows and of classes: [rows, classes]';
  throw valueError('an integer >= 0', `${name}[${axis}]`, size, remedy);
}

/** How many elements a shape has. */
export function productOf(shape: readonly number[]): number {
  return shape.reduce((size, n) => size * n, 1);
}

/** An axis counted from the front. */
export function readAxis(value: unknown, rank: number, name: string): number {
  const axis = expectInteger(value, name);
  if (axis < -rank || axis >= rank) {
    const why = `an integer from ${-rank} to ${rank - 1}, as the shape has ${counted(rank, 'dimension')}`;
    throw valueError(why, name, axis, rank === 1 ? 'Give a shape: [rows, classes]' : undefined);
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
    const fault = `${name} is ${shown(shape)}, which is ${counted(productOf(shape), 'element')}, but the array has ${elements}`;
    throw shapeError(fault, name, shape, remedyFor(shape, first, last, elements));
  }
  return { outer, classes, inner, outerStride: classes * inner };
}

/** The shape that may be meant: with another number of rows. */
function remedyFor(shape: readonly number[], first: number, last: number, elements: number) {
  const { classes } = sizesOf(shape, first, last);
  if (shape.length !== 2 || first !== 1 || classes === 0 || elements % classes !== 0) return '';
  return `${counted(classes, 'class', 'classes')} would be the shape [${elements / classes}, ${classes}]`;
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
    throw combinationError(
      `rowStride is ${stride}, but the class axis is not the last one`,
      'rowStride',
      stride,
      'Leave it out: only rows along the last axis may have padding between them',
    );
  }
  if (stride < classes) {
    throw valueError(`an integer >= ${classes} (the row's length)`, 'rowStride', stride);
  }
  const least = outer === 0 ? 0 : (outer - 1) * stride + classes;
  if (!(elements >= least && elements <= outer * stride) || !isSize(outer * stride)) {
    const range = `${least} to ${outer * stride}`;
    const fault = `${name} is ${shown(shape)} with rows at a distance of ${stride}, which takes ${range} elements, but the array has ${elements}`;
    throw shapeError(fault, name, shape);
  }
  return { outer, classes, inner, outerStride: stride };
}
