import { DoubleDouble, sumOf } from './double-double.js';
import { type Layout, pick, rowsIn } from './layout.js';
import { Row, type Transform } from './row.js';

/** Applies a function to every row of an array; results are laid out as it. */
function alongRows(
  array: ArrayLike<number>,
  layout: Layout,
  compute: (indices: readonly number[]) => ArrayLike<number>,
): Float64Array {
  const result = new Float64Array(array.length);
  for (const indices of rowsIn(array, layout)) {
    const values = compute(indices);
    indices.forEach((at, c) => {
      result[at] = values[c] as number;
    });
  }
  return result;
}

type LogitsOptions = Layout & Transform;

export function preciseSoftmax(logits: ArrayLike<number>, options: LogitsOptions = {}) {
  return alongRows(logits, options, (indices) =>
    new Row(pick(logits, indices), options).probability.map(Number),
  );
}

export function preciseLogSoftmax(logits: ArrayLike<number>, options: LogitsOptions = {}) {
  return alongRows(logits, options, (indices) =>
    new Row(pick(logits, indices), options).surprisal.map((value) => 0 - value.valueOf()),
  );
}

export function preciseLogSumExp(logits: ArrayLike<number>, options: LogitsOptions = {}) {
  return Float64Array.from(rowsIn(logits, options), (indices) =>
    new Row(pick(logits, indices), options).logSumExp.valueOf(),
  );
}

export type GradientOptions = Layout & Pick<Transform, 'temperature'>;

/** A gradient, and the sum of its terms' magnitudes, which rounding errors are relative to. */
export interface Sized {
  readonly values: Float64Array;
  readonly scale: Float64Array;
}

/** p (g - sum g p) / temperature; where p is 0, an infinite g contributes 0 and the result is 0. */
export function softmaxGradient(
  probabilities: ArrayLike<number>,
  upstream: ArrayLike<number>,
  options: GradientOptions = {},
): Sized {
  const { temperature = 1 } = options;
  const values = new Float64Array(probabilities.length);
  const scale = new Float64Array(probabilities.length);
  for (const indices of rowsIn(probabilities, options)) {
    const p = pick(probabilities, indices);
    const g = pick(upstream, indices);
    const masked = p.map((value, c) =>
      value === 0 && Math.abs(g[c] as number) === Infinity ? 1 : 0,
    );
    const terms = Array.from(p, (value, c) =>
      DoubleDouble.product(value, masked[c] ? 0 : (g[c] as number)),
    );
    const total = sumOf(terms);
    const size = sumOf(terms.map((term) => term.abs())).valueOf();
    indices.forEach((at, c) => {
      const own = masked[c] ? 0 : (g[c] as number);
      values[at] = DoubleDouble.of(own)
        .minus(total)
        .times(p[c] as number)
        .over(temperature)
        .valueOf();
      scale[at] = (Math.abs(p[c] as number) * (Math.abs(own) + size)) / temperature;
    });
  }
  return { values, scale };
}

/** (g - e^logp sum g) / temperature. */
export function logSoftmaxGradient(
  logProbabilities: ArrayLike<number>,
  upstream: ArrayLike<number>,
  options: GradientOptions = {},
): Sized {
  const { temperature = 1 } = options;
  const values = new Float64Array(logProbabilities.length);
  const scale = new Float64Array(logProbabilities.length);
  for (const indices of rowsIn(logProbabilities, options)) {
    const g = Array.from(pick(upstream, indices), DoubleDouble.of);
    const total = sumOf(g);
    const size = sumOf(g.map((term) => term.abs())).valueOf();
    indices.forEach((at, c) => {
      const p = DoubleDouble.of(logProbabilities[at] as number).exp();
      const own = g[c] as DoubleDouble;
      values[at] = own.minus(p.times(total)).over(temperature).valueOf();
      scale[at] = (Math.abs(own.hi) + Math.abs(p.hi) * size) / temperature;
    });
  }
  return { values, scale };
}
