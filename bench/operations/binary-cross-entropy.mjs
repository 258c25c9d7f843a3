import { labels } from '../trials/arrays.mjs';
import { add } from '../trials/definitions.mjs';
import { rare } from '../trials/shapes.mjs';

export const binaryCrossEntropy = {
  trials: { rare },
  inputs: { labels },
  definition: {
    loss({ logits, labels }) {
      const sum = add(logits, (logit, c) => {
        const x = (1 - 2 * labels[c]) * logit;
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
      });
      return sum / logits.length;
    },
  },
  logits({ binaryCrossEntropy }, { logits, labels, options }) {
    return () => binaryCrossEntropy(logits, labels, options);
  },
  js({ logits, labels }) {
    let loss = 0;
    for (let i = 0; i < logits.length; i++) {
      const x = logits[i];
      loss += Math.max(x, 0) - x * labels[i] + Math.log1p(Math.exp(-Math.abs(x)));
    }
    return loss / logits.length;
  },
  pytorch: ['F.binary_cross_entropy_with_logits(logits, labels)'],
  kernel:
    'table.binary_cross_entropy({input, input, nullptr, false, nullptr, {nullptr, 0}, losses.data()}, share)',
};
