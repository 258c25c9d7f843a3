import { DoubleDouble, sumOf } from './double-double.js';
import { pick, rowsIn } from './layout.js';
import { type Reduced, reduced } from './reduction.js';
import { Row } from './row.js';

const of = DoubleDouble.of;

/** e^-d - 1 + d: d^2 / 2 and so on where d is small. */
function excess(d: DoubleDouble): DoubleDouble {
  if (Math.abs(d.hi) > 0.01) return d.negated().expm1().plus(d);
  let power = d.times(d).scaled(-1);
  let sum = of(0);
  for (let n = 3; n < 20; n++) {
    sum = sum.plus(power);
    power = power.times(d.negated()).over(n);
  }
  return sum;
}

function divergence(x: Row, y: Row): DoubleDouble {
  if (!x.regular || !y.regular) return of(NaN);
  const gaps = x.surprisal.map((own, c) => (y.surprisal[c] as DoubleDouble).minus(own));
  const alike = gaps.every(({ hi }) => Math.abs(hi) < 0.5);
  // Both sums are equal since sum p e^-d = sum q = 1; the second does not cancel.
  return sumOf(
    x.probability.map((p, c) => {
      const gap = gaps[c] as DoubleDouble;
      return p.hi === 0 ? of(0) : p.times(alike ? excess(gap) : gap);
    }),
  );
}

/** KL(softmax(logits) || softmax(otherLogits)) of every row. */
export function klDivergence(
  logits: ArrayLike<number>,
  otherLogits: ArrayLike<number>,
  options: Reduced = {},
): Float64Array {
  const losses = rowsIn(logits, options).map((indices) =>
    divergence(
      new Row(pick(logits, indices), options),
      new Row(pick(otherLogits, indices), options),
    ),
  );
  return reduced(losses, options.reduction);
}
