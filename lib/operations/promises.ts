// Generated from the files of this folder by scripts/generate.mjs.

export { binaryCrossEntropyAsync as binaryCrossEntropy } from './binary-cross-entropy.js';
export { crossEntropyAsync as crossEntropy, crossEntropyWithGradientAsync as crossEntropyWithGradient } from './cross-entropy.js';
export { klDivergenceAsync as klDivergence } from './kl-divergence.js';
export { logSoftmaxAsync as logSoftmax } from './log-softmax.js';
export { logSumExpAsync as logSumExp } from './log-sum-exp.js';
export { nllLossAsync as nllLoss } from './nll-loss.js';
export { scoreAsync as score } from './score.js';
export { softmaxGradientAsync as softmaxGradient, logSoftmaxGradientAsync as logSoftmaxGradient } from './softmax-gradient.js';
export { softmaxAsync as softmax } from './softmax.js';
