// The operations as one writes them in JavaScript without a library: a pass for the maximum, a pass
// for the exponentials, all in doubles. The classes of a row are `inner` elements apart.
import { startOf } from '../layout.mjs';
import { labelSmoothing, temperature } from '../options.mjs';

function maximum(logits, start, { classes, inner }) {
  const end = start + classes * inner;
  let max = -Infinity;
  for (let i = start; i < end; i += inner) {
    const x = logits[i];
    if (x > max) max = x;
  }
  return max;
}

function logSumExpOfRow(logits, start, layout) {
  const { classes, inner } = layout;
  const end = start + classes * inner;
  const max = maximum(logits, start, layout);
  let sum = 0;
  for (let i = start; i < end; i += inner) sum += Math.exp(logits[i] - max);
  return max + Math.log(sum);
}

/** Writes e^(x - max) of one row and returns the sum. */
function exponentialsOfRow(logits, out, start, layout) {
  const { classes, inner } = layout;
  const end = start + classes * inner;
  const max = maximum(logits, start, layout);
  let sum = 0;
  for (let i = start; i < end; i += inner) {
    const e = Math.exp(logits[i] - max);
    out[i] = e;
    sum += e;
  }
  return sum;
}

export function logSumExp({ logits, layout, rowOut }) {
  for (let row = 0; row < rowOut.length; row++) {
    rowOut[row] = logSumExpOfRow(logits, startOf(row, layout), layout);
  }
  return rowOut;
}

export function softmax({ logits, layout, out, rowOut }) {
  const { classes, inner } = layout;
  for (let row = 0; row < rowOut.length; row++) {
    const start = startOf(row, layout);
    const end = start + classes * inner;
    const scale = 1 / exponentialsOfRow(logits, out, start, layout);
    for (let i = start; i < end; i += inner) out[i] *= scale;
  }
  return out;
}

export function logSoftmax({ logits, layout, out, rowOut }) {
  const { classes, inner } = layout;
  for (let row = 0; row < rowOut.length; row++) {
    const start = startOf(row, layout);
    const end = start + classes * inner;
    const total = logSumExpOfRow(logits, start, layout);
    for (let i = start; i < end; i += inner) out[i] = logits[i] - total;
  }
  return out;
}

export function crossEntropy({ logits, targets, layout }) {
  const rows = targets.length;
  let loss = 0;
  for (let row = 0; row < rows; row++) {
    const start = startOf(row, layout);
    loss += logSumExpOfRow(logits, start, layout) - logits[start + targets[row] * layout.inner];
  }
  return loss / rows;
}

export function crossEntropyWithGradient({ logits, targets, layout, out }) {
  const { classes, inner } = layout;
  const rows = targets.length;
  let loss = 0;
  for (let row = 0; row < rows; row++) {
    const start = startOf(row, layout);
    const end = start + classes * inner;
    const target = start + targets[row] * inner;
    const sum = exponentialsOfRow(logits, out, start, layout);
    loss += Math.log(sum) - Math.log(out[target]);
    const scale = 1 / (sum * rows);
    for (let i = start; i < end; i += inner) out[i] *= scale;
    out[target] -= 1 / rows;
  }
  return { loss: loss / rows, gradient: out };
}

export function crossEntropySmoothing({ logits, targets, layout }) {
  const { classes, inner } = layout;
  const rows = targets.length;
  let loss = 0;
  for (let row = 0; row < rows; row++) {
    const start = startOf(row, layout);
    const end = start + classes * inner;
    let sum = 0;
    for (let i = start; i < end; i += inner) sum += logits[i];
    const smoothed =
      (1 - labelSmoothing) * logits[start + targets[row] * inner] +
      labelSmoothing * (sum / classes);
    loss += logSumExpOfRow(logits, start, layout) - smoothed;
  }
  return loss / rows;
}

export function crossEntropyProbabilities({ logits, probabilities, layout, rowOut }) {
  const { classes, inner } = layout;
  const rows = rowOut.length;
  let loss = 0;
  for (let row = 0; row < rows; row++) {
    const start = startOf(row, layout);
    const end = start + classes * inner;
    const total = logSumExpOfRow(logits, start, layout);
    for (let i = start; i < end; i += inner) loss += probabilities[i] * (total - logits[i]);
  }
  return loss / rows;
}

export function crossEntropyTemperature({ logits, targets, layout }) {
  const { classes, inner } = layout;
  const rows = targets.length;
  const factor = 1 / temperature;
  let loss = 0;
  for (let row = 0; row < rows; row++) {
    const start = startOf(row, layout);
    const end = start + classes * inner;
    const max = maximum(logits, start, layout);
    let sum = 0;
    for (let i = start; i < end; i += inner) sum += Math.exp((logits[i] - max) * factor);
    loss += Math.log(sum) - (logits[start + targets[row] * inner] - max) * factor;
  }
  return loss / rows;
}

export function softmaxGradient({ probabilities, otherLogits, layout, out, rowOut }) {
  const { classes, inner } = layout;
  for (let row = 0; row < rowOut.length; row++) {
    const start = startOf(row, layout);
    const end = start + classes * inner;
    let mean = 0;
    for (let i = start; i < end; i += inner) mean += otherLogits[i] * probabilities[i];
    for (let i = start; i < end; i += inner) out[i] = probabilities[i] * (otherLogits[i] - mean);
  }
  return out;
}

export function klDivergence({ logits, otherLogits, layout, rowOut }) {
  const { classes, inner } = layout;
  const rows = rowOut.length;
  let divergence = 0;
  for (let row = 0; row < rows; row++) {
    const start = startOf(row, layout);
    const end = start + classes * inner;
    const max = maximum(logits, start, layout);
    let sum = 0;
    let differences = 0;
    for (let i = start; i < end; i += inner) {
      const e = Math.exp(logits[i] - max);
      sum += e;
      differences += e * (logits[i] - otherLogits[i]);
    }
    const otherTotal = logSumExpOfRow(otherLogits, start, layout);
    divergence += differences / sum - (max + Math.log(sum)) + otherTotal;
  }
  return divergence / rows;
}

/** The target's rank, from 1 on, and the likeliest class of a row. */
function rankOfRow(logits, start, target, { classes, inner }) {
  const own = logits[start + target * inner];
  let rank = 1;
  let prediction = 0;
  let max = -Infinity;
  for (let c = 0; c < classes; c++) {
    const x = logits[start + c * inner];
    if (x > own) rank++;
    if (x > max) {
      max = x;
      prediction = c;
    }
  }
  return { rank, prediction };
}

export function score({ logits, targets, layout, rowOut }) {
  const ranks = new Int32Array(rowOut.length);
  const predictions = new Int32Array(rowOut.length);
  for (let row = 0; row < rowOut.length; row++) {
    const start = startOf(row, layout);
    const target = targets[row];
    const { rank, prediction } = rankOfRow(logits, start, target, layout);
    ranks[row] = rank;
    predictions[row] = prediction;
    rowOut[row] = logits[start + target * layout.inner] - logSumExpOfRow(logits, start, layout);
  }
  return rowOut;
}

/** The largest elements of a row, kept in order. */
function topOfRow(logits, start, { classes, inner }, k) {
  const top = [];
  for (let c = 0; c < classes; c++) {
    const x = logits[start + c * inner];
    if (top.length === k && x <= top[k - 1].x) continue;
    let at = Math.min(top.length, k - 1);
    for (; at > 0 && top[at - 1].x < x; at--) top[at] = top[at - 1];
    top[at] = { x, c };
  }
  return top;
}

export function scoreTop5({ logits, targets, layout, rowOut }) {
  const top = [];
  for (let row = 0; row < rowOut.length; row++) {
    top.push(topOfRow(logits, startOf(row, layout), layout, 5));
  }
  return score({ logits, targets, layout, rowOut });
}

export function binaryCrossEntropy({ logits, labels }) {
  let loss = 0;
  for (let i = 0; i < logits.length; i++) {
    const x = logits[i];
    loss += Math.max(x, 0) - x * labels[i] + Math.log1p(Math.exp(-Math.abs(x)));
  }
  return loss / logits.length;
}
