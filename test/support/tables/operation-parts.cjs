// What the files of operations/ share.

/** What is done to logits before anything else, by the words for titles. */
exports.transforms = {
  '': () => ({}),
  ' with a temperature': () => ({ temperature: 0.7 }),
  ' with a soft cap': () => ({ softcap: 5 }),
  ' with both transforms': () => ({ temperature: 1.7, softcap: 30 }),
};

exports.reductions = ['mean', 'sum'];

/** Calls over a Batch for each choice of options; `compute` takes the package, the batch and all options. */
exports.forEachChoice = (title, choices, compute) =>
  Object.fromEntries(
    Object.entries(choices).map(([suffix, choose]) => [
      `${title}${suffix}`,
      (logits, batch) => compute(logits, batch, { ...batch.options, ...choose(batch) }),
    ]),
  );

// For golden results.

exports.transform = { temperature: 0.7, softcap: 30 };
exports.float16 = { dtype: 'float16' };
exports.bfloat16 = { dtype: 'bfloat16' };

const asArray = (loss) => (typeof loss === 'number' ? Float64Array.of(loss) : loss);
exports.asArray = asArray;

/** Every reduction of a loss. */
exports.losses = (compute, options) =>
  ['mean', 'sum', 'none'].map((reduction) => asArray(compute({ ...options, reduction })));
