// Log-probability and rank of the targets and the likeliest class, and with the five likeliest ones.
// The log-probabilities alone are compared.
import { targets } from '../trials/arrays.mjs';
import { logProbabilities } from '../trials/definitions.mjs';
import { startOf } from '../trials/layout.mjs';
import { logSumExpOfRow } from '../trials/plain-rows.mjs';
import { evaluation } from '../trials/shapes.mjs';

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

const pytorchSetUp = 'index = targets.unsqueeze(axis)';
const pytorchScore =
  'log_probs := F.log_softmax(logits, axis), of_targets := log_probs.gather(axis, index), (log_probs > of_targets).sum(axis), log_probs.argmax(axis)';

export const score = {
  trials: { evaluation },
  inputs: { targets },
  definition: { rows: ({ logits, target }) => logProbabilities(logits)[target] },
  logits({ score }, { logits, targets, options }) {
    return () => score(logits, targets, options).logProbs;
  },
  js({ logits, targets, layout, out }) {
    const ranks = new Int32Array(layout.rows);
    const predictions = new Int32Array(layout.rows);
    for (let row = 0; row < layout.rows; row++) {
      const start = startOf(row, layout);
      const target = targets[row];
      const { rank, prediction } = rankOfRow(logits, start, target, layout);
      ranks[row] = rank;
      predictions[row] = prediction;
      out[row] = logits[start + target * layout.inner] - logSumExpOfRow(logits, start, layout);
    }
    return out;
  },
  pytorch: [pytorchSetUp, `(${pytorchScore})[1].squeeze(axis)`],
};

export const scoreTop5 = {
  ...score,
  options: () => ({ top: 5 }),
  js(given) {
    const { logits, layout } = given;
    const top = [];
    for (let row = 0; row < layout.rows; row++) {
      top.push(topOfRow(logits, startOf(row, layout), layout, 5));
    }
    return score.js(given);
  },
  pytorch: [pytorchSetUp, `(${pytorchScore}, log_probs.topk(5, axis))[1].squeeze(axis)`],
};
