import { DoubleDouble, sumOf } from './double-double.js';
import { type Layout, pick, rowsIn } from './layout.js';
import { Row, type Transform } from './row.js';

const of = DoubleDouble.of;

type Reduced = Layout & Transform & { readonly reduction?: 'mean' | 'sum' | 'none' | undefined };

function reduced(losses: readonly DoubleDouble[], reduction: Reduced['reduction'] = 'mean') {
  if (reduction === 'none') return Float64Array.from(losses, Number);
  const sum = sumOf(losses);
  return Float64Array.of((reduction === 'sum' ? sum : sum.over(losses.length)).valueOf());
}

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

export interface BinaryOptions extends Reduced {
  readonly weight?: ArrayLike<number> | undefined;
  readonly positiveWeight?: number | ArrayLike<number> | undefined;
}

/** log(1 + e^v) */
function softplus(v: DoubleDouble): DoubleDouble {
  const tail = v.abs().negated().exp().log1p();
  return v.hi > 0 ? v.plus(tail) : tail;
}

/** softcap * tanh(z / softcap) / temperature */
function transformed(z: number, { softcap, temperature = 1 }: Transform): DoubleDouble {
  let value = of(z);
  if (softcap !== undefined && !Number.isNaN(z)) {
    value = Number.isFinite(z)
      ? of(z).over(softcap).tanh().times(softcap)
      : of(Math.sign(z) * softcap);
  }
  return value.over(temperature);
}

/** w ((1 - y) softplus(z) + pw y softplus(-z)) of every logit z with its label y. */
export function binaryCrossEntropy(
  logits: ArrayLike<number>,
  targets: ArrayLike<number>,
  options: BinaryOptions = {},
): Float64Array {
  const { weight, positiveWeight = 1 } = options;
  const rows = rowsIn(logits, options);
  const losses = new Array<DoubleDouble>(logits.length);
  for (const indices of rows) {
    const perLogit = weight !== undefined && weight.length !== indices.length;
    indices.forEach((at, c) => {
      const w = weight?.[perLogit ? at : c] ?? 1;
      const positive = typeof positiveWeight === 'number' ? positiveWeight : positiveWeight[c];
      const label = of(targets[at] as number);
      const negativeFactor = of(1).minus(label).times(w);
      const positiveFactor = label.times(positive as number).times(w);
      const z = transformed(logits[at] as number, options);
      const term = (factor: DoubleDouble, v: DoubleDouble) =>
        factor.hi === 0 ? of(0) : factor.times(softplus(v));
      losses[at] = Number.isNaN(z.hi)
        ? z
        : term(negativeFactor, z).plus(term(positiveFactor, z.negated()));
    });
  }
  return reduced(losses, options.reduction);
}
