// One row of logits by the definitions, in float64 with care: differences are taken before anything divides, each with
// what its rounding lost, and nothing that is small is a difference of large numbers. Good to some units of 2^-53
// where there is no soft cap; `slack` says what a soft cap's own rounding may do to a probability.

const U = 2 ** -53;

let size = 0;
function grow(row, n) {
  if (n <= size) return;
  size = 2 * n;
  for (const name of ['value', 'slope', 'gap', 'term']) row[name] = new Float64Array(size);
}

/** a b - product, exactly but for underflow. */
function productError(a, b, product) {
  const wideA = a * 134217729;
  const wideB = b * 134217729;
  const highA = wideA - (wideA - a);
  const highB = wideB - (wideB - b);
  const lowA = a - highA;
  const lowB = b - highB;
  const error = highA * highB - product + highA * lowB + lowA * highB + lowA * lowB;
  return error - error === 0 ? error : 0;
}

/** softcap tanh(x / softcap); below 2^-26 of the cap it is x itself. */
function capped(x, softcap) {
  const u = x / softcap;
  if (Math.abs(u) < 2 ** -26) return x;
  return softcap * Math.tanh(u);
}

/** Its derivative, without the cancellation of 1 - tanh^2. */
function slopeOf(x, softcap) {
  const e = Math.exp(-2 * Math.abs(x / softcap));
  return (4 * e) / ((1 + e) * (1 + e));
}

/** The row that was analysed last. Arrays have an element a class, and more. */
export const row = {
  classes: 0,
  /** What classes are ordered by: logits, capped. */
  value: new Float64Array(0),
  slope: new Float64Array(0),
  /** How far each is below the largest, transformed. */
  gap: new Float64Array(0),
  /** e^-gap. */
  term: new Float64Array(0),
  regular: false,
  /** The first of the largest. */
  largest: -1,
  /** The sum of all terms but that one's, and of all. */
  others: 0,
  total: 0,
  /** log(1 + others). */
  log: 0,
  logSumExp: 0,
  /** The largest finite transformed logit in magnitude. */
  magnitude: 0,
  /** What a soft cap's rounding may do to a logit, and to one that is transformed. */
  blur: 0,
  slack: 0,
  /** Whether two logits are further apart than float64 goes, before the temperature divides. */
  isBeyond: false,
  temperature: 1,

  /** Elements starts + offsets[c] of `values`. */
  load(values, start, offsets, classes, temperature, softcap) {
    grow(this, classes);
    this.classes = classes;
    this.temperature = temperature;
    const { value, slope, gap, term } = this;
    let max = -Infinity;
    let largest = -1;
    let isNumber = true;
    let most = 0;
    for (let c = 0; c < classes; c++) {
      const x = values[start + offsets[c]];
      let v = x;
      if (softcap > 0) {
        v = capped(x, softcap);
        slope[c] = slopeOf(x, softcap);
      }
      value[c] = v;
      if (Number.isNaN(v)) isNumber = false;
      if (v > max) {
        max = v;
        largest = c;
      }
      const magnitude = Math.abs(v);
      if (magnitude > most && magnitude < Infinity) most = magnitude;
    }
    this.largest = largest;
    this.magnitude = most / temperature;
    // A quotient by the cap that is no normal number has lost digits of its own.
    this.blur = softcap > 0 ? 16 * U * most + softcap * 2 ** -1072 : 0;
    this.slack = this.blur / temperature;
    this.regular = isNumber && max - max === 0;
    if (!this.regular) {
      this.logSumExp = isNumber ? max : NaN;
      return;
    }
    this.isBeyond = false;
    let sum = 0;
    let lost = 0;
    for (let c = 0; c < classes; c++) {
      const v = value[c];
      const difference = max - v;
      let distance = difference / temperature;
      let rest = 0;
      if (difference === Infinity && v !== -Infinity) {
        distance = 2 * ((max / 2 - v / 2) / temperature);
        this.isBeyond = true;
      } else if (difference > 0 && difference < Infinity) {
        const back = max - difference;
        rest = max - (difference + back) + (back - v);
        if (temperature !== 1) {
          const product = distance * temperature;
          rest += difference - product - productError(distance, temperature, product);
          rest /= temperature;
          if (!(Math.abs(rest) < 1)) rest = 0;
        }
      }
      gap[c] = distance;
      const e = Math.exp(-distance) * (1 - rest);
      term[c] = e;
      if (c === largest) continue;
      // Neumaier's sum.
      const next = sum + e;
      lost += sum >= e ? sum - next + e : e - next + sum;
      sum = next;
    }
    this.others = sum + lost;
    this.total = 1 + this.others;
    this.log = Math.log1p(this.others);
    this.logSumExp = max / temperature + this.log;
  },
  probability(c) {
    return this.term[c] / this.total;
  },
  /** 1 - p. */
  complement(c) {
    const rest = c === this.largest ? this.others : this.others - this.term[c] + 1;
    return rest / this.total;
  },
  /** -log p, 0 or more. */
  surprisal(c) {
    return this.gap[c] + this.log;
  },
  /** The derivative of the transformed logit by the logit as it was given. */
  derivative(c, softcap) {
    return (softcap > 0 ? this.slope[c] : 1) / this.temperature;
  },
};

/** A sum with what its additions lost. */
export class Sum {
  constructor() {
    this.high = 0;
    this.low = 0;
    /** Of the magnitudes. */
    this.size = 0;
  }
  add(x) {
    const next = this.high + x;
    const error = Math.abs(this.high) >= Math.abs(x) ? this.high - next + x : x - next + this.high;
    if (!Number.isNaN(error)) this.low += error;
    this.high = next;
    this.size += Math.abs(x);
  }
  get value() {
    const value = this.high + this.low;
    return Number.isNaN(value) ? this.high : value;
  }
}
