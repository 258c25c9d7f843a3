// The losses of rows as a result.
import { rounding } from './bounds.mjs';
import { LEAST64, one, U } from './expected.mjs';
import { Sum } from './row.mjs';

/** The losses of rows as a result: all of them, or their sum, or their mean. */
export function reduced(plan, losses, denominator, denominatorOff, isDouble) {
  const { rows } = plan.layout;
  if (plan.reduction === 'none') {
    for (let r = 0; r < rows; r++) losses.off[r] += rounding(isDouble, losses.value[r]);
    return losses;
  }
  const sum = new Sum();
  let off = 0;
  for (let r = 0; r < rows; r++) {
    sum.add(losses.value[r]);
    off += losses.off[r];
  }
  off += (rows + 4) * U * sum.size + LEAST64;
  if (plan.reduction === 'sum') return one('total', sum.value, off);
  if (plan.empty && plan.given.emptyMean === 'zero') return one('total', 0, 0);
  if (plan.empty) return one('total', NaN, 0);
  const value = sum.value / denominator;
  const unsure = denominator === 0 || !Number.isFinite(denominator) || denominatorOff > 1e-3;
  return one(
    'total',
    value,
    unsure ? NaN : off / Math.abs(denominator) + Math.abs(value) * (denominatorOff + 2 * U),
  );
}

/** What the mean divides by, and how unsure its own sum is, relative to it. */
export function denominatorOf(plan, weight) {
  if (!plan.isIndexed) return { denominator: plan.layout.rows, off: 0 };
  const sum = new Sum();
  for (let r = 0; r < plan.layout.rows; r++) {
    const target = Number(plan.targets[r]);
    if (!plan.ignored.includes(target)) sum.add(weight === undefined ? 1 : weight[target]);
  }
  const exact =
    weight === undefined ? 0 : ((plan.layout.rows + 2) * U * sum.size) / Math.abs(sum.value);
  return { denominator: sum.value, off: exact };
}
