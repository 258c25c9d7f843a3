export { binaryCrossEntropy } from './binary-cross-entropy.js';
export { crossEntropy, crossEntropyWithGradient } from './cross-entropy.js';
export type { ErrorCode } from './errors.js';
export type {
  Calibration,
  CalibrationBin,
  EvaluationSummary,
  EvaluatorOptions,
  EvaluatorState,
  ScoreOptions,
  Scores,
  TieRule,
  TopClasses,
  UpdateOptions,
} from './evaluation-types.js';
export { Evaluator } from './evaluator.js';
export { klDivergence } from './kl-divergence.js';
export { logSumExp } from './log-sum-exp.js';
export { nllLoss } from './nll-loss.js';
export { runtime, setThreads } from './runtime.js';
export { score } from './score.js';
export { logSoftmax, softmax } from './softmax.js';
export { logSoftmaxGradient, softmaxGradient } from './softmax-gradient.js';
export type {
  BinaryCrossEntropyOptions,
  BinaryTargets,
  ClassIndices,
  ClassProbabilities,
  CrossEntropyOptions,
  CrossEntropyWithGradientOptions,
  ElementType,
  EmptyMean,
  FloatArray,
  HalfArray,
  KlDivergenceOptions,
  LayoutOptions,
  Logits,
  LogitsLike,
  LogitsOptions,
  LogSumExpOptions,
  Loss,
  LossAndGradient,
  NllLossOptions,
  Reduction,
  ReductionOptions,
  ResultArray,
  Runtime,
  SoftmaxGradientOptions,
  SoftmaxOptions,
  Targets,
  TensorLike,
  ThreadOptions,
  TransformOptions,
} from './types.js';
