// Who is measured: the library on each instruction set of this machine, and plain JavaScript.
import { native } from '../dist/native.js';
import {
  crossEntropy,
  crossEntropyWithGradient,
  logSoftmax,
  logSumExp,
  softmax,
} from '../index.mjs';
import * as plainLoops from './plain-loops.mjs';

/** The public functions as a caller would use them, outputs given where there is an output. */
const library = {
  crossEntropy: ({ logits, targets, options }) => crossEntropy(logits, targets, options),
  crossEntropyWithGradient: ({ logits, targets, options, out }) =>
    crossEntropyWithGradient(logits, targets, { ...options, gradient: out }),
  softmax: ({ logits, options, out }) => softmax(logits, { ...options, out }),
  logSoftmax: ({ logits, options, out }) => logSoftmax(logits, { ...options, out }),
  logSumExp: ({ logits, options, rowOut }) => logSumExp(logits, { ...options, out: rowOut }),
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
