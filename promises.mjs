// The ESM face of the one CommonJS build, so that both kinds of import share one module state.
import promises from './dist/promises.js';

export const {
  binaryCrossEntropy,
  crossEntropy,
  crossEntropyWithGradient,
  klDivergence,
  logSoftmax,
  logSoftmaxGradient,
  logSumExp,
  nllLoss,
  score,
  softmax,
  softmaxGradient,
  updateEvaluator,
} = promises;
