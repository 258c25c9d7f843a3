// The operations as one writes them in JavaScript without a library: a pass for the maximum, a pass
// for the exponentials, all in doubles. The classes of a row are `inner` elements apart.

/** Where a row begins. */
function startOf(row, { classes, inner }) {
  return Math.floor(row / inner) * classes * inner + (row % inner);
}

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
