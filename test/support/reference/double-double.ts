/**
 * Numbers of about 31 digits, each the unevaluated sum of two float64: the arithmetic of the
 * reference. The methods are those of Dekker, Knuth and the QD library; nothing here is shared with
 * the kernels. Overflow, infinities and NaN are as in float64.
 */
export class DoubleDouble {
  private constructor(
    readonly hi: number,
    readonly lo: number,
  ) {}

  static of(value: number): DoubleDouble {
    return new DoubleDouble(value, 0);
  }

  /** The exact sum of two float64, rounded to twice their precision. */
  static sum(a: number, b: number): DoubleDouble {
    const sum = a + b;
    if (!Number.isFinite(sum)) return DoubleDouble.of(sum);
    const part = sum - a;
    return new DoubleDouble(sum, a - (sum - part) + (b - part));
  }

  /** The exact product of two float64, as far as its lower half is no subnormal. */
  static product(a: number, b: number): DoubleDouble {
    const product = a * b;
    if (!Number.isFinite(product) || product === 0) return DoubleDouble.of(product);
    const [aHigh, aLow] = split(a);
    const [bHigh, bLow] = split(b);
    const error = aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow;
    return new DoubleDouble(product, Number.isFinite(error) ? error : 0);
  }

  plus(other: DoubleDouble | number): DoubleDouble {
    const b = lift(other);
    const high = DoubleDouble.sum(this.hi, b.hi);
    if (!Number.isFinite(high.hi)) return high;
    const low = DoubleDouble.sum(this.lo, b.lo);
    const middle = DoubleDouble.sum(high.hi, high.lo + low.hi);
    return DoubleDouble.sum(middle.hi, middle.lo + low.lo);
  }

  negated(): DoubleDouble {
    return new DoubleDouble(-this.hi, -this.lo);
  }

  minus(other: DoubleDouble | number): DoubleDouble {
    return this.plus(lift(other).negated());
  }

  times(other: DoubleDouble | number): DoubleDouble {
    const b = lift(other);
    const high = DoubleDouble.product(this.hi, b.hi);
    if (!Number.isFinite(high.hi) || high.hi === 0) return high;
    return DoubleDouble.sum(high.hi, high.lo + (this.hi * b.lo + this.lo * b.hi));
  }

  over(other: DoubleDouble | number): DoubleDouble {
    const b = lift(other);
    let quotient = DoubleDouble.of(this.hi / b.hi);
    if (!Number.isFinite(quotient.hi) || quotient.hi === 0 || !Number.isFinite(b.hi)) {
      return quotient;
    }
    for (let step = 0; step < 2; step++) {
      const rest = this.minus(b.times(quotient));
      const correction = rest.hi / b.hi;
      if (Number.isFinite(correction)) quotient = quotient.plus(correction);
    }
    return quotient;
  }

  abs(): DoubleDouble {
    return this.hi < 0 ? this.negated() : this;
  }

  /** Multiplied by a power of two, in two steps so that the factor itself may overflow. */
  scaled(exponent: number): DoubleDouble {
    const half = exponent >> 1;
    const times = (x: number) => x * 2 ** half * 2 ** (exponent - half);
    return new DoubleDouble(times(this.hi), times(this.lo));
  }

  /** e^x - 1, to the full relative precision. */
  expm1(): DoubleDouble {
    if (Math.abs(this.hi) > 0.4 || Number.isNaN(this.hi)) return this.exp().minus(1);
    if (Math.abs(this.hi) < 1e-200) return this;
    // Taylor's series on x / 512, then nine times (1 + s)^2 - 1.
    const x = this.scaled(-9);
    let sum = DoubleDouble.of(0);
    for (let n = TERMS; n >= 1; n--) {
      sum = sum.plus(inverseFactorials[n] as DoubleDouble).times(x);
    }
    for (let n = 0; n < 9; n++) sum = sum.scaled(1).plus(sum.times(sum));
    return sum;
  }

  exp(): DoubleDouble {
    if (Number.isNaN(this.hi)) return this;
    if (this.hi > 710) return DoubleDouble.of(Infinity);
    if (this.hi < -760) return DoubleDouble.of(0);
    const exponent = Math.round(this.hi / Math.LN2);
    return this.minus(LN2.times(exponent)).expm1().plus(1).scaled(exponent);
  }

  /** log(1 + x), to the full relative precision: one step of Newton's method. */
  log1p(): DoubleDouble {
    const guess = Math.log1p(this.hi);
    if (!Number.isFinite(guess) || Math.abs(guess) < 1e-200) return DoubleDouble.of(guess);
    const start = DoubleDouble.of(guess);
    return start.minus(start.expm1().minus(this).over(start.exp()));
  }

  tanh(): DoubleDouble {
    const t = this.abs().scaled(1).negated().expm1();
    const value = t.negated().over(t.plus(2));
    return this.hi < 0 ? value.negated() : value;
  }

  /** Rounded to float64. */
  valueOf(): number {
    return this.hi + this.lo;
  }
}

export function sumOf(values: readonly DoubleDouble[]): DoubleDouble {
  return values.reduce((total, value) => total.plus(value), DoubleDouble.of(0));
}

/** The sums of all values but one, for each: without the cancellation of total - value. */
export function sumsOfOthers(values: readonly DoubleDouble[]): DoubleDouble[] {
  const others: DoubleDouble[] = [];
  let before = DoubleDouble.of(0);
  for (const value of values) {
    others.push(before);
    before = before.plus(value);
  }
  let after = DoubleDouble.of(0);
  for (let i = values.length - 1; i >= 0; i--) {
    others[i] = (others[i] as DoubleDouble).plus(after);
    after = after.plus(values[i] as DoubleDouble);
  }
  return others;
}

function lift(value: DoubleDouble | number): DoubleDouble {
  return typeof value === 'number' ? DoubleDouble.of(value) : value;
}

/** Veltkamp's halves of 26 bits; scaled down where the multiplication would overflow. */
function split(value: number): [high: number, low: number] {
  if (Math.abs(value) > 2 ** 990) {
    const [high, low] = split(value * 2 ** -40);
    return [high * 2 ** 40, low * 2 ** 40];
  }
  const scaled = value * (2 ** 27 + 1);
  const high = scaled - (scaled - value);
  return [high, value - high];
}

const TERMS = 9;
const LN2 = DoubleDouble.sum(Math.LN2, 2.3190468138462996e-17);
const inverseFactorials = [DoubleDouble.of(1)];
for (let n = 1; n <= TERMS; n++) {
  inverseFactorials.push((inverseFactorials[n - 1] as DoubleDouble).over(n));
}
