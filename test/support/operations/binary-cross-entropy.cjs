const { forEachChoice, losses, reductions, transform } = require('../tables/operation-parts.cjs');

const choices = {
  '': () => ({}),
  ' with weights': ({ weight, positiveWeight }) => ({ weight, positiveWeight }),
  ' with a weight per logit': ({ logitWeight }) => ({ weight: logitWeight, positiveWeight: 3 }),
  ' with both transforms': () => ({ temperature: 1.7, softcap: 30 }),
};

exports.binaryCrossEntropy = {
  inputs: ['logits', 'targets'],
  targets: ['labels'],
  factors: ['weight', 'positiveWeight'],
  outputs: ['out'],
  sizes: { weight: 'class', positiveWeight: 'class' },
  plain: [
    {
      given: ({ floats, shares, factors, none }) => [
        floats(),
        shares(),
        { ...none, weight: factors(), positiveWeight: factors() },
      ],
      errors: ['overlap'],
    },
  ],
  variants: {
    rowwise: forEachChoice('binaryCrossEntropy', choices, (logits, b, o) => ({
      wide: [logits.binaryCrossEntropy(b.logits, b.labels, { ...o, reduction: 'none' })],
    })),
    reduced: forEachChoice('reduced binaryCrossEntropy', choices, (logits, b, o) => ({
      totals: reductions.map((reduction) =>
        logits.binaryCrossEntropy(b.logits, b.labels, { ...o, reduction }),
      ),
    })),
  },
  golden: {
    slow: {
      binaryCrossEntropy: (logits, i, o) =>
        losses((given) => logits.binaryCrossEntropy(i.x, i.probabilities, given), {
          ...o,
          weight: i.weight,
          positiveWeight: i.doubleWeight,
        }),
      'binaryCrossEntropy, float64, transform': (logits, i, o) =>
        losses((given) => logits.binaryCrossEntropy(i.doubles, i.doubleProbabilities, given), {
          ...o,
          ...transform,
          weight: i.doubleProbabilities,
          positiveWeight: 3,
        }),
    },
  },
  tensors: {
    binaryCrossEntropy: (logits, x, o, { labels }) => logits.binaryCrossEntropy(x, labels, o),
  },
};
