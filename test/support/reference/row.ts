import { DoubleDouble, sumOf, sumsOfOthers } from './double-double.js';

/** What is done to logits first: softcap * tanh(x / softcap) / temperature. */
export interface Transform {
  readonly temperature?: number | undefined;
  readonly softcap?: number | undefined;
}

const of = DoubleDouble.of;

/** softcap * tanh(x / softcap), and its derivative by x. */
function capped(x: number, softcap: number): [value: DoubleDouble, slope: DoubleDouble] {
  if (Number.isNaN(x)) return [of(NaN), of(NaN)];
  if (!Number.isFinite(x)) return [of(Math.sign(x) * softcap), of(0)];
  const inner = of(x).over(softcap);
  // The derivative is 4 e^-2u / (1 + e^-2u)^2, which does not cancel as 1 - tanh^2 would.
  const decay = inner.abs().scaled(1).negated().exp();
  const slope = decay.times(4).over(decay.plus(1).times(decay.plus(1)));
  return [inner.tanh().times(softcap), slope];
}

/**
 * A row of logits with all that the definitions need of it, to about 30 digits. Differences are
 * taken before the temperature divides, and a class's share of a sum is never a difference: the
 * smallest loss and the smallest 1 - p have all their digits.
 */
export class Row {
  /** Whether there is a softmax: no NaN, no +inf, not only -inf. */
  readonly regular: boolean;
  readonly classes: number;
  /** What the classes are ordered by: the logits, capped and rounded to float64. */
  readonly order: Float64Array;
  /** How far each transformed logit is below the largest. */
  readonly gap: readonly DoubleDouble[];
  /** log softmax, but for the sign: 0 or more. */
  readonly surprisal: readonly DoubleDouble[];
  readonly probability: readonly DoubleDouble[];
  /** 1 - probability. */
  readonly complement: readonly DoubleDouble[];
  readonly logSumExp: DoubleDouble;
  /** The largest transformed logit in magnitude: what rounding one of them is relative to. */
  readonly magnitude: number;
  readonly #slopes: readonly DoubleDouble[] | undefined;
  readonly #temperature: number;

  constructor(logits: ArrayLike<number>, { temperature = 1, softcap }: Transform = {}) {
    let values = Array.from(logits, of);
    if (softcap !== undefined) {
      const pairs = Array.from(logits, (x) => capped(x, softcap));
      values = pairs.map(([value]) => value);
      this.#slopes = pairs.map(([, slope]) => slope);
    }
    this.#temperature = temperature;
    this.classes = values.length;
    this.order = Float64Array.from(values, Number);
    const max = values.reduce((a, b) => {
      if (Number.isNaN(a.hi)) return a;
      return a.hi > b.hi || (a.hi === b.hi && a.lo >= b.lo) ? a : b;
    }, of(-Infinity));
    this.regular = Number.isFinite(max.hi);
    this.magnitude = values.reduce((most, { hi }) => {
      return Number.isFinite(hi) ? Math.max(most, Math.abs(hi / temperature)) : most;
    }, 0);
    if (!this.regular) {
      const nothing = values.map(() => of(NaN));
      this.gap = nothing;
      this.surprisal = nothing;
      this.probability = nothing;
      this.complement = nothing;
      this.logSumExp = max;
      return;
    }
    const below = values.map((value) => max.minus(value).over(temperature));
    const terms = below.map((gap) => gap.negated().exp());
    const others = sumsOfOthers(terms);
    const largest = below.findIndex((gap) => gap.hi === 0);
    const log = (others[largest] as DoubleDouble).log1p();
    const total = sumOf(terms);
    this.gap = below;
    this.surprisal = below.map((gap) => gap.plus(log));
    this.probability = terms.map((term) => term.over(total));
    this.complement = others.map((other) => other.over(total));
    this.logSumExp = max.over(temperature).plus(log);
  }

  /** A gradient by the transformed logit of class c as that by the logit itself. */
  byLogit(gradient: DoubleDouble, c: number): DoubleDouble {
    const slope = this.#slopes?.[c];
    return (slope === undefined ? gradient : gradient.times(slope)).over(this.#temperature);
  }
}
