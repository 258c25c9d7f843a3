/** The rows of an array along an axis, each as the indices of its elements. */
export function rowsOf(shape: readonly number[], axis: number): number[][] {
  const a = axis < 0 ? axis + shape.length : axis;
  const size = (dimensions: readonly number[]) => dimensions.reduce((x, y) => x * y, 1);
  const outer = size(shape.slice(0, a));
  const classes = shape[a] as number;
  const inner = size(shape.slice(a + 1));
  const rows: number[][] = [];
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      rows.push(Array.from({ length: classes }, (_, c) => (o * classes + c) * inner + i));
    }
  }
  return rows;
}

/** How the rows of a reference lie in its array; for a bare array there is one row. */
export interface Layout {
  readonly shape?: readonly number[] | undefined;
  readonly axis?: number | undefined;
}

export function rowsIn(array: ArrayLike<unknown>, { shape, axis }: Layout): number[][] {
  return rowsOf(shape ?? [array.length], axis ?? -1);
}

/** The elements of one row. */
export function pick(array: ArrayLike<number>, indices: readonly number[]): Float64Array {
  return Float64Array.from(indices, (i) => array[i] as number);
}
