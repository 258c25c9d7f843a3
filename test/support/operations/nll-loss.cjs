const { forEachChoice, losses, reductions } = require('../tables/operation-parts.cjs');

const ignoreIndex = [-100, 1];
const choices = {
  '': () => ({ ignoreIndex }),
  ' with weights': ({ weight }) => ({ ignoreIndex, weight }),
};

exports.nllLoss = {
  inputs: ['logProbabilities', 'targets'],
  targets: ['classes'],
  factors: ['weight'],
  outputs: ['out'],
  sizes: { targets: 'row', weight: 'class', out: 'row' },
  plain: [
    {
      given: ({ floats, indices, none }) => [floats(), indices(), none],
      errors: ['overlap', 'range', 'emptyMean'],
    },
  ],
  variants: {
    rowwise: forEachChoice('nllLoss', choices, (logits, b, o) => ({
      perRow: [logits.nllLoss(b.logits, b.targets, { ...o, reduction: 'none' })],
    })),
    reduced: forEachChoice('reduced nllLoss', choices, (logits, b, o) => ({
      totals: reductions.map((reduction) =>
        logits.nllLoss(b.logits, b.targets, { ...o, reduction }),
      ),
    })),
  },
  golden: {
    cases: {
      nllLoss: (logits, i, o) => [
        ...losses((given) => logits.nllLoss(i.x, i.targets, given), { ...o, weight: i.weight }),
        ...losses((given) => logits.nllLoss(i.doubles, i.targets, given), o),
      ],
    },
  },
  tensors: { nllLoss: (logits, x, o, { classes }) => logits.nllLoss(x, classes, o) },
};
