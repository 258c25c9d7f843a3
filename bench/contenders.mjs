// Who is measured: the library on each instruction set of this machine, and plain JavaScript.
import { native } from '../dist/native.js';
import {
  binaryCrossEntropy,
  crossEntropy,
  crossEntropyWithGradient,
  klDivergence,
  logSoftmax,
  logSumExp,
  softmax,
  softmaxGradient,
} from '../index.mjs';
import * as plainLoops from './plain-loops.mjs';

const { labelSmoothing, temperature } = plainLoops;

/** The public functions as a caller would use them, outputs given where there is an output. */
const library = {
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
  softmaxFloat64: ({ doubles, options, doubleOut }) =>
    softmax(doubles, { ...options, out: doubleOut }),
  softmaxFloat16: ({ float16, options, out }) =>
    softmax(float16, { ...options, dtype: 'float16', out }),
  softmaxBfloat16: ({ bfloat16, options, out }) =>
    softmax(bfloat16, { ...options, dtype: 'bfloat16', out }),
  softmaxGradient: ({ probabilities, otherLogits, options, out }) =>
    softmaxGradient(probabilities, otherLogits, { ...options, out }),
  klDivergence: ({ logits, otherLogits, options }) => klDivergence(logits, otherLogits, options),
  binaryCrossEntropy: ({ logits, labels, options }) => binaryCrossEntropy(logits, labels, options),
};

const isas = native.isas();

/** A name, what to do before a turn, and the operations: each from a trial's inputs to a result. */
export const contenders = [
  ...isas.map((name) => ({ name, select: () => native.selectIsa(name), operations: library })),
  { name: 'js', select: () => {}, operations: plainLoops },
];

/** Not a contender but the yardstick: the same logits read once and added, and nothing else. */
export const readSum = {
  name: 'readSum',
  select: () => native.selectIsa(isas[0]),
  run: ({ logits }) => native.readSum(logits),
};
