const { forEachChoice, transform, transforms } = require('../tables/operation-parts.cjs');

exports.logSoftmax = {
  inputs: ['logits'],
  outputs: ['out'],
  plain: [
    { given: ({ floats, shape }) => [floats(), { shape, temperature: 2 }], errors: ['overlap'] },
  ],
  variants: {
    rowwise: forEachChoice('logSoftmax', transforms, (logits, b, o) => ({
      wide: [logits.logSoftmax(b.logits, o)],
    })),
  },
  golden: {
    plain: { logSoftmax: (logits, i, o) => [logits.logSoftmax(i.x, o)] },
    cases: { 'logSoftmax, float64': (logits, i, o) => [logits.logSoftmax(i.doubles, o)] },
    slow: {
      'logSoftmax, transform': (logits, i, o) => [logits.logSoftmax(i.x, { ...o, ...transform })],
    },
  },
  tensors: { logSoftmax: (logits, x, o) => logits.logSoftmax(x, o) },
};
