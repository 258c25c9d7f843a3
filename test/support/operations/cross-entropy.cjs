const {
  asArray,
  bfloat16,
  float16,
  forEachChoice,
  losses,
  reductions,
  transform,
} = require('../tables/operation-parts.cjs');

/** Every option, alone and with the others. */
const choices = {
  '': () => ({}),
  ' with weights': ({ weight }) => ({ weight }),
  ' with smoothing': () => ({ labelSmoothing: 0.1 }),
  ' with a z-loss': () => ({ zLoss: 1e-3 }),
  ' with both transforms': () => ({ temperature: 1.7, softcap: 30 }),
  ' with weights and smoothing': ({ weight }) => ({ weight, labelSmoothing: 0.25 }),
  ' with everything': ({ weight }) => ({
    weight,
    labelSmoothing: 0.1,
    zLoss: 1e-4,
    temperature: 0.7,
    softcap: 20,
  }),
};

const kindsOfTargets = [
  ['indices', (b) => b.targets, { ignoreIndex: [-100, 1] }],
  ['probabilities', (b) => b.probabilities, {}],
];

/** Calls for each kind of targets and each choice of options. */
const forEachTargets = (title, compute) =>
  Object.assign(
    ...kindsOfTargets.map(([kind, targetsOf, more]) =>
      forEachChoice(`${title} of ${kind}`, choices, (logits, b, o) =>
        compute(logits, b, targetsOf(b), { ...o, ...more }),
      ),
    ),
  );

function lossesWithGradients(logits, x, targets, options, kinds = ['mean', 'none']) {
  return kinds.flatMap((reduction) => {
    const given = { ...options, reduction };
    const { loss, gradient } = logits.crossEntropyWithGradient(x, targets, given);
    return [asArray(loss), gradient];
  });
}

const smoothed = { labelSmoothing: 0.1, zLoss: 1e-3, ignoreIndex: [-100, 1000003, 7] };

exports.crossEntropy = {
  inputs: ['logits', 'targets'],
  targets: ['classes', 'probabilities'],
  factors: ['weight'],
  outputs: ['out'],
  sizes: { targets: 'row', weight: 'class', out: 'row' },
  plain: [
    {
      given: ({ floats, indices, factors, none }) => [
        floats(),
        indices(),
        { ...none, ignoreIndex: [-1, -2], weight: factors() },
      ],
      errors: ['overlap', 'range', 'emptyMean'],
    },
    {
      given: ({ floats, shares, shape }) => [floats(), shares(), { shape, labelSmoothing: 0.1 }],
      errors: [],
      outputs: [],
    },
  ],
  variants: {
    rowwise: forEachTargets('crossEntropy', (logits, b, targets, o) => {
      const plain = { ...o, reduction: 'none' };
      const given = { ...plain, upstream: b.rowUpstream };
      const { loss, gradient } = logits.crossEntropyWithGradient(b.logits, targets, given);
      return { wide: [gradient], perRow: [loss, logits.crossEntropy(b.logits, targets, plain)] };
    }),
    reduced: forEachTargets('reduced crossEntropy', (logits, b, targets, o) => {
      const results = reductions.map((reduction) =>
        logits.crossEntropyWithGradient(b.logits, targets, { ...o, reduction, upstream: 3 }),
      );
      const alone = reductions.map((reduction) =>
        logits.crossEntropy(b.logits, targets, { ...o, reduction }),
      );
      return {
        wide: results.map(({ gradient }) => gradient),
        totals: [...results.map(({ loss }) => loss), ...alone],
      };
    }),
  },
  golden: {
    plain: {
      crossEntropy: (logits, i, o) =>
        losses((given) => logits.crossEntropy(i.x, i.targets, given), o),
    },
    cases: {
      'crossEntropy, float64': (logits, i, o) =>
        losses((given) => logits.crossEntropy(i.doubles, i.targets, given), o),
      'crossEntropy, float16': (logits, i, o) =>
        losses((given) => logits.crossEntropy(i.float16, i.targets, given), { ...o, ...float16 }),
      'crossEntropy, bfloat16': (logits, i, o) =>
        losses((given) => logits.crossEntropy(i.bfloat16, i.targets, given), { ...o, ...bfloat16 }),
      'crossEntropy, options': (logits, i, o) =>
        losses((given) => logits.crossEntropy(i.x, i.someIgnored, given), {
          ...o,
          ...smoothed,
          weight: i.weight,
        }),
      'crossEntropy, probabilities': (logits, i, o) =>
        losses((given) => logits.crossEntropy(i.x, i.probabilities, given), {
          ...o,
          weight: i.doubleWeight,
          labelSmoothing: 0.1,
        }),
    },
    slow: {
      'crossEntropy, transform': (logits, i, o) =>
        losses((given) => logits.crossEntropy(i.x, i.targets, given), { ...o, ...transform }),
    },
  },
  tensors: {
    crossEntropy: (logits, x, o, { classes }) => logits.crossEntropy(x, classes, o),
    'crossEntropy, none': (logits, x, o, { classes }) =>
      logits.crossEntropy(x, classes, { ...o, reduction: 'none' }),
    'crossEntropy, axis 0': (logits, x, o) => logits.crossEntropy(x, [0, 1, 1], { ...o, axis: 0 }),
  },
};

exports.crossEntropyWithGradient = {
  ...exports.crossEntropy,
  factors: ['weight', 'upstream'],
  outputs: ['out', 'gradient'],
  sizes: { ...exports.crossEntropy.sizes, upstream: 'row' },
  plain: [
    {
      given: ({ floats, indices, factors, none, rows }) => [
        floats(),
        indices(),
        { ...none, zLoss: 0.01, upstream: factors(rows) },
      ],
      errors: ['overlap', 'range', 'emptyMean'],
    },
  ],
  variants: {},
  golden: {
    plain: {
      crossEntropyWithGradient: (logits, { x, targets }, options) =>
        reductions.map(
          (reduction) =>
            logits.crossEntropyWithGradient(x, targets, { ...options, reduction }).gradient,
        ),
    },
    cases: {
      'crossEntropyWithGradient, float64': (logits, i, o) =>
        lossesWithGradients(logits, i.doubles, i.targets, o),
      'crossEntropyWithGradient, float16': (logits, i, o) =>
        lossesWithGradients(logits, i.float16, i.targets, { ...o, ...float16 }),
      'crossEntropyWithGradient, bfloat16': (logits, i, o) =>
        lossesWithGradients(logits, i.bfloat16, i.targets, { ...o, ...bfloat16 }),
      'crossEntropyWithGradient, options': (logits, i, o) =>
        lossesWithGradients(logits, i.x, i.someIgnored, {
          ...o,
          ...smoothed,
          weight: i.weight,
          upstream: -3,
        }),
      'crossEntropyWithGradient, upstream': (logits, i, o) =>
        lossesWithGradients(logits, i.x, i.targets, { ...o, upstream: i.rowFactors }, ['none']),
      'crossEntropyWithGradient, probabilities': (logits, i, o) => [
        ...lossesWithGradients(logits, i.x, i.probabilities, o, ['mean']),
        ...lossesWithGradients(
          logits,
          i.x,
          i.doubleProbabilities,
          { ...o, weight: i.weight, labelSmoothing: 0.1, zLoss: 1e-3, upstream: i.rowFactors },
          ['none'],
        ),
      ],
      'crossEntropyWithGradient, float64, probabilities': (logits, i, o) =>
        lossesWithGradients(
          logits,
          i.doubles,
          i.doubleProbabilities,
          { ...o, weight: i.doubleWeight, labelSmoothing: 0.1 },
          ['mean'],
        ),
    },
    slow: {
      'crossEntropyWithGradient, transform': (logits, i, o) =>
        [i.x, i.doubles].flatMap((x) =>
          lossesWithGradients(logits, x, i.targets, { ...o, ...transform }, ['mean']),
        ),
    },
  },
  tensors: {
    crossEntropyWithGradient: (logits, x, o, { classes }) =>
      logits.crossEntropyWithGradient(x, classes, o),
  },
};
