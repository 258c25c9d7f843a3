import { DoubleDouble } from './double-double.js';
import { rowsIn } from './layout.js';
import { type Reduced, reduced } from './reduction.js';
import type { Transform } from './row.js';

const of = DoubleDouble.of;

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
export function transformed(z: number, { softcap, temperature = 1 }: Transform): DoubleDouble {
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
