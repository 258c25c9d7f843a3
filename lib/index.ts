export type { ErrorCode } from './arguments/errors.js';
export { Evaluator } from './evaluation/evaluator.js';
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
} from './evaluation/types.js';
export { runtime, setThreads } from './native/runtime.js';
export { binaryCrossEntropy } from './operations/binary-cross-entropy.js';
export { crossEntropy, crossEntropyWithGradient } from './operations/cross-entropy.js';
export { klDivergence } from './operations/kl-divergence.js';
export { logSumExp } from './operations/log-sum-exp.js';
export { nllLoss } from './operations/nll-loss.js';
export { score } from './operations/score.js';
export { logSoftmax, softmax } from './operations/softmax.js';
export { logSoftmaxGradient, softmaxGradient } from './operations/softmax-gradient.js';
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
