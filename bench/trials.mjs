// What is measured: the main operations on every shape, the others on some.

const onEveryShape = [
  'crossEntropy',
  'crossEntropyWithGradient',
  'softmax',
  'logSoftmax',
  'logSumExp',
];

/** Other element types, options and operations. */
const onSomeShapes = [
  'crossEntropySmoothing',
  'crossEntropyProbabilities',
  'crossEntropyTemperature',
  'softmaxFloat64',
  'softmaxFloat16',
  'softmaxBfloat16',
  'softmaxGradient',
  'klDivergence',
  'binaryCrossEntropy',
];

export const operations = [...onEveryShape, ...onSomeShapes];

/** Rows x classes, or PyTorch's (N, C, H, W) with the classes on axis 1. */
export const shapes = [
  { name: '1x1000', shape: [1, 1000], axis: -1 },
  { name: '64x1000', shape: [64, 1000], axis: -1 },
  { name: '4096x1000', shape: [4096, 1000], axis: -1 },
  { name: '1x128256', shape: [1, 128256], axis: -1 },
  { name: '64x32000', shape: [64, 32000], axis: -1 },
  { name: '8192x10', shape: [8192, 10], axis: -1 },
  { name: '65536x100', shape: [65536, 100], axis: -1 },
  { name: '8x21x64x64', shape: [8, 21, 64, 64], axis: 1 },
];

/** Moderate ones: without vector instructions, float64 arithmetic takes microseconds an element. */
const someShapes = ['64x1000', '1x128256', '8192x10'];

export const trials = operations.flatMap((operation) =>
  shapes
    .filter(({ name }) => onEveryShape.includes(operation) || someShapes.includes(name))
    .map((shape) => ({ operation, ...shape })),
);
