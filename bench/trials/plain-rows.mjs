// What the plain loops have in common. They are written as one writes them in JavaScript without a
// library: a pass for the maximum, a pass for the exponentials, all in doubles. The classes of a row
// are `inner` elements apart.

export function maximum(logits, start, { classes, inner }) {
  const end = start + classes * inner;
  let max = -Infinity;
  for (let i = start; i < end; i += inner) {
    const x = logits[i];
    if (x > max) max = x;
  }
  return max;
}

export function logSumExpOfRow(logits, start, layout) {
  const { classes, inner } = layout;
  const end = start + classes * inner;
  const max = maximum(logits, start, layout);
  let sum = 0;
  for (let i = start; i < end; i += inner) sum += Math.exp(logits[i] - max);
  return max + Math.log(sum);
}

/** Writes e^(x - max) of one row and returns the sum. */
export function exponentialsOfRow(logits, out, start, layout) {
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
