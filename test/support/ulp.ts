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
