const { forEachChoice } = require('../tables/operation-parts.cjs');

const temperatures = {
  '': () => ({ temperature: 1 }),
  ' with a temperature': () => ({ temperature: 0.7 }),
};

exports.softmaxGradient = {
  inputs: ['probabilities', 'upstream'],
  outputs: ['out'],
  plain: [
    { given: ({ floats, shares, shape }) => [shares(), floats(), { shape }], errors: ['overlap'] },
  ],
  variants: {
    // The logits are read as if they were probabilities: any numbers will do.
    rowwise: forEachChoice('softmaxGradient', temperatures, (logits, b, o) => ({
      wide: [logits.softmaxGradient(b.logits, b.upstream, o)],
    })),
  },
  golden: {
    cases: {
      softmaxGradient: (logits, i, o) => [
        logits.softmaxGradient(i.probabilities, i.other, { ...o, temperature: 0.7 }),
        logits.softmaxGradient(i.doubleProbabilities, i.otherDoubles, o),
      ],
    },
  },
  tensors: { softmaxGradient: (logits, x, o) => logits.softmaxGradient(x, x, o) },
};

exports.logSoftmaxGradient = {
  inputs: ['logProbabilities', 'upstream'],
  outputs: ['out'],
  plain: [{ given: ({ floats, shape }) => [floats(), floats(), { shape }], errors: ['overlap'] }],
  variants: {
    rowwise: forEachChoice('logSoftmaxGradient', temperatures, (logits, b, o) => ({
      wide: [logits.logSoftmaxGradient(b.logits, b.upstream, o)],
    })),
  },
  golden: {
    cases: {
      logSoftmaxGradient: (logits, i, o) => [
        logits.logSoftmaxGradient(i.negative, i.other, { ...o, temperature: 0.7 }),
        logits.logSoftmaxGradient(i.doubles, i.otherDoubles, o),
      ],
    },
  },
  tensors: { logSoftmaxGradient: (logits, x, o) => logits.logSoftmaxGradient(x, x, o) },
};
