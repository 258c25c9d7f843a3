// Float64 numbers as integers of any size, so that sums of them are exact and means of them are
// rounded once.

const bits = new DataView(new ArrayBuffer(8));

/** A finite number in units of 2^-1074. */
export function unitsOf(value: number): bigint {
  bits.setFloat64(0, value);
  const word = bits.getBigUint64(0);
  const exponent = Number((word >> 52n) & 0x7ffn);
  const fraction = word & 0xfffffffffffffn;
  const magnitude = exponent === 0 ? fraction : (fraction | (1n << 52n)) << BigInt(exponent - 1);
  return word >> 63n ? -magnitude : magnitude;
}

function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}

/** The nearest float64 to a ratio of integers, of two equally near ones the even one. */
export function nearest(numerator: bigint, denominator: bigint): number {
  if (denominator < 0n) return nearest(-numerator, -denominator);
  if (numerator < 0n) return -nearest(-numerator, denominator);
  if (numerator === 0n) return 0;
  // The quotient in units of 2^exponent has 53 bits or, among the subnormals, fewer.
  const size = bitLength(numerator) - bitLength(denominator);
  let exponent = Math.max(size - 53, -1074);
  const divided = () => {
    const [n, d] =
      exponent < 0
        ? [numerator << BigInt(-exponent), denominator]
        : [numerator, denominator << BigInt(exponent)];
    return { quotient: n / d, rest: n % d, d };
  };
  let { quotient, rest, d } = divided();
  if (bitLength(quotient) > 53) {
    exponent++;
    ({ quotient, rest, d } = divided());
  }
  const twice = 2n * rest;
  if (twice > d || (twice === d && quotient % 2n === 1n)) quotient += 1n;
  return scaled(Number(quotient), exponent);
}

/** value * 2^exponent, where the result is exact or too large. */
function scaled(value: number, exponent: number): number {
  if (exponent > 900) return value * 2 ** 900 * 2 ** (exponent - 900);
  return exponent < -1000 ? value * 2 ** -74 * 2 ** (exponent + 74) : value * 2 ** exponent;
}

/** The sum of finite numbers, in units of 2^-1074. */
export function exactSum(values: readonly number[]): bigint {
  return values.reduce((sum, value) => sum + unitsOf(value), 0n);
}

/** The sum of their squares, in units of 2^-2148. */
export function exactSquares(values: readonly number[]): bigint {
  return values.reduce((sum, value) => sum + unitsOf(value) ** 2n, 0n);
}

const UNIT = 1n << 1074n;

/** The sum, rounded once; infinities and NaN as in any sum of float64. */
export function sumOnce(values: readonly number[]): number {
  if (values.some((value) => !Number.isFinite(value))) return values.reduce((a, b) => a + b, 0);
  return nearest(exactSum(values), UNIT);
}

/** The mean, rounded once; NaN of no values. */
export function meanOnce(values: readonly number[]): number {
  if (values.length === 0) return NaN;
  if (values.some((value) => !Number.isFinite(value))) return sumOnce(values);
  return nearest(exactSum(values), UNIT * BigInt(values.length));
}

/** The largest integer whose square is not above another one. */
function integerRoot(square: bigint): bigint {
  if (square < 2n) return square;
  let root = 1n << BigInt((bitLength(square) + 1) >> 1);
  for (;;) {
    const next = (root + square / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** The standard error of the mean: the root of the exact sample variance by the number of values. */
export function standardErrorOf(values: readonly number[]): number {
  const n = BigInt(values.length);
  if (n < 2n || values.some((value) => !Number.isFinite(value))) return NaN;
  const excess = n * exactSquares(values) - exactSum(values) ** 2n;
  const divisor = n * n * (n - 1n);
  // 64 bits of the root or more, in units of 2^-(1074 + extra).
  const extra = 64 + (bitLength(divisor) >> 1);
  const root = integerRoot((excess << BigInt(2 * extra)) / divisor);
  return nearest(root, UNIT << BigInt(extra));
}
