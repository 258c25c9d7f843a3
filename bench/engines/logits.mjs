// The library as a caller would use it, with the arrays for its results given where there are any.
// LOGITS_ISA and LOGITS_THREADS are set by the parent process.
import {
  binaryCrossEntropy,
  crossEntropy,
  crossEntropyWithGradient,
  klDivergence,
  logSoftmax,
  logSumExp,
  softmax,
  softmaxGradient,
} from '../../index.mjs';
import { isHalf } from '../elements.mjs';
import { labelSmoothing, temperature } from '../options.mjs';
import { partsOf } from './result.mjs';

export const version = process.env.LOGITS_ISA;

const calls = {
  crossEntropy: ({ logits, targets, options }) => crossEntropy(logits, targets, options),
  crossEntropyWithGradient: ({ logits, targets, options, out }) =>
    crossEntropyWithGradient(logits, targets, { ...options, gradient: out }),
  softmax: ({ logits, options, out }) => softmax(logits, { ...options, out }),
  logSoftmax: ({ logits, options, out }) => logSoftmax(logits, { ...options, out }),
  logSumExp: ({ logits, options, rowOut }) => logSumExp(logits, { ...options, out: rowOut }),
  crossEntropySmoothing: ({ logits, targets, options }) =>
    crossEntropy(logits, targets, { ...options, labelSmoothing }),
  crossEntropyProbabilities: ({ logits, probabilities, options }) =>
    crossEntropy(logits, probabilities, options),
  crossEntropyTemperature: ({ logits, targets, options }) =>
    crossEntropy(logits, targets, { ...options, temperature }),
  softmaxGradient: ({ probabilities, otherLogits, options, out }) =>
    softmaxGradient(probabilities, otherLogits, { ...options, out }),
  klDivergence: ({ logits, otherLogits, options }) => klDivergence(logits, otherLogits, options),
  binaryCrossEntropy: ({ logits, labels, options }) => binaryCrossEntropy(logits, labels, options),
};

export function prepare({ operation, shape, axis, element, layout }, arrays) {
  const Result = element === 'float64' ? Float64Array : Float32Array;
  const given = {
    ...arrays,
    options: isHalf(element) ? { shape, axis, dtype: element } : { shape, axis },
    out: new Result(arrays.logits.length),
    rowOut: new Result(layout.rows),
  };
  const call = calls[operation];
  return {
    run: () => call(given),
    read: (result) => ({ ...partsOf(result), type: element === 'float64' ? element : 'float32' }),
  };
}
