// What score and Evaluator tell of rows, by the definitions.

import { placesOf } from '../layout.mjs';
import { offOfLogSumExp } from './bounds.mjs';
import { Expected, LEAST64, MOST_SLACK, numbersOf, pool } from './expected.mjs';
import { row, Sum } from './row.mjs';

const LEAST32 = 2 ** -149;

/** Bounds of numbers that are good relative to themselves, and of entropies. */
function boundsOf(isDouble) {
  if (isDouble) return { relative: 2e-15, entropy: 1e-13, least: LEAST64 };
  return { relative: 4e-7, entropy: 1e-6, least: LEAST32 };
}

/** Whole numbers, each with the least and the most that it may be. */
export class Integers {
  constructor(name, length) {
    this.name = name;
    this.length = length;
    this.least = pool(`least ${name}`, length);
    this.most = pool(`most ${name}`, length);
  }
  set(at, least, most = least) {
    this.least[at] = least;
    this.most[at] = most;
  }
}

/** -sum p log p, and what subnormal probabilities of float32 may take from it. */
function entropyOf(isDouble) {
  const sum = new Sum();
  let floor = 0;
  for (let c = 0; c < row.classes; c++) {
    const p = row.probability(c);
    if (p > 0) sum.add(p * row.surprisal(c));
    if (!isDouble && p < 2 ** -120) floor += LEAST32 * Math.min(row.surprisal(c), 1000);
  }
  return { value: sum.value, floor };
}

/** The rank of a class: all that it may be, where a soft cap's rounding makes others equal to it. */
function rankOf(target, ties, blur) {
  const own = row.value[target];
  let least = 1;
  let most = 1;
  for (let c = 0; c < row.classes; c++) {
    if (c === target) continue;
    const other = row.value[c];
    if (other > own + blur) {
      least++;
      most++;
    } else if (blur > 0 && other >= own - blur) {
      most++;
    } else if (other === own && (ties === 'max' || (ties === 'index' && c < target))) {
      least++;
      most++;
    }
  }
  return [least, most];
}

/** The classes from the largest logit down, of equal ones the lower first. */
function ranking() {
  return Array.from({ length: row.classes }, (_, c) => c).sort(
    (a, b) =>
      row.value[b] - row.value[a] ||
      (row.value[a] === row.value[b] ? a - b : row.value[a] < row.value[b] ? 1 : -1),
  );
}

/** Everything of a score's result; indices of `top` are checked by their values. */
export function scoresOf(plan) {
  const {
    temperature = 1,
    softcap = 0,
    ties = 'min',
    top,
    ids,
    rank = true,
    entropy = false,
    margin = false,
  } = plan.given;
  const isDouble = plan.element === 'float64';
  const isTransformed = temperature !== 1 || softcap > 0;
  const { relative, entropy: entropyBound, least } = boundsOf(isDouble);
  const { rows, classes } = plan.layout;
  const values = numbersOf(plan.arrays.logits, plan.element, 'logits');
  const hasTargets = plan.targets !== undefined;
  const k = top === undefined ? 0 : Math.min(top, classes);
  const perRow = ids === undefined || rows === 0 ? 0 : ids.length / rows;
  const floats = (name, wanted, length = rows) => (wanted ? new Expected(name, length) : undefined);
  const integers = (name, wanted, length = rows) =>
    wanted ? new Integers(name, length) : undefined;
  const result = {
    counts: { rows, ignored: 0, notFinite: 0 },
    logSumExp: floats('logSumExp', true),
    predictions: integers('predictions', true),
    maxLogProbs: floats('maxLogProbs', true),
    logProbs: floats('logProbs', hasTargets),
    ranks: integers('ranks', hasTargets && rank),
    entropies: floats('entropies', entropy),
    margins: floats('margins', margin),
    indices: integers('indices', top !== undefined, rows * k),
    topLogProbs: floats('topLogProbs', top !== undefined, rows * k),
    idLogProbs: floats('idLogProbs', ids !== undefined, rows * perRow),
    k: top === undefined ? undefined : k,
  };
  const setAll = (r, logSumExp, number) => {
    result.logSumExp.set(r, logSumExp, 0);
    result.predictions.set(r, -1);
    result.ranks?.set(r, 0);
    for (const name of ['maxLogProbs', 'logProbs', 'entropies', 'margins'])
      result[name]?.set(r, number, 0);
    for (let i = r * k; i < (r + 1) * k; i++) {
      result.indices.set(i, -1);
      result.topLogProbs.set(i, number, 0);
    }
    for (let i = r * perRow; i < (r + 1) * perRow; i++) result.idLogProbs.set(i, number, 0);
  };
  const { starts, offsets } = placesOf(plan.layout);
  for (let r = 0; r < rows; r++) {
    const target = hasTargets ? Number(plan.targets[r]) : -1;
    if (hasTargets && plan.ignored.includes(target)) {
      setAll(r, 0, 0);
      result.counts.ignored++;
      continue;
    }
    row.load(values, starts[r], offsets, classes, temperature, softcap);
    if (!row.regular) {
      setAll(r, row.logSumExp, NaN);
      result.counts.notFinite++;
      continue;
    }
    const { slack, blur, largest } = row;
    const offOfLog = (value) =>
      value === -Infinity
        ? 0
        : relative * Math.abs(value) + (isDouble ? classes + 4 : 1) * least + slack;
    const setLog = (expected, at, c) => {
      const value = -row.surprisal(c);
      expected?.set(at, value, slack > MOST_SLACK ? NaN : offOfLog(value));
    };
    const lse = row.logSumExp;
    result.logSumExp.set(r, lse, offOfLogSumExp({ isDouble, isTransformed }, lse) + slack);
    if (blur === 0) result.predictions.set(r, largest);
    else result.predictions.set(r, 0, classes - 1);
    setLog(result.maxLogProbs, r, largest);
    if (hasTargets) setLog(result.logProbs, r, target);
    if (result.ranks) result.ranks.set(r, ...rankOf(target, ties, blur));
    if (entropy) {
      const { value, floor } = entropyOf(isDouble);
      const off =
        entropyBound * value +
        floor +
        (isDouble ? classes + 4 : 1) * least +
        2 * slack * (1 + value);
      result.entropies.set(r, value, slack > MOST_SLACK ? NaN : off);
    }
    if (margin) {
      let second = Infinity;
      for (let c = 0; c < classes; c++) if (c !== largest) second = Math.min(second, row.gap[c]);
      result.margins.set(
        r,
        second,
        second === Infinity ? 0 : relative * second + least + 2 * slack,
      );
    }
    if (k > 0) {
      const order = ranking();
      for (let i = 0; i < k; i++) {
        const c = order[i];
        if (blur === 0) result.indices.set(r * k + i, c);
        else result.indices.set(r * k + i, 0, classes - 1);
        setLog(result.topLogProbs, r * k + i, c);
      }
    }
    for (let i = r * perRow; i < (r + 1) * perRow; i++) setLog(result.idLogProbs, i, ids[i]);
  }
  return result;
}

const close = (value, off) => ({ value, off });

/** What the summary of these rows is, number by number with how far each may be off. */
export function summaryOf(plan) {
  const { temperature = 1, softcap = 0, made } = plan.given;
  const { top = [1], calibrationBins: bins = 15 } = made;
  const isDouble = plan.element === 'float64';
  const { relative, entropy: entropyBound } = boundsOf(isDouble);
  const { rows, classes } = plan.layout;
  const values = numbersOf(plan.arrays.logits, plan.element, 'logits');
  const { starts, offsets } = placesOf(plan.layout);
  const counts = { rows: 0, ignored: 0, notFinite: 0 };
  const losses = [];
  let sumOfSlack = 0;
  let blurred = false;
  let entropy = 0;
  let brier = 0;
  let entropyFloor = 0;
  const hits = top.map(() => 0);
  const binned = Array.from({ length: bins }, () => ({ count: 0, right: 0, confidence: 0 }));
  const confusion = made.confusion
    ? Array.from({ length: classes }, () => new Array(classes).fill(0))
    : undefined;
  for (let r = 0; r < rows; r++) {
    const target = Number(plan.targets[r]);
    if (plan.ignored.includes(target)) {
      counts.ignored++;
      continue;
    }
    row.load(values, starts[r], offsets, classes, temperature, softcap);
    if (!row.regular) {
      counts.notFinite++;
      continue;
    }
    counts.rows++;
    sumOfSlack += row.slack;
    if (row.slack > 0) blurred = true;
    losses.push(row.surprisal(target));
    const own = entropyOf(isDouble);
    entropy += own.value;
    entropyFloor += own.floor;
    for (let c = 0; c < classes; c++) {
      const distance = c === target ? row.complement(c) : row.probability(c);
      brier += distance * distance;
    }
    const [place] = rankOf(target, 'index', 0);
    top.forEach((k, i) => {
      if (place <= k) hits[i]++;
    });
    const confidence = row.probability(row.largest);
    const bin = Math.min(bins - 1, Math.floor(confidence * bins));
    const toEdge = Math.abs(confidence * bins - Math.round(confidence * bins));
    if (toEdge < 4e-6 * bins && bins > 1 && confidence < 1 - 1e-5) blurred = true;
    binned[bin].count++;
    binned[bin].confidence += confidence;
    if (row.largest === target) binned[bin].right++;
    if (confusion) confusion[target][row.largest]++;
  }
  const n = counts.rows;
  const slack = n === 0 ? 0 : sumOfSlack / n;
  const exact = new Sum();
  for (const one of losses) exact.add(one);
  const sum = exact.value;
  const loss = n === 0 ? NaN : sum / n;
  const isBounded = losses.every((one) => one < Infinity);
  const off = isBounded ? relative * Math.abs(loss) + slack + (classes + 4) * LEAST64 : 0;
  const spread = Math.sqrt(losses.reduce((s, x) => s + (x - loss) ** 2, 0) / (n - 1) / n);
  const largest = losses.reduce((a, b) => Math.max(a, b), 0);
  // The exact sums of an evaluator go further than float64.
  const overflows = isBounded && !(sum < Infinity);
  const summary = {
    ...counts,
    loss: close(loss, off),
    lossStandardError: close(
      n < 2 || !isBounded ? NaN : spread,
      largest > 1e150 || largest < 1e-150
        ? NaN
        : 4 * (relative * largest + 2 * slack) + 1e-10 * spread,
    ),
    perplexity: close(
      Math.exp(loss),
      loss > 700 ? NaN : Math.exp(loss) * Math.expm1(2 * off + 1e-15),
    ),
    bitsPerToken: close(loss / Math.LN2, 2 * off + 1e-15 * Math.abs(loss)),
    meanLogProb: close(-loss, off),
    meanEntropy: close(
      n === 0 ? NaN : entropy / n,
      (entropyBound * entropy + entropyFloor) / Math.max(n, 1) +
        4 * slack * (1 + entropy / Math.max(1, n)) +
        1e-300,
    ),
    brier: close(n === 0 ? NaN : brier / n, 2e-6 * (brier / Math.max(n, 1)) + 8 * slack + 1e-37),
  };
  if (slack > MOST_SLACK || overflows)
    for (const one of Object.values(summary)) if (typeof one === 'object') one.off = NaN;
  return {
    summary,
    top,
    hits,
    bins: blurred ? undefined : binned,
    confusion: sumOfSlack > 0 ? undefined : confusion,
    blurred: sumOfSlack > 0,
  };
}
