import { otherLogits } from '../trials/arrays.mjs';
import { add, logProbabilities } from '../trials/definitions.mjs';
import { startOf } from '../trials/layout.mjs';
import { logSumExpOfRow, maximum } from '../trials/plain-rows.mjs';
import { rare } from '../trials/shapes.mjs';

export const klDivergence = {
  trials: { rare },
  inputs: { otherLogits },
  definition: {
    loss({ logits, otherLogits }) {
      const q = logProbabilities(otherLogits);
      return add(logProbabilities(logits), (x, c) => Math.exp(x) * (x - q[c]));
    },
  },
  logits({ klDivergence }, { logits, otherLogits, options }) {
    return () => klDivergence(logits, otherLogits, options);
  },
  js({ logits, otherLogits, layout }) {
    const { classes, inner, rows } = layout;
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
  },
  pytorch: [
    'F.kl_div(F.log_softmax(otherLogits, axis), F.log_softmax(logits, axis), log_target=True, reduction="batchmean")',
  ],
  kernel: 'table.kl_divergence(input, input, losses.data(), share)',
};
