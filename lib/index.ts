export { crossEntropy, crossEntropyWithGradient } from './cross-entropy.js';
export type { ErrorCode } from './errors.js';
export { logSumExp } from './log-sum-exp.js';
export { runtime } from './runtime.js';
export { logSoftmax, softmax } from './softmax.js';
export type {
  ClassIndices,
  CrossEntropyOptions,
  CrossEntropyWithGradientOptions,
  LayoutOptions,
  LogSumExpOptions,
  Loss,
  LossAndGradient,
  Reduction,
  Runtime,
  SoftmaxOptions,
} from './types.js';
