// What is measured: operations on shapes, in groups that each answer one question.

/** Nothing but rows x classes: the classes lie on the last axis. */
function matrix(rows, classes) {
  return { name: `${rows}x${classes}`, shape: [rows, classes], axis: -1 };
}

function trialsOf(group, operations, shapes, elements = ['float32']) {
  return operations.flatMap((operation) =>
    shapes.flatMap((shape) => elements.map((element) => ({ group, operation, element, ...shape }))),
  );
}

const hot = ['crossEntropy', 'crossEntropyWithGradient', 'softmax'];
const withoutTargets = ['logSoftmax', 'logSumExp'];
const rare = [
  'crossEntropySmoothing',
  'crossEntropyProbabilities',
  'crossEntropyTemperature',
  'softmaxGradient',
  'klDivergence',
  'binaryCrossEntropy',
];

const evaluation = ['score', 'scoreTop5'];

export const operations = [...hot, ...withoutTargets, ...rare, ...evaluation];

const batches = [
  matrix(1, 10),
  matrix(1, 1000),
  matrix(64, 1000),
  matrix(8192, 10),
  matrix(65536, 32),
  matrix(65536, 100),
  matrix(64, 32000),
  matrix(256, 128256),
];
const image = { name: '8x21x64x64', shape: [8, 21, 64, 64], axis: 1 };

/** As many rows as make about 2^22 elements, so that only the length of the rows differs. */
const rowLengths = [10, 32, 100, 316, 1000, 3162, 10000, 32000, 128256];
const lengths = rowLengths.map((classes) => matrix(Math.round(2 ** 22 / classes), classes));

const large = [matrix(4096, 1000), matrix(1, 1_000_000), matrix(256, 128256)];
const typed = [matrix(64, 1000), matrix(64, 32000), matrix(256, 128256)];
const moderate = [matrix(64, 1000), matrix(1, 128256), matrix(8192, 10)];
const evaluated = [matrix(64, 1000), matrix(64, 32000), matrix(8192, 10)];

/**
 * batches: sizes that callers have; lengths: time by row length; threads: speed by number of
 * threads; elements: element types other than float32; rare: the other operations; evaluation: what
 * is read off the logits, beside the loss alone.
 */
export const trials = [
  ...trialsOf('batches', hot, [...batches, image]),
  ...trialsOf('batches', withoutTargets, [matrix(64, 1000), matrix(64, 32000)]),
  ...trialsOf('lengths', [...hot, ...withoutTargets], lengths),
  ...trialsOf('threads', ['crossEntropy', 'softmax'], large),
  ...trialsOf('elements', ['crossEntropy', 'softmax'], typed, ['float64', 'float16', 'bfloat16']),
  ...trialsOf('rare', rare, moderate),
  ...trialsOf('evaluation', ['crossEntropy', ...evaluation], evaluated),
];

const quickShapes = ['64x1000', '8192x10', '64x32000'];

/** A sample of all that takes seconds. */
export function isQuick({ group, name }) {
  return group === 'batches' && quickShapes.includes(name);
}

export const elementCount = ({ shape }) => shape.reduce((size, dimension) => size * dimension, 1);
