// Generated from the files of this folder by scripts/generate.mjs.

export { type BinaryCrossEntropyOptions, binaryCrossEntropy } from './binary-cross-entropy.js';
export { type CrossEntropyOptions, type CrossEntropyWithGradientOptions, crossEntropy, crossEntropyWithGradient } from './cross-entropy.js';
export { type KlDivergenceOptions, klDivergence } from './kl-divergence.js';
export { logSoftmax } from './log-softmax.js';
export { type LogSumExpOptions, logSumExp } from './log-sum-exp.js';
export { type NllLossOptions, nllLoss } from './nll-loss.js';
export { type ScoreOptions, type TopClasses, type Scores, score } from './score.js';
export { type SoftmaxGradientOptions, softmaxGradient, logSoftmaxGradient } from './softmax-gradient.js';
export { type SoftmaxOptions, softmax } from './softmax.js';
