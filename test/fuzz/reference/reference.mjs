// What a call's numbers are by the definitions, in float64, and how far each may be off.
import { crossEntropy, nll } from './cross-entropy.mjs';
import { binaryCrossEntropy, klDivergence } from './divergence.mjs';
import { family, gradients } from './family.mjs';

const computations = {
  softmax: family,
  logSoftmax: family,
  logSumExp: family,
  softmaxGradient: gradients,
  logSoftmaxGradient: gradients,
  crossEntropy,
  crossEntropyWithGradient: crossEntropy,
  nllLoss: nll,
  klDivergence,
  binaryCrossEntropy,
};

/** Every number that the call of a plan results in: 'out', 'gradient', 'total'. */
export function referenceOf(plan) {
  return computations[plan.fn](plan);
}
