// Every function on arrays as a table, with plain arguments: for processes and worker threads that run
// dist/ without a test runner. Asynchronous functions of the same names take the same.

const { createHash } = require('node:crypto');

const withOptions = (given, more) => [...given.slice(0, -1), { ...given.at(-1), ...more }];

const detached = new Float32Array(6);
structuredClone(detached.buffer, { transfer: [detached.buffer] });

/** Arrays of so many rows and classes; `place` makes one of a type and a length. */
function arraysOf(rows, classes, Float, place) {
  const make = (type, length, value) => {
    const array = place(type, length);
    for (let i = 0; i < length; i++) array[i] = value(i);
    return array;
  };
  return {
    floats: (length = rows * classes) => make(Float, length, (i) => ((i * 37) % 101) / 12 - 4),
    factors: (length = classes) => make(Float, length, (i) => 0.5 + ((i * 5) % 16) / 16),
    shares: () => make(Float, rows * classes, () => 1 / classes),
    indices: (length = rows) => make(Int32Array, length, (i) => (i * 7 + 3) % classes),
    results: (length) => make(Float, length, () => 7),
  };
}

/** Wrong arguments of any function, by the code of the error. */
function errorsOf(rows, classes, Float) {
  const elements = rows * classes;
  const common = {
    ERR_INVALID_ARG_TYPE: ([, ...rest]) => ['logits', ...rest],
    ERR_INVALID_ARG_VALUE: (given) => withOptions(given, { colour: 'red' }),
    ERR_SHAPE_MISMATCH: (given) => withOptions(given, { shape: [rows, classes + 1] }),
    ERR_BUFFER_DETACHED: ([, ...rest]) => [detached, ...rest],
  };
  /** Results that begin in the middle of what is read: these errors are native code's. */
  const overlap = (length) => ({
    ERR_BUFFER_OVERLAP: (given) => {
      const memory = new Float(2 * elements);
      const [, ...rest] = withOptions(given, { out: memory.subarray(5, 5 + length) });
      return [memory.subarray(0, elements), ...rest];
    },
  });
  /** So are these. */
  const range = {
    ERR_TARGET_OUT_OF_RANGE: ([first, targets, ...rest]) => [
      first,
      targets.map((target, row) => (row === rows - 1 ? classes : target)),
      ...rest,
    ],
  };
  const empty = {
    ERR_EMPTY_MEAN: ([first, targets, { shape }]) => [
      first,
      targets.map(() => -100),
      { shape, emptyMean: 'throw' },
    ],
  };
  const many = {
    ERR_MEMORY_ALLOCATION_FAILED: () => [new Float(0), { shape: [2 ** 40, 0] }],
  };
  return {
    sameShape: { ...common, ...overlap(elements) },
    reduced: { ...common, ...overlap(rows), ...many },
    perRow: { ...common, ...overlap(rows) },
    classLoss: { ...common, ...overlap(rows), ...range, ...empty },
    score: { ...common, ...range },
    common,
  };
}

/**
 * Each function's name, its arguments, the options that say where results go, and wrong arguments.
 * Made anew for each use, so that nobody sees another's arrays. `only`: that one, by its number.
 */
exports.functions = ({
  rows = 2,
  classes = 10,
  Float = Float32Array,
  place = (type, length) => new type(length),
  only,
} = {}) => {
  const { floats, factors, shares, indices, results } = arraysOf(rows, classes, Float, place);
  const errors = errorsOf(rows, classes, Float);
  const shape = [rows, classes];
  const none = { shape, reduction: 'none' };
  const wide = () => ({ out: results(rows * classes) });
  const perRow = () => ({ out: results(rows) });
  const nothing = () => ({});
  const table = [
    ['softmax', () => [floats(), { shape }], wide, errors.sameShape],
    ['logSoftmax', () => [floats(), { shape, temperature: 2 }], wide, errors.sameShape],
    ['softmaxGradient', () => [shares(), floats(), { shape }], wide, errors.sameShape],
    ['logSoftmaxGradient', () => [floats(), floats(), { shape }], wide, errors.sameShape],
    ['logSumExp', () => [floats(), { shape, softcap: 30 }], perRow, errors.reduced],
    [
      'crossEntropy',
      () => [floats(), indices(), { ...none, ignoreIndex: [-1, -2], weight: factors() }],
      perRow,
      errors.classLoss,
    ],
    [
      'crossEntropy',
      () => [floats(), shares(), { shape, labelSmoothing: 0.1 }],
      nothing,
      errors.common,
    ],
    [
      'crossEntropyWithGradient',
      () => [floats(), indices(), { ...none, zLoss: 0.01, upstream: factors(rows) }],
      () => ({ ...perRow(), gradient: results(rows * classes) }),
      errors.classLoss,
    ],
    ['nllLoss', () => [floats(), indices(), none], perRow, errors.classLoss],
    ['klDivergence', () => [floats(), floats(), none], perRow, errors.perRow],
    [
      'binaryCrossEntropy',
      () => [floats(), shares(), { ...none, weight: factors(), positiveWeight: factors() }],
      wide,
      errors.sameShape,
    ],
    [
      'score',
      () => {
        const top = Math.min(3, classes);
        return [
          floats(),
          indices(),
          { shape, rank: true, entropy: true, margin: true, top, ids: indices(2 * rows) },
        ];
      },
      nothing,
      errors.score,
    ],
  ];
  return table
    .filter((_, index) => only === undefined || index === only)
    .map(([name, given, outputs, wrong]) => ({
      name,
      given: given(),
      outputs: outputs(),
      errors: wrong,
    }));
};

/** A function's arguments with the options that say where results go. */
exports.withOutputs = ({ given, outputs }) => withOptions(given, outputs);

/** A result's bytes, as a hash. */
exports.hashOf = (result) => {
  const hash = createHash('sha1');
  const add = (value) => {
    if (ArrayBuffer.isView(value)) hash.update(value);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(add);
    else hash.update(String(value));
  };
  add(result);
  return hash.digest('hex');
};

/** All numbers of a result. */
exports.numbersOf = function numbersOf(result) {
  if (typeof result === 'number') return [result];
  if (ArrayBuffer.isView(result)) return Array.from(result);
  return typeof result === 'object' ? Object.values(result).flatMap(numbersOf) : [];
};
