import { otherLogits, probabilities } from '../trials/arrays.mjs';
import { add } from '../trials/definitions.mjs';
import { startOf } from '../trials/layout.mjs';
import { rare } from '../trials/shapes.mjs';

export const softmaxGradient = {
  trials: { rare },
  inputs: { probabilities, otherLogits },
  definition: {
    elements({ probabilities, otherLogits }) {
      const mean = add(probabilities, (p, c) => p * otherLogits[c]);
      return probabilities.map((p, c) => p * (otherLogits[c] - mean));
    },
  },
  options: (out) => ({ out }),
  logits({ softmaxGradient }, { probabilities, otherLogits, options }) {
    return () => softmaxGradient(probabilities, otherLogits, options);
  },
  js({ probabilities, otherLogits, layout, out }) {
    const { classes, inner, rows } = layout;
    for (let row = 0; row < rows; row++) {
      const start = startOf(row, layout);
      const end = start + classes * inner;
      let mean = 0;
      for (let i = start; i < end; i += inner) mean += otherLogits[i] * probabilities[i];
      for (let i = start; i < end; i += inner) out[i] = probabilities[i] * (otherLogits[i] - mean);
    }
    return out;
  },
  /** What autograd calls for softmax, without the graph around it. */
  pytorch: ['torch._softmax_backward_data(otherLogits, probabilities, axis, probabilities.dtype)'],
  kernel: 'table.softmax_gradient(input, input, output, share)',
};
