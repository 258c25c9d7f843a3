import { expect } from 'vitest';

/** Values to about seven digits; NaN, infinities and zeros exactly. */
export function expectRow(
  actual: ArrayLike<number>,
  expected: readonly number[],
  what = '',
  relative = 4e-7,
): void {
  expect(actual.length, what).toBe(expected.length);
  expected.forEach((value, i) => {
    if (value === 0 || !Number.isFinite(value)) {
      expect(actual[i], `${what} [${i}]`).toBe(value);
    } else {
      const error = Math.abs((actual[i] as number) - value);
      const limit = relative * Math.abs(value);
      if (!(error <= limit)) expect(actual[i], `${what} [${i}], within ${limit}`).toBe(value);
    }
  });
}

/** Zeros of either sign as one. */
export function unsigned(values: ArrayLike<number>): number[] {
  return Array.from(values, (value) => value + 0);
}

/** The element types that tables run with, and what a result of that type may be off by. */
export const elementTypes = [
  { name: 'float32', type: Float32Array, relative: 4e-7 },
  { name: 'float64', type: Float64Array, relative: 2e-15 },
] as const;

/** How a table's rows can lie in memory: the class axis last, or first. */
export const axes = [
  {
    name: 'classes last',
    axis: -1,
    shape: (rows: number, classes: number) => [rows, classes],
    arrange: <T>(values: readonly T[], _rows: number, _classes: number): T[] => [...values],
  },
  {
    name: 'classes first',
    axis: 0,
    shape: (rows: number, classes: number) => [classes, rows],
    arrange: <T>(values: readonly T[], rows: number, classes: number): T[] =>
      values.map((_, i) => values[(i % rows) * classes + Math.floor(i / rows)] as T),
  },
] as const;

/** Every element type with every layout, for `describe.each`. */
export const arrangements = elementTypes.flatMap((element) =>
  axes.map((layout) => ({ ...element, ...layout, name: `${element.name}, ${layout.name}` })),
);
