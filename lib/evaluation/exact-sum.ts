import { exactSum } from '../native/boundary.js';

// Exact sums as native code keeps them (native/evaluation/exact-sum.h), as integers: a sum is one in
// units of 2^LOWEST_BIT.

export const LOWEST_BIT = exactSum.lowestBit;
/** Elements of a sum: digits of 32 bits, the lowest first. */
export const SUM_DIGITS = exactSum.digits;

const DIGIT_BITS = 32n;
const PRECISION = 53;
const LOWEST_FLOAT_BIT = -1074;

/** The sum whose digits, carried, begin at `index`. */
export function readSum(digits: BigInt64Array, index: number): bigint {
  let sum = 0n;
  for (let i = SUM_DIGITS - 1; i >= 0; i--) {
    sum = (sum << DIGIT_BITS) + (digits[index + i] as bigint);
  }
  return sum;
}

export function writeSum(digits: BigInt64Array, index: number, sum: bigint): void {
  let rest = sum;
  for (let i = 0; i < SUM_DIGITS; i++) {
    digits[index + i] = BigInt.asUintN(32, rest);
    rest >>= DIGIT_BITS;
  }
}

/** The number of bits of an integer >= 0. */
export function bitsOf(value: bigint): number {
  const digits = value.toString(16);
  return 4 * (digits.length - 1) + 32 - Math.clz32(Number.parseInt(digits.slice(0, 1), 16));
}

/** numerator / denominator * 2^exponent, rounded once, to nearest; numerator >= 0, denominator > 0. */
export function toNumber(numerator: bigint, denominator: bigint, exponent: number): number {
  // A quotient of about 72 bits, whose last one stands for all that follow.
  const shift = 72 - bitsOf(numerator) + bitsOf(denominator);
  const dividend = shift > 0 ? numerator << BigInt(shift) : numerator;
  const divisor = shift > 0 ? denominator : denominator << BigInt(-shift);
  let quotient = dividend / divisor;
  if (quotient * divisor !== dividend) quotient |= 1n;
  let unit = exponent - shift;
  // Below the normal numbers there are fewer bits than Number() keeps: drop them first, but for one
  // that decides and one that stands for the rest.
  const spare = LOWEST_FLOAT_BIT - 2 - unit;
  if (spare > 0 && bitsOf(quotient) - spare <= PRECISION + 2) {
    const kept = quotient >> BigInt(spare);
    quotient = kept << BigInt(spare) === quotient ? kept : kept | 1n;
    unit += spare;
    return roundedQuarter(quotient) * Number.MIN_VALUE;
  }
  return scaleBy(Number(quotient), unit);
}

/** value / 4, rounded to nearest, ties to even. */
function roundedQuarter(value: bigint): number {
  const whole = value >> 2n;
  const rest = value & 3n;
  const up = rest === 3n || (rest === 2n && (whole & 1n) === 1n);
  return Number(up ? whole + 1n : whole);
}

/** x * 2^exponent for a normal result: in steps, since the power alone may be beyond float64. */
export function scaleBy(x: number, exponent: number): number {
  let result = x;
  let rest = exponent;
  while (rest > 1000 || rest < -1000) {
    const step = rest > 0 ? 1000 : -1000;
    result *= 2 ** step;
    rest -= step;
  }
  return result * 2 ** rest;
}
