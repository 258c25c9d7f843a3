// The divergence of rows, and the losses of labels, by the definitions.
import { rounding, settingsOf } from './bounds.mjs';
import {
  densely,
  Expected,
  eachRow,
  LEAST64,
  logitsOf,
  MOST_SLACK,
  one,
  pool,
  times,
  U,
} from './expected.mjs';
import { reduced } from './reduce.mjs';
import { row, Sum } from './row.mjs';

export function klDivergence(plan) {
  const settings = settingsOf(plan);
  const { temperature, softcap, isDouble } = settings;
  const { rows, classes } = plan.layout;
  const x = logitsOf(plan, 'logits');
  const y = logitsOf(plan, 'otherLogits');
  const losses = new Expected(plan.reduction === 'none' ? 'out' : 'losses', rows);
  const p = pool('p', classes);
  const gap = pool('gap', classes);
  eachRow(plan, (r, start, offsets) => {
    row.load(x, start, offsets, classes, temperature, softcap);
    const isRegular = row.regular;
    if (isRegular) {
      for (let c = 0; c < classes; c++) {
        p[c] = row.probability(c);
        gap[c] = row.gap[c];
      }
    }
    let { log, magnitude, slack, isBeyond } = row;
    row.load(y, start, offsets, classes, temperature, softcap);
    if (!isRegular || !row.regular) return losses.set(r, NaN, 0);
    magnitude += row.magnitude;
    slack += row.slack;
    isBeyond ||= row.isBeyond;
    log = row.log - log;
    // The distances log p - log q, and their mean under p.
    const plain = new Sum();
    let close = true;
    for (let c = 0; c < classes; c++) {
      const distance = row.gap[c] - gap[c] + log;
      if (p[c] === 0) {
        // What the second sum below would leave out.
        if (row.term[c] > 0) close = false;
        continue;
      }
      plain.add(p[c] * distance);
      if (!(Math.abs(distance) < 0.5)) close = false;
      gap[c] = distance;
    }
    let value = plain.value;
    if (close) {
      const excess = new Sum();
      for (let c = 0; c < classes; c++) if (p[c] !== 0) excess.add(p[c] * excessOf(gap[c]));
      value = excess.value;
    }
    // Distances are off by what the logits' own size makes of rounding; the divergence is of second order in them.
    const blur = 8 * U * (magnitude + 2 + Math.log(classes));
    const off =
      16 * U * Math.abs(value) +
      blur * Math.min(1, 2 * Math.sqrt(Math.abs(value))) +
      blur * blur +
      // Known: some units of 2^-53 in rows of thousands of classes, which nothing derives yet.
      (classes > 1000 ? 8 * U : 0) +
      2 * slack * (1 + plain.size);
    const isSure = slack < MOST_SLACK && magnitude < 1e300 && !isBeyond;
    losses.set(r, value, value === Infinity && !isBeyond ? 0 : isSure ? off : NaN);
  });
  return [reduced(plan, losses, rows, 0, isDouble)];
}

/** e^-d - 1 + d without cancellation, for |d| < 0.5. */
function excessOf(d) {
  if (Math.abs(d) > 0.05) return Math.expm1(-d) + d;
  let power = (d * d) / 2;
  let sum = 0;
  for (let n = 3; n < 16; n++) {
    sum += power;
    power *= -d / n;
  }
  return sum;
}

export function binaryCrossEntropy(plan) {
  const settings = settingsOf(plan);
  const { temperature, softcap, isDouble, weight, positiveWeight = 1 } = settings;
  const { rows, classes } = plan.layout;
  const values = logitsOf(plan, 'logits');
  const { targets } = plan;
  const at = densely(plan.layout);
  const perLogit = weight !== undefined && weight.length === rows * classes;
  const out = new Expected('out', rows * classes);
  eachRow(plan, (r, start, offsets) => {
    for (let c = 0; c < classes; c++) {
      const i = at(r, c);
      const x = values[start + offsets[c]];
      let z = x;
      if (softcap > 0) z = x - x === 0 ? cappedOf(x, softcap) : x * softcap;
      if (softcap > 0 && Math.abs(x) === Infinity) z = Math.sign(x) * softcap;
      z /= temperature;
      const y = Number(targets[i]);
      const w = weight === undefined ? 1 : weight[perLogit ? i : c];
      const v = typeof positiveWeight === 'number' ? positiveWeight : positiveWeight[c];
      const tail = Math.log1p(Math.exp(-Math.abs(z)));
      const positive = v * y;
      const negative = 1 - y;
      const a = times(negative, Math.max(z, 0) + tail);
      const b = times(positive, Math.max(-z, 0) + tail);
      const loss = Number.isNaN(z) ? NaN : times(w, a + b);
      const size = Math.abs(w) * (Math.abs(a) + Math.abs(b));
      // Float32 lanes: native/NUMERICS.md, 8.
      const inFloats = !isDouble && softcap === 0;
      const error = inFloats ? 4e-7 : 8 * U * Math.min(Math.abs(z), 800);
      const factors = [w, v, y].every((factor) => Math.abs(factor) < 1e100);
      const unsure = !factors || (Number.isNaN(loss) && !Number.isNaN(z));
      out.set(
        i,
        loss,
        unsure ? NaN : Math.abs(loss) === Infinity ? 0 : (1e-14 + error) * size + LEAST64,
      );
    }
  });
  if (plan.reduction === 'none') {
    for (let i = 0; i < out.length; i++) out.off[i] += rounding(isDouble, out.value[i]);
    return [out];
  }
  const sum = new Sum();
  let off = 0;
  for (let i = 0; i < out.length; i++) {
    sum.add(out.value[i]);
    off += out.off[i];
  }
  off += (out.length + 4) * U * sum.size;
  const divisor = plan.reduction === 'mean' ? out.length : 1;
  return [one('total', sum.value / divisor, out.length === 0 ? 0 : off / divisor + LEAST64)];
}

function cappedOf(x, softcap) {
  const u = x / softcap;
  return Math.abs(u) < 2 ** -26 ? x : softcap * Math.tanh(u);
}
