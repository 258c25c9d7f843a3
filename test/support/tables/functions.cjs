// Every function on arrays with plain arguments, by the files of operations/: for processes and worker threads that run
// dist/ without a test runner. Asynchronous functions of the same names take the same.

const { createHash } = require('node:crypto');
const { operations } = require('./operation-files.cjs');

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

/** Wrong arguments of any function, and those of one kind or another, by the code of the error. */
function errorsOf(rows, classes, Float) {
  const elements = rows * classes;
  const common = {
    ERR_INVALID_ARG_TYPE: ([, ...rest]) => ['logits', ...rest],
    ERR_INVALID_ARG_VALUE: (given) => withOptions(given, { colour: 'red' }),
    ERR_SHAPE_MISMATCH: (given) => withOptions(given, { shape: [rows, classes + 1] }),
    ERR_BUFFER_DETACHED: ([, ...rest]) => [detached, ...rest],
  };
  const kinds = {
    /** A result that begins in the middle of what is read: this error is native code's. */
    overlap: ({ sizes }) => ({
      ERR_BUFFER_OVERLAP: (given) => {
        const memory = new Float(2 * elements);
        const length = sizes.out === 'row' ? rows : elements;
        const [, ...rest] = withOptions(given, { out: memory.subarray(5, 5 + length) });
        return [memory.subarray(0, elements), ...rest];
      },
    }),
    /** So is this one. */
    range: () => ({
      ERR_TARGET_OUT_OF_RANGE: ([first, targets, ...rest]) => [
        first,
        targets.map((target, row) => (row === rows - 1 ? classes : target)),
        ...rest,
      ],
    }),
    emptyMean: () => ({
      ERR_EMPTY_MEAN: ([first, targets, { shape }]) => [
        first,
        targets.map(() => -100),
        { shape, emptyMean: 'throw' },
      ],
    }),
    tooManyRows: () => ({
      ERR_MEMORY_ALLOCATION_FAILED: () => [new Float(0), { shape: [2 ** 40, 0] }],
    }),
  };
  return (operation, names) =>
    Object.assign({}, common, ...names.map((name) => kinds[name](operation)));
}

const table = Object.entries(operations).flatMap(([name, operation]) =>
  operation.plain.map((plain) => ({ name, operation, outputs: operation.outputs, ...plain })),
);

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
  const { results, ...arrays } = arraysOf(rows, classes, Float, place);
  const shape = [rows, classes];
  const make = { ...arrays, rows, classes, shape, none: { shape, reduction: 'none' } };
  const errorsFor = errorsOf(rows, classes, Float);
  const sizes = { logit: rows * classes, row: rows, class: classes };
  return table
    .filter((_, index) => only === undefined || index === only)
    .map(({ name, operation, given, outputs, errors }) => ({
      name,
      given: given(make),
      outputs: Object.fromEntries(
        outputs.map((output) => [output, results(sizes[operation.sizes[output] ?? 'logit'])]),
      ),
      errors: errorsFor(operation, errors),
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
