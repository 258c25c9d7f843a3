// The softmax, its logarithm, their sums and gradients by the definitions.
import {
  offOfGradient,
  offOfLog,
  offOfLogSumExp,
  offOfProbability,
  rounding,
  settingsOf,
} from './bounds.mjs';
import { densely, Expected, eachRow, LEAST64, logitsOf, MOST_SLACK, times } from './expected.mjs';
import { row, Sum } from './row.mjs';

function family(plan) {
  const settings = settingsOf(plan);
  const { temperature, softcap } = settings;
  const values = logitsOf(plan, 'logits');
  const perRow = plan.fn === 'logSumExp';
  const isLog = plan.fn === 'logSoftmax';
  const { rows, classes } = plan.layout;
  const out = new Expected('out', perRow ? rows : rows * classes);
  const at = densely(plan.layout);
  eachRow(plan, (r, start, offsets) => {
    row.load(values, start, offsets, classes, temperature, softcap);
    const { slack } = row;
    if (perRow) {
      const isNumber = Math.abs(row.logSumExp) < Infinity;
      out.set(r, row.logSumExp, isNumber ? offOfLogSumExp(settings, row.logSumExp) + slack : 0);
      return;
    }
    for (let c = 0; c < classes; c++) {
      const i = at(r, c);
      if (!row.regular) out.set(i, NaN, 0);
      else if (isLog) {
        const value = -row.surprisal(c);
        const off = value === -Infinity ? 0 : offOfLog(settings, value) + slack;
        // Known: a distance beyond the type is infinite before the temperature divides it.
        const isBeyond = row.gap[c] * temperature > (settings.isDouble ? Number.MAX_VALUE : 3.4e38);
        out.set(i, value, isBeyond ? NaN : off);
      } else {
        const p = row.probability(c);
        out.set(i, p, slack > MOST_SLACK ? NaN : offOfProbability(settings, p) + p * slack);
      }
    }
  });
  return [out];
}

function gradients(plan) {
  const isLog = plan.fn === 'logSoftmaxGradient';
  const { temperature, isDouble } = settingsOf(plan);
  const { rows, classes } = plan.layout;
  const results = logitsOf(plan, isLog ? 'logProbabilities' : 'probabilities');
  const g = logitsOf(plan, 'upstream');
  const out = new Expected('out', rows * classes);
  const at = densely(plan.layout);
  eachRow(plan, (r, start, offsets) => {
    const sum = new Sum();
    let isNumber = true;
    for (let c = 0; c < classes; c++) {
      const i = start + offsets[c];
      const own = g[i];
      if (Number.isNaN(own) || (!isLog && Number.isNaN(results[i]))) isNumber = false;
      sum.add(isLog ? own : times(results[i], own));
    }
    const total = sum.value;
    for (let c = 0; c < classes; c++) {
      const i = start + offsets[c];
      const own = g[i];
      let value;
      let size;
      const p = isLog ? Math.exp(results[i]) : results[i];
      if (isLog) {
        value = own - times(p, total);
        size = Math.abs(own) + times(p, sum.size);
      } else {
        value = times(p, own - total);
        size = times(Math.abs(p), Math.abs(own) + sum.size);
      }
      if (!isNumber || Number.isNaN(results[i])) {
        out.set(at(r, c), NaN, 0);
        continue;
      }
      value /= temperature;
      size /= temperature;
      const main = isLog ? (Math.abs(own) + times(p, Math.abs(total))) / temperature : value;
      const off = isDouble
        ? 1e-14 * size + rounding(true, value) + (2 * LEAST64) / Math.min(temperature, 1)
        : offOfGradient(Math.abs(main), size, p);
      // Infinite terms of both signs, and what overflows on the way, are nobody's promise.
      const isOverflow = !(size < 1e300) && Math.abs(value) !== Infinity;
      const isBoth =
        (Math.abs(own) === Infinity && Math.abs(total) === Infinity) || Number.isNaN(total);
      const unsure = isOverflow || isBoth || (isLog && results[i] > 600);
      out.set(at(r, c), value, unsure ? NaN : Math.abs(value) === Infinity ? 0 : off);
    }
  });
  return [out];
}

export {
  family as softmax,
  family as logSoftmax,
  family as logSumExp,
  gradients as softmaxGradient,
  gradients as logSoftmaxGradient,
};
