// Losses of classes by the definitions.

import { nameOf } from '../verdict.mjs';
import { GRADIENT, LOSS, LOSS_OF_TERMS, pick, rounding, settingsOf } from './bounds.mjs';
import {
  densely,
  Expected,
  eachRow,
  LEAST64,
  logitsOf,
  MOST_SLACK,
  pool,
  times,
  U,
  ulp32,
} from './expected.mjs';
import { denominatorOf, reduced } from './reduce.mjs';
import { row, Sum } from './row.mjs';

export function nllLoss(plan) {
  const values = logitsOf(plan, 'logProbabilities');
  const { weight } = plan.given;
  const isDouble = plan.element === 'float64';
  const losses = new Expected(plan.reduction === 'none' ? 'out' : 'losses', plan.layout.rows);
  eachRow(plan, (r, start, offsets) => {
    const target = Number(plan.targets[r]);
    if (plan.ignored.includes(target)) return losses.set(r, 0, 0);
    const w = weight === undefined ? 1 : weight[target];
    const x = values[start + offsets[target]];
    const loss = w === 0 && !Number.isNaN(x) ? 0 : -w * x;
    losses.set(r, loss, U * Math.abs(loss));
  });
  const { denominator, off } = denominatorOf(plan, weight);
  return [reduced(plan, losses, denominator, off, isDouble)];
}

/**
 * A row's loss with all its coefficients and its gradient: the loss is sum a (lse - x) + zLoss lse^2, the gradient
 * k ((A + 2 zLoss lse) p - a).
 */
export function crossEntropy(plan) {
  const settings = settingsOf(plan);
  const { temperature, softcap, isDouble, weight, labelSmoothing = 0, zLoss = 0 } = settings;
  const { rows, classes } = plan.layout;
  const values = logitsOf(plan, 'logits');
  const wants = plan.fn === 'crossEntropyWithGradient';
  const gradient = wants ? new Expected('gradient', rows * classes) : undefined;
  const losses = new Expected(plan.reduction === 'none' ? 'out' : 'losses', rows);
  const at = densely(plan.layout);
  const q = plan.isIndexed ? undefined : plan.targets;
  const hasProbabilities = /^Float/.test(nameOf(q) ?? '');
  const spread = labelSmoothing / classes;
  const keep = 1 - labelSmoothing;
  const isPlain = !hasProbabilities && labelSmoothing === 0 && zLoss === 0;
  const a = pool('coefficients', classes);
  const { denominator, off: denominatorOff } = denominatorOf(plan, weight);
  const upstream = settings.upstream ?? 1;
  const isEmptyZero = plan.empty && plan.reduction === 'mean' && plan.given.emptyMean === 'zero';
  const scaleOf = (r) => {
    const factor = typeof upstream === 'number' ? upstream : upstream[r];
    if (plan.reduction !== 'mean') return factor;
    return plan.empty ? NaN : factor / denominator;
  };
  const unsureMean =
    plan.reduction === 'mean' &&
    (denominatorOff > 1e-3 || !Number.isFinite(denominator) || denominator === 0) &&
    !plan.empty;
  const fillGradient = (r, value, off) => {
    for (let c = 0; c < classes; c++) gradient.set(at(r, c), value, off);
  };

  eachRow(plan, (r, start, offsets) => {
    const target = hasProbabilities ? -1 : Number(plan.targets[r]);
    const isIgnored = !hasProbabilities && plan.ignored.includes(target);
    if (isIgnored || (isEmptyZero && !hasProbabilities)) {
      losses.set(r, 0, 0);
      if (wants) fillGradient(r, 0, 0);
      return;
    }
    const k = scaleOf(r);
    if (classes === 0) {
      losses.set(r, 0, 0);
      return;
    }
    // The coefficients. What is said of infinite ones, or of NaN among them, is nothing.
    let usual = true;
    let isNumber = true;
    const total = new Sum();
    let pivot = target;
    for (let c = 0; c < classes; c++) {
      const own = hasProbabilities ? q[at(r, c)] : c === target ? 1 : 0;
      const w = weight === undefined ? 1 : weight[c];
      const kept = own * keep + spread;
      a[c] = kept === 0 && !hasProbabilities && labelSmoothing === 0 ? 0 : w * kept;
      if (!(Math.abs(a[c]) < 1e150)) usual = false;
      if (Number.isNaN(own) && w !== 0) isNumber = false;
      total.add(a[c]);
      if (pivot < 0 || (hasProbabilities && own > q[at(r, pivot)])) pivot = c;
    }
    row.load(values, start, offsets, classes, temperature, softcap);
    const { slack } = row;
    if (!row.regular || !isNumber) {
      losses.set(r, NaN, 0);
      if (wants) fillGradient(r, NaN, 0);
      return;
    }
    if (!usual) {
      losses.set(r, NaN, NaN);
      if (wants) fillGradient(r, NaN, NaN);
      return;
    }
    const lse = row.logSumExp;
    const loss = new Sum();
    for (let c = 0; c < classes; c++) if (a[c] !== 0) loss.add(a[c] * row.surprisal(c));
    const lseSize = zLoss * Math.max(Math.abs(lse), 1);
    loss.add(times(zLoss, lse * lse));
    let scale = isPlain ? Math.abs(loss.value) : loss.size + lseSize * Math.abs(lse);
    // Known: all is counted from one class, the target or that of the largest probability. Where its own coefficient is
    // a small one, the terms are differences of larger ones.
    if (!isPlain && 8 * Math.abs(a[pivot]) < total.size) {
      for (let c = 0; c < classes; c++) {
        const distance = Math.abs(row.gap[c] - row.gap[pivot]);
        if (a[c] !== 0 && distance < Infinity)
          scale += Math.abs(a[c]) * (distance + row.surprisal(pivot));
      }
    }
    const bound = pick(isPlain ? LOSS : LOSS_OF_TERMS, settings) + 6 * U;
    // A coefficient is rounded twice, and a distance takes over the error of the logit that it is of.
    // Known: sums beside that of the exponentials are not compensated, and their products come before the temperature.
    const summed = isPlain ? 0 : (classes / 128) * U * scale;
    const lossOff =
      bound * scale +
      summed +
      slack * (total.size + 2 * lseSize) +
      (classes + 4) * LEAST64 * (isPlain ? 1 : Math.max(1, 1 / temperature));
    // Known: distances, and sums of their products, beyond float64 are infinite before the temperature divides them.
    const reach = 2 * Math.max(1, total.size) * row.magnitude * temperature;
    const isBeyond = row.isBeyond || (!isPlain && !(reach < 1e308));
    const isSure = slack < MOST_SLACK && scale < 1e300 && row.magnitude < 1e300 && !isBeyond;
    const infinite = Math.abs(loss.value) === Infinity;
    losses.set(r, loss.value, isSure ? lossOff : NaN);
    if (infinite && row.magnitude < 1e300 && !isBeyond) losses.off[r] = 0;
    if (!(loss.size < Infinity) && Number.isNaN(loss.value)) losses.off[r] = NaN;
    if (!wants) return;
    if (Number.isNaN(k)) return fillGradient(r, NaN, 0);
    const push = times(2 * zLoss, lse);
    const relative = pick(GRADIENT, settings) + 6 * U;
    for (let c = 0; c < classes; c++) {
      const p = row.probability(c);
      const pulled = times(total.value - a[c], p);
      const keptPart = times(a[c], row.complement(c));
      const byLogit = row.derivative(c, softcap);
      const i = at(r, c);
      const value =
        k *
        ((isPlain ? (c === target ? -keptPart : times(a[target], p)) : pulled - keptPart) +
          times(push, p)) *
        byLogit;
      const size = Math.abs(k) * (total.size * p + Math.abs(a[c]) + 2 * lseSize * p) * byLogit;
      let off = relative * size + rounding(isDouble, value);
      // Without options the share of the target is no difference.
      if (isPlain && c === target) {
        off = isDouble ? relative * Math.abs(value) + LEAST64 : 4 * ulp32(value);
        if (settings.isTransformed) off += (relative + 2 * slack) * Math.abs(value);
      }
      off += 4 * slack * size + denominatorOff * size;
      // Known: as of the loss, the sum of all coefficients is not compensated.
      if (!isPlain) off += (classes / 128) * U * Math.abs(k) * total.size * p * byLogit;
      // Known: where the class that all is counted from is far below the others, its term is a raised one (section 3.2).
      if (!isPlain && c === pivot && !isDouble)
        off += Math.abs(k) * (total.size + 2 * lseSize) * byLogit * 2 ** -151;
      // Known: so near the smallest normal number, factors on the way are below it and keep fewer digits.
      if (isDouble && Math.abs(value) < 1e-285) off += 1e-12 * Math.abs(value) + 1e-316;
      // What a product of factors makes of numbers below the normal ones.
      off += 4 * LEAST64 * Math.abs(k) * (total.size + 2 * lseSize);
      off +=
        Math.abs(k * byLogit) * LEAST64 * (classes + 8) + (isDouble ? (classes + 4) * LEAST64 : 0);
      const unsure =
        !isSure || unsureMean || !(size < 1e300) || !(Math.abs(k) < 1e300 * temperature);
      gradient.set(i, value, unsure ? NaN : off);
    }
  });
  const total = reduced(plan, losses, denominator, denominatorOff, isDouble);
  return wants ? [total, gradient] : [total];
}

export { crossEntropy as crossEntropyWithGradient };
