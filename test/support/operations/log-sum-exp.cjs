const { forEachChoice, transform, transforms } = require('../tables/operation-parts.cjs');

exports.logSumExp = {
  inputs: ['logits'],
  outputs: ['out'],
  sizes: { out: 'row' },
  plain: [
    {
      given: ({ floats, shape }) => [floats(), { shape, softcap: 30 }],
      errors: ['overlap', 'tooManyRows'],
    },
  ],
  variants: {
    rowwise: forEachChoice('logSumExp', transforms, (logits, b, o) => ({
      perRow: [logits.logSumExp(b.logits, o)],
    })),
  },
  golden: {
    plain: { logSumExp: (logits, i, o) => [logits.logSumExp(i.x, o)] },
    cases: { 'logSumExp, float64': (logits, i, o) => [logits.logSumExp(i.doubles, o)] },
    slow: {
      'logSumExp, transform': (logits, i, o) => [logits.logSumExp(i.x, { ...o, ...transform })],
    },
  },
  tensors: {
    logSumExp: (logits, x, o) => logits.logSumExp(x, o),
    'logSumExp of both axes': (logits, x, o) => logits.logSumExp(x, { ...o, axis: [0, 1] }),
  },
};
