// The ESM face of the one CommonJS build, so that both kinds of import share one module state.
import logits from './dist/index.js';

export const {
  binaryCrossEntropy,
  crossEntropy,
  crossEntropyWithGradient,
  Evaluator,
  klDivergence,
  logSoftmax,
  logSoftmaxGradient,
  logSumExp,
  nllLoss,
  runtime,
  score,
  setThreads,
  softmax,
  softmaxGradient,
} = logits;
