const {
  bfloat16,
  float16,
  forEachChoice,
  transform,
  transforms,
} = require('../tables/operation-parts.cjs');

exports.softmax = {
  inputs: ['logits'],
  outputs: ['out'],
  plain: [{ given: ({ floats, shape }) => [floats(), { shape }], errors: ['overlap'] }],
  variants: {
    rowwise: forEachChoice('softmax', transforms, (logits, b, o) => ({
      wide: [logits.softmax(b.logits, o)],
    })),
  },
  golden: {
    plain: { softmax: (logits, i, o) => [logits.softmax(i.x, o)] },
    cases: {
      'softmax, float64': (logits, i, o) => [logits.softmax(i.doubles, o)],
      'softmax, float16': (logits, i, o) => [logits.softmax(i.float16, { ...o, ...float16 })],
      'softmax, bfloat16': (logits, i, o) => [logits.softmax(i.bfloat16, { ...o, ...bfloat16 })],
      'softmax, transform': (logits, i, o) => [
        logits.softmax(i.x, { ...o, ...transform }),
        logits.softmax(i.x, { ...o, temperature: 3 }),
      ],
    },
    slow: {
      'softmax, float64, transform': (logits, i, o) => [
        logits.softmax(i.doubles, { ...o, ...transform }),
      ],
    },
  },
  tensors: { softmax: (logits, x, o) => logits.softmax(x, o) },
};
