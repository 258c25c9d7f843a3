import type { NativeArray } from '../native/addon.js';
import { typeNameOf } from './arrays.js';

const copyTypes = { Float32Array, Float64Array, Uint16Array } as const;

/**
 * A copy with some axes moved behind the others, both groups in their old order:
 * shape [a, b, c] with axes [0, 2] becomes [b, a, c].
 */
export function axesToTheEnd(
  data: NativeArray,
  shape: readonly number[],
  axes: readonly number[],
): NativeArray {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis] as number;
  }
  const moved = new Set(axes);
  const kept = shape.map((_, axis) => axis).filter((axis) => !moved.has(axis));
  // Axes of one element move nothing; without them an array has at most 53 left.
  const order = [...kept, ...axes].filter((axis) => shape[axis] !== 1);
  const copy = new copyTypes[typeNameOf(data) as keyof typeof copyTypes](data);
  if (order.length === 0 || copy.length === 0) return copy;
  let written = 0;
  const walk = (depth: number, from: number): void => {
    const axis = order[depth] as number;
    const size = shape[axis] as number;
    const step = strides[axis] as number;
    if (depth === order.length - 1) {
      for (let i = 0; i < size; i++) copy[written++] = data[from + i * step] as number;
    } else {
      for (let i = 0; i < size; i++) walk(depth + 1, from + i * step);
    }
  };
  walk(0, 0);
  return copy;
}
