const { bfloat16, float16, transform } = require('../tables/operation-parts.cjs');

/** Every array that score can give. */
function scores(logits, x, { targets, options: { shape, axis } }, options) {
  const ids = Int32Array.from({ length: 2 * targets.length }, (_, i) => (i * 7) % shape[axis]);
  const given = { ...options, shape, axis, entropy: true, margin: true, top: 5, ids };
  const { top, ...all } = logits.score(x, targets, given);
  return [...Object.values(all), top.indices, top.logProbs].filter(ArrayBuffer.isView);
}

exports.score = {
  inputs: ['logits', 'targets'],
  targets: ['classes'],
  factors: ['ids'],
  sizes: { targets: 'row' },
  plain: [
    {
      given: ({ floats, indices, shape, rows, classes }) => [
        floats(),
        indices(),
        {
          shape,
          rank: true,
          entropy: true,
          margin: true,
          top: Math.min(3, classes),
          ids: indices(2 * rows),
        },
      ],
      errors: ['range'],
    },
  ],
  golden: {
    cases: {
      score: (logits, i) => [
        ...scores(logits, i.x, i, { ties: 'max' }),
        ...scores(logits, i.x, i, { temperature: 3 }),
      ],
      'score, float64': (logits, i) => scores(logits, i.doubles, i, { ties: 'index' }),
      'score, half precision': (logits, i) => [
        ...scores(logits, i.float16, i, float16),
        ...scores(logits, i.bfloat16, i, { ...bfloat16, ties: 'index' }),
      ],
    },
    slow: { 'score, transform': (logits, i) => scores(logits, i.x, i, transform) },
  },
};
