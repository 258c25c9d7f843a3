import * as definitions from '../trials/definitions.mjs';
import { startOf } from '../trials/layout.mjs';
import { logSumExpOfRow } from '../trials/plain-rows.mjs';
import { fewBatches, lengths } from '../trials/shapes.mjs';

export const logSumExp = {
  trials: { batches: fewBatches, lengths },
  definition: { rows: ({ logits }) => definitions.logSumExp(logits) },
  options: (out) => ({ out }),
  logits({ logSumExp }, { logits, options }) {
    return () => logSumExp(logits, options);
  },
  js({ logits, layout, out }) {
    for (let row = 0; row < layout.rows; row++) {
      out[row] = logSumExpOfRow(logits, startOf(row, layout), layout);
    }
    return out;
  },
  onnxruntime: ({ axis }) => ({
    operator: 'ReduceLogSumExp',
    attributes: { keepdims: 0 },
    constants: [{ name: 'axes', values: [axis] }],
  }),
  tfjs(tf, { logits }) {
    return () => ({ array: tf.logSumExp(logits, -1) });
  },
  pytorch: ['out = torch.logsumexp(logits, axis)', 'torch.logsumexp(logits, axis, out=out)'],
  kernel: 'table.log_sum_exp(input, results.data(), share)',
};
