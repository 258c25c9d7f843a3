// What a call's numbers are by the definitions, and how far each may be off: the bounds of native/NUMERICS.md, section 5,
// and of the tests that it names, with what rounding does to the reference itself (some units of 2^-53).
import { nameOf } from './contract.mjs';
import { decoded } from './halves.mjs';
import { placesOf } from './layout.mjs';
import { row, Sum } from './row.mjs';

export const U = 2 ** -53;
const LEAST64 = 2 ** -1074;
/** Beyond it a soft cap's rounding leaves nothing to compare. */
const MOST_SLACK = 0.01;

const single = new Float32Array(1);
const word = new Uint32Array(single.buffer);
/** The distance of float32 values at x. */
export function ulp32(x) {
  single[0] = x;
  const exponent = (word[0] >>> 23) & 255;
  return 2 ** (Math.max(exponent, 1) - 150);
}

const pools = new Map();
/** Working memory by name, valid until it is asked for again. */
export function pool(name, length) {
  let array = pools.get(name);
  if (array === undefined || array.length < length) {
    array = new Float64Array(Math.max(64, 2 * length));
    pools.set(name, array);
  }
  return array;
}

/** All elements of an array as numbers. */
export function numbersOf(array, element, name) {
  const values = pool(`values of ${name}`, array.length);
  if (element === 'float16' || element === 'bfloat16') {
    const table = decoded[element];
    const bits =
      array instanceof Uint16Array
        ? array
        : new Uint16Array(array.buffer, array.byteOffset, array.length);
    for (let i = 0; i < array.length; i++) values[i] = table[bits[i]];
  } else {
    for (let i = 0; i < array.length; i++) values[i] = Number(array[i]);
  }
  return values;
}

/** Numbers, each with how far it may be off: NaN for what nothing is said about. */
export class Expected {
  constructor(name, length) {
    this.name = name;
    this.length = length;
    this.value = pool(`value ${name}`, length);
    this.off = pool(`off ${name}`, length);
  }
  set(at, value, off) {
    this.value[at] = value;
    this.off[at] = off;
  }
}
const one = (name, value, off) => {
  const expected = new Expected(name, 1);
  expected.set(0, value, off);
  return expected;
};

/** The options of a plan as numbers, and bounds by its arithmetic. */
function settingsOf(plan) {
  const { temperature = 1, softcap = 0, threads: _, ...given } = plan.given;
  const isDouble = plan.element === 'float64';
  const isTransformed = temperature !== 1 || softcap > 0;
  return { ...given, temperature, softcap, isDouble, isTransformed };
}

/** Rounding of a result to its type. */
const rounding = (isDouble, value) =>
  isDouble ? U * Math.abs(value) + LEAST64 : ulp32(value) * 0.505;

function offOfProbability({ isDouble, isTransformed }, p) {
  if (isDouble) return (isTransformed ? 2e-15 : 1e-15) * p + 5 * U * p + 2 * LEAST64;
  const core = 0.88 + (isTransformed ? 0.18 : 0);
  return (core + 0.5) * ulp32(p) + p * offOfSum(row.classes, isTransformed);
}

/**
 * What a sum of float32 terms may be off by, relative to it: the exponential core's 0.88 ulp, what a temperature adds to
 * it, and as many roundings as the tree of a group of 64 has that add anything but 0 (sections 2 and 4).
 */
export function offOfSum(classes, isTransformed) {
  const additions = Math.max(0, Math.min(3, Math.ceil(Math.log2(classes / 8))));
  return (0.88 + (isTransformed ? 0.18 : 0)) * 2 ** -23 + additions * 2 ** -24;
}

/** Of log p, which is as good relative to itself however small it is; from subnormal terms on each has its own rounding. */
function offOfLog({ isDouble }, value) {
  if (isDouble) return 2e-15 * Math.abs(value) + (row.classes + 4) * LEAST64;
  return 4 * ulp32(value);
}

export function offOfLogSumExp({ isDouble, isTransformed }, value) {
  const size = Math.abs(value);
  if (isDouble) return (1e-15 + 2 * U) * Math.max(size, 1) + U * row.magnitude;
  // log S is off by what S is, whatever is left of it.
  return (
    offOfSum(row.classes, isTransformed) +
    0.505 * ulp32(value) +
    (isTransformed ? 2 ** -46 * row.magnitude : 0)
  );
}

const LOSS = { single: 4e-7, singleTransformed: 4e-7, double: 1e-15, doubleTransformed: 2e-15 };
const LOSS_OF_TERMS = { ...LOSS, double: 2e-15 };
const GRADIENT = { ...LOSS, double: 2e-15 };
const pick = (bounds, { isDouble, isTransformed }) =>
  bounds[`${isDouble ? 'double' : 'single'}${isTransformed ? 'Transformed' : ''}`];

/** Calls for each row, by its places. */
function eachRow(plan, visit) {
  const { rows, classes } = plan.layout;
  const { starts, offsets } = placesOf(plan.layout);
  for (let r = 0; r < rows; r++) visit(r, starts[r], offsets, classes);
}

/** Where element c of row r is in a dense array of this layout. */
function densely({ classes, inner }) {
  return (r, c) => {
    const i = r % inner;
    return ((r - i) / inner) * classes * inner + c * inner + i;
  };
}

const logitsOf = (plan, name) => numbersOf(plan.arrays[name], plan.element, name);

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

/** The losses of rows as a result: all of them, or their sum, or their mean. */
function reduced(plan, losses, denominator, denominatorOff, isDouble) {
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
function denominatorOf(plan, weight) {
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

const times = (coefficient, value) => (coefficient === 0 ? 0 : coefficient * value);

function nll(plan) {
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
function crossEntropy(plan) {
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
      // Known: where the class that all is counted from is far below the others, its term is a raised one (section 3.2).
      if (!isPlain && c === pivot && !isDouble)
        off += Math.abs(k) * (total.size + 2 * lseSize) * byLogit * 2 ** -151;
      // What a product of factors makes of numbers below the normal ones.
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

function klDivergence(plan) {
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

function binaryCrossEntropy(plan) {
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
      const error = 8 * U * Math.min(Math.abs(z), 800);
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
      if (isLog) {
        const p = Math.exp(results[i]);
        value = own - times(p, total);
        size = Math.abs(own) + times(p, sum.size);
      } else {
        const p = results[i];
        value = times(p, own - total);
        size = times(Math.abs(p), Math.abs(own) + sum.size);
      }
      if (!isNumber || Number.isNaN(results[i])) {
        out.set(at(r, c), NaN, 0);
        continue;
      }
      value /= temperature;
      size /= temperature;
      const off =
        1e-14 * size + rounding(isDouble, value) + (2 * LEAST64) / Math.min(temperature, 1);
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

const computations = {
  softmax: family,
  logSoftmax: family,
  logSumExp: family,
  softmaxGradient: gradients,
  logSoftmaxGradient: gradients,
  crossEntropy,
  crossEntropyWithGradient: crossEntropy,
  nllLoss: nll,
  klDivergence,
  binaryCrossEntropy,
};

/** Every number that the call of a plan results in: 'out', 'gradient', 'total'. */
export function referenceOf(plan) {
  return computations[plan.fn](plan);
}
