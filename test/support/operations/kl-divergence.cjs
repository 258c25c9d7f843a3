const {
  forEachChoice,
  losses,
  reductions,
  transform,
  transforms,
} = require('../tables/operation-parts.cjs');

exports.klDivergence = {
  inputs: ['logits', 'otherLogits'],
  outputs: ['out'],
  sizes: { out: 'row' },
  plain: [{ given: ({ floats, none }) => [floats(), floats(), none], errors: ['overlap'] }],
  variants: {
    rowwise: forEachChoice('klDivergence', transforms, (logits, b, o) => ({
      perRow: [logits.klDivergence(b.logits, b.others, { ...o, reduction: 'none' })],
    })),
    reduced: {
      'reduced klDivergence': (logits, b) => ({
        totals: reductions.map((reduction) =>
          logits.klDivergence(b.logits, b.others, { ...b.options, reduction }),
        ),
      }),
    },
  },
  golden: {
    cases: {
      'klDivergence, long rows': (logits, i, o) => [
        logits.klDivergence(i.x, i.other, { ...o, reduction: 'none' }),
      ],
    },
    slow: {
      klDivergence: (logits, i, o) =>
        losses((given) => logits.klDivergence(i.x, i.other, given), o),
      'klDivergence, float64, transform': (logits, i, o) =>
        losses((given) => logits.klDivergence(i.doubles, i.otherDoubles, given), {
          ...o,
          ...transform,
        }),
    },
  },
  tensors: {
    klDivergence: (logits, x, o) => logits.klDivergence(x, x, { ...o, reduction: 'none' }),
  },
};
