// The library as a caller would use it, with the arrays for its results given where there are any.
// LOGITS_ISA and LOGITS_THREADS are set by the parent process.
import {
  binaryCrossEntropy,
  crossEntropy,
  crossEntropyWithGradient,
  klDivergence,
  logSoftmax,
  logSumExp,
  score,
  softmax,
  softmaxGradient,
} from '../../index.mjs';
import { isHalf } from '../elements.mjs';
import { labelSmoothing, temperature } from '../options.mjs';
import { partsOf } from './result.mjs';

export const version = process.env.LOGITS_ISA;

/** From what a trial gives to a call; objects of options are made once. */
const calls = {
  crossEntropy:
    ({ logits, targets, options }) =>
    () =>
      crossEntropy(logits, targets, options),
  crossEntropyWithGradient({ logits, targets, options, out }) {
    const withGradient = { ...options, gradient: out };
    return () => crossEntropyWithGradient(logits, targets, withGradient);
  },
  softmax({ logits, options, out }) {
    const withOut = { ...options, out };
    return () => softmax(logits, withOut);
  },
  logSoftmax({ logits, options, out }) {
    const withOut = { ...options, out };
    return () => logSoftmax(logits, withOut);
  },
  logSumExp({ logits, options, rowOut }) {
    const withOut = { ...options, out: rowOut };
    return () => logSumExp(logits, withOut);
  },
  crossEntropySmoothing({ logits, targets, options }) {
    const withSmoothing = { ...options, labelSmoothing };
    return () => crossEntropy(logits, targets, withSmoothing);
  },
  crossEntropyProbabilities({ logits, probabilities, options }) {
    return () => crossEntropy(logits, probabilities, options);
  },
  crossEntropyTemperature({ logits, targets, options }) {
    const withTemperature = { ...options, temperature };
    return () => crossEntropy(logits, targets, withTemperature);
  },
  softmaxGradient({ probabilities, otherLogits, options, out }) {
    const withOut = { ...options, out };
    return () => softmaxGradient(probabilities, otherLogits, withOut);
  },
  klDivergence:
    ({ logits, otherLogits, options }) =>
    () =>
      klDivergence(logits, otherLogits, options),
  binaryCrossEntropy:
    ({ logits, labels, options }) =>
    () =>
      binaryCrossEntropy(logits, labels, options),
  score:
    ({ logits, targets, options }) =>
    () =>
      score(logits, targets, options).logProbs,
  scoreTop5({ logits, targets, options }) {
    const withTop = { ...options, top: 5 };
    return () => score(logits, targets, withTop).logProbs;
  },
};

export function prepare({ operation, shape, axis, element, layout }, arrays) {
  const Result = element === 'float64' ? Float64Array : Float32Array;
  const given = {
    ...arrays,
    options: isHalf(element) ? { shape, axis, dtype: element } : { shape, axis },
    out: new Result(arrays.logits.length),
    rowOut: new Result(layout.rows),
  };
  return {
    run: calls[operation](given),
    read: (result) => ({ ...partsOf(result), type: element === 'float64' ? element : 'float32' }),
  };
}
