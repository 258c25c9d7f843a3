// What is measured: every operation on every shape.

export const operations = [
  'crossEntropy',
  'crossEntropyWithGradient',
  'softmax',
  'logSoftmax',
  'logSumExp',
];

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

export const trials = operations.flatMap((operation) =>
  shapes.map((shape) => ({ operation, ...shape })),
);
