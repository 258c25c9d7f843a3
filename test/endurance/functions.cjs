// Every function on arrays as a table, with plain arguments: for processes and worker threads that run
// dist/ without a test runner, over and over. Asynchronous functions of the same names take the same.

const ROWS = 2;
const CLASSES = 10;
const shape = [ROWS, CLASSES];
const ELEMENTS = ROWS * CLASSES;

const floats = (length = ELEMENTS) => Float32Array.from({ length }, (_, i) => Math.sin(i) * 3);
const shares = () => new Float32Array(ELEMENTS).fill(1 / CLASSES);
const targets = () => Int32Array.of(3, 7);

/** Where class indices are the targets, what is wrong about them only native code finds out. */
const classErrors = {
  ERR_TARGET_OUT_OF_RANGE: ([first, , ...rest]) => [first, Int32Array.of(3, CLASSES), ...rest],
};
const lossErrors = {
  ...classErrors,
  ERR_EMPTY_MEAN: ([first, , options]) => [
    first,
    new Int32Array(ROWS).fill(-100),
    { shape: options.shape, emptyMean: 'throw' },
  ],
};

const withOptions = (given, more) => [...given.slice(0, -1), { ...given.at(-1), ...more }];

const detached = floats();
structuredClone(detached.buffer, { transfer: [detached.buffer] });

/** Wrong arguments of any function, by the code of the error. */
const commonErrors = {
  ERR_INVALID_ARG_TYPE: ([, ...rest]) => ['logits', ...rest],
  ERR_INVALID_ARG_VALUE: (given) => withOptions(given, { colour: 'red' }),
  ERR_SHAPE_MISMATCH: (given) => withOptions(given, { shape: [ROWS, CLASSES + 1] }),
  ERR_BUFFER_DETACHED: ([, ...rest]) => [detached, ...rest],
};
/** Results that begin in the middle of what is read. */
const overlapOf = (length) => (given) => {
  const memory = new Float32Array(2 * ELEMENTS);
  const [, ...rest] = withOptions(given, { out: memory.subarray(5, 5 + length) });
  return [memory.subarray(0, ELEMENTS), ...rest];
};
/** No elements, and more results of them than any machine holds. */
const tooMany = (count) => (given) => [
  new Float32Array(0),
  ...given.slice(1, -1).map((array) => new array.constructor(0)),
  { shape: [count, 0] },
];

/**
 * Each function's name, its arguments, the options that say where results go, and wrong arguments.
 * Asked anew for each use, so that nobody sees another's arrays.
 */
exports.functions = () => [
  {
    name: 'softmax',
    given: [floats(), { shape }],
    outputs: { out: new Float32Array(ELEMENTS) },
    errors: { ...commonErrors, ERR_BUFFER_OVERLAP: overlapOf(ELEMENTS) },
  },
  {
    name: 'logSoftmax',
    given: [floats(), { shape, temperature: 2 }],
    outputs: { out: new Float32Array(ELEMENTS) },
    errors: { ...commonErrors, ERR_BUFFER_OVERLAP: overlapOf(ELEMENTS) },
  },
  {
    name: 'softmaxGradient',
    given: [shares(), floats(), { shape }],
    outputs: { out: new Float32Array(ELEMENTS) },
    errors: { ...commonErrors, ERR_BUFFER_OVERLAP: overlapOf(ELEMENTS) },
  },
  {
    name: 'logSoftmaxGradient',
    given: [floats(), floats(), { shape }],
    outputs: { out: new Float32Array(ELEMENTS) },
    errors: { ...commonErrors, ERR_BUFFER_OVERLAP: overlapOf(ELEMENTS) },
  },
  {
    name: 'logSumExp',
    given: [floats(), { shape, softcap: 30 }],
    outputs: { out: new Float32Array(ROWS) },
    errors: {
      ...commonErrors,
      ERR_BUFFER_OVERLAP: overlapOf(ROWS),
      ERR_MEMORY_ALLOCATION_FAILED: tooMany(2 ** 40),
    },
  },
  {
    name: 'crossEntropy',
    given: [
      floats(),
      targets(),
      { shape, reduction: 'none', ignoreIndex: [-1, -2], weight: floats(CLASSES).map(Math.abs) },
    ],
    outputs: { out: new Float32Array(ROWS) },
    errors: { ...commonErrors, ...lossErrors, ERR_BUFFER_OVERLAP: overlapOf(ROWS) },
  },
  {
    name: 'crossEntropy',
    given: [floats(), shares(), { shape, labelSmoothing: 0.1 }],
    outputs: {},
    errors: commonErrors,
  },
  {
    name: 'crossEntropyWithGradient',
    given: [
      floats(),
      targets(),
      { shape, reduction: 'none', zLoss: 0.01, upstream: Float32Array.of(1, 2) },
    ],
    outputs: { out: new Float32Array(ROWS), gradient: new Float32Array(ELEMENTS) },
    errors: { ...commonErrors, ...lossErrors, ERR_BUFFER_OVERLAP: overlapOf(ROWS) },
  },
  {
    name: 'nllLoss',
    given: [floats(), targets(), { shape, reduction: 'none' }],
    outputs: { out: new Float32Array(ROWS) },
    errors: { ...commonErrors, ...lossErrors, ERR_BUFFER_OVERLAP: overlapOf(ROWS) },
  },
  {
    name: 'klDivergence',
    given: [floats(), floats(), { shape, reduction: 'none' }],
    outputs: { out: new Float32Array(ROWS) },
    errors: { ...commonErrors, ERR_BUFFER_OVERLAP: overlapOf(ROWS) },
  },
  {
    name: 'binaryCrossEntropy',
    given: [floats(), shares(), { shape, reduction: 'none', positiveWeight: floats(CLASSES) }],
    outputs: { out: new Float32Array(ELEMENTS) },
    errors: { ...commonErrors, ERR_BUFFER_OVERLAP: overlapOf(ELEMENTS) },
  },
  {
    name: 'score',
    given: [
      floats(),
      targets(),
      { shape, rank: true, entropy: true, margin: true, top: 3, ids: Int32Array.of(1, 2) },
    ],
    outputs: {},
    errors: { ...commonErrors, ...classErrors },
  },
];

/** The arguments with the options that say where results go. */
exports.withOutputs = ({ given, outputs }) => withOptions(given, outputs);

exports.evaluatorOptions = { classes: CLASSES, top: [1, 3], confusion: true };
exports.batch = () => [floats(), targets(), { shape, bytes: 7 }];
