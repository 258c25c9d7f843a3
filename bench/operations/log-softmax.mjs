import { logProbabilities } from '../trials/definitions.mjs';
import { startOf } from '../trials/layout.mjs';
import { logSumExpOfRow } from '../trials/plain-rows.mjs';
import { fewBatches, lengths } from '../trials/shapes.mjs';

export const logSoftmax = {
  trials: { batches: fewBatches, lengths },
  definition: { elements: ({ logits }) => logProbabilities(logits) },
  options: (out) => ({ out }),
  logits({ logSoftmax }, { logits, options }) {
    return () => logSoftmax(logits, options);
  },
  js({ logits, layout, out }) {
    const { classes, inner, rows } = layout;
    for (let row = 0; row < rows; row++) {
      const start = startOf(row, layout);
      const end = start + classes * inner;
      const total = logSumExpOfRow(logits, start, layout);
      for (let i = start; i < end; i += inner) out[i] = logits[i] - total;
    }
    return out;
  },
  onnxruntime: ({ axis }) => ({ operator: 'LogSoftmax', attributes: { axis } }),
  tfjs(tf, { logits }) {
    return () => ({ array: tf.logSoftmax(logits) });
  },
  pytorch: ['out = torch.empty_like(logits)', 'torch.log_softmax(logits, axis, out=out)'],
  kernel: 'table.log_softmax(input, output, share)',
};
