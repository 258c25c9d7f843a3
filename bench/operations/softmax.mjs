import { logProbabilities } from '../trials/definitions.mjs';
import { startOf } from '../trials/layout.mjs';
import { exponentialsOfRow } from '../trials/plain-rows.mjs';
import { batches, elements, lengths, threads } from '../trials/shapes.mjs';

export const softmax = {
  trials: { batches, lengths, threads, elements },
  definition: { elements: ({ logits }) => logProbabilities(logits).map(Math.exp) },
  options: (out) => ({ out }),
  logits({ softmax }, { logits, options }) {
    return () => softmax(logits, options);
  },
  js({ logits, layout, out }) {
    const { classes, inner, rows } = layout;
    for (let row = 0; row < rows; row++) {
      const start = startOf(row, layout);
      const end = start + classes * inner;
      const scale = 1 / exponentialsOfRow(logits, out, start, layout);
      for (let i = start; i < end; i += inner) out[i] *= scale;
    }
    return out;
  },
  onnxruntime: ({ axis }) => ({ operator: 'Softmax', attributes: { axis } }),
  tfjs(tf, { logits }) {
    return () => ({ array: tf.softmax(logits) });
  },
  pytorch: ['out = torch.empty_like(logits)', 'torch.softmax(logits, axis, out=out)'],
  kernel: 'table.softmax(input, output, share)',
};
