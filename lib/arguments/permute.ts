import { type KnownArray, newLike } from './arrays.js';
import { productOf } from './layout.js';

/** Elements from one position of each axis to the next, where nothing lies between them. */
export function denseStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis] as number;
  }
  return strides;
}

/** A copy of the elements in the order of the axes `order`, the last one running fastest. */
export function inOrder<A extends KnownArray>(
  data: A,
  shape: readonly number[],
  strides: readonly number[],
  order: readonly number[],
  name: string,
): A {
  const copy = newLike(data, productOf(shape), name);
  // Axes of one element move nothing; without them an array has at most 53 left.
  const moving = order.filter((axis) => shape[axis] !== 1);
  let written = 0;
  const walk = (depth: number, from: number): void => {
    const axis = moving[depth] as number;
    const size = shape[axis] as number;
    const step = strides[axis] as number;
    if (depth === moving.length - 1) {
      for (let i = 0; i < size; i++) copy[written++] = data[from + i * step] as number & bigint;
    } else {
      for (let i = 0; i < size; i++) walk(depth + 1, from + i * step);
    }
  };
  if (copy.length === 0) return copy;
  if (moving.length === 0) copy[0] = data[0] as number & bigint;
  else walk(0, 0);
  return copy;
}

/**
 * A copy with some axes moved behind the others, both groups in their old order:
 * shape [a, b, c] with axes [0, 2] becomes [b, a, c].
 */
export function axesToTheEnd<A extends KnownArray>(
  data: A,
  shape: readonly number[],
  axes: readonly number[],
  name: string,
): A {
  const moved = new Set(axes);
  const kept = shape.map((_, axis) => axis).filter((axis) => !moved.has(axis));
  return inOrder(data, shape, denseStrides(shape), [...kept, ...axes], name);
}
