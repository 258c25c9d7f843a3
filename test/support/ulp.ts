import { expect } from 'vitest';

/** The distance between neighbouring float32 values at x (2^-149 among the subnormals). */
export function ulpOf(x: number): number {
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(x))), -126);
  // log2 may round up to the next power of two.
  const power = 2 ** exponent > Math.abs(x) && exponent > -126 ? exponent - 1 : exponent;
  return 2 ** (power - 23);
}

/** The error of a float32 result in units in the last place of the exact value. */
export function ulpError(actual: number, exact: number): number {
  return Object.is(actual, exact) || actual === exact ? 0 : Math.abs(actual - exact) / ulpOf(exact);
}

export function relativeError(actual: number, exact: number): number {
  return actual === exact ? 0 : Math.abs(actual - exact) / Math.abs(exact);
}

/** The first element that is not its exact value within a tolerance; -1 if there is none. */
export function firstWrong(
  actual: ArrayLike<number>,
  exact: ArrayLike<number>,
  tolerance: (exact: number, at: number) => number,
): number {
  for (let i = 0; i < exact.length; i++) {
    const value = actual[i] as number;
    const wanted = exact[i] as number;
    const rounded = actual instanceof Float32Array ? Math.fround(wanted) : wanted;
    const right = Number.isFinite(rounded)
      ? Math.abs(value - wanted) <= tolerance(wanted, i)
      : Object.is(value, rounded);
    if (!right) return i;
  }
  return -1;
}

/** Numbers within a tolerance; NaN and infinities as they are, overflow to the result's type too. */
export function expectWithin(
  actual: ArrayLike<number>,
  exact: ArrayLike<number>,
  tolerance: (exact: number, at: number) => number,
  what = '',
): void {
  expect(actual.length, what).toBe(exact.length);
  const wrong = firstWrong(actual, exact, tolerance);
  if (wrong < 0) return;
  const wanted = exact[wrong] as number;
  const limit = tolerance(wanted, wrong);
  expect(actual[wrong], `${what} [${wrong}], within ${limit}`).toBe(wanted);
}

/** Half an ulp of the result's type, for results that are rounded last. */
export function rounding(result: unknown): (exact: number) => number {
  return result instanceof Float32Array
    ? (exact) => 2 ** -24 * Math.abs(exact) + 2 ** -150
    : (exact) => 2 ** -53 * Math.abs(exact) + 2 ** -1075;
}
