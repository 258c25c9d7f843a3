// The definitions in float64, from log-probabilities, to compare every contender's results with.

import { layoutOf, startOf } from './layout.mjs';
import { labelSmoothing, temperature } from './options.mjs';

/** The row's values divided by the temperature, its log-sum-exp and its log-probabilities. */
function solveRow(values, start, { classes, inner }, divisor = 1) {
  const row = new Float64Array(classes);
  for (let c = 0; c < classes; c++) row[c] = values[start + c * inner] / divisor;
  let max = -Infinity;
  for (const x of row) if (x > max) max = x;
  let sum = 0;
  for (const x of row) sum += Math.exp(x - max);
  const logSumExp = max + Math.log(sum);
  return { logSumExp, logProbabilities: row.map((x) => x - logSumExp) };
}

const add = (row, term) => row.reduce((sum, value, c) => sum + term(value, c), 0);

/** One value a row. */
const ofRows = {
  logSumExp: ({ logSumExp }) => logSumExp,
  score: ({ logProbabilities }, { target }) => logProbabilities[target],
  scoreTop5: ({ logProbabilities }, { target }) => logProbabilities[target],
};

/** One loss a row, from its log-probabilities `p`, its target and what lies beside its elements. */
const losses = {
  crossEntropy: (p, { target }) => -p[target],
  crossEntropyTemperature: (p, { target }) => -p[target],
  crossEntropySmoothing: (p, { target }) =>
    -(1 - labelSmoothing) * p[target] - (labelSmoothing / p.length) * add(p, (x) => x),
  crossEntropyProbabilities: (p, { beside }) => -add(p, (x, c) => beside('probabilities', c) * x),
  klDivergence: (p, { other }) => {
    const q = other();
    return add(p, (x, c) => Math.exp(x) * (x - q[c]));
  },
};

/** One value an element: the row's, from its log-probabilities. */
const ofElements = {
  softmax: (p) => p.map(Math.exp),
  logSoftmax: (p) => p,
  crossEntropyWithGradient: (p, { target, rows }) =>
    p.map((x, c) => (Math.exp(x) - (c === target ? 1 : 0)) / rows),
};

function softmaxGradient({ probabilities, otherLogits }, layout) {
  const { classes, inner, rows } = layout;
  const array = new Float64Array(rows * classes);
  for (let row = 0; row < rows; row++) {
    const start = startOf(row, layout);
    const end = start + classes * inner;
    let mean = 0;
    for (let i = start; i < end; i += inner) mean += probabilities[i] * otherLogits[i];
    for (let i = start; i < end; i += inner) array[i] = probabilities[i] * (otherLogits[i] - mean);
  }
  return { array };
}

function binaryCrossEntropy({ logits, labels }) {
  let sum = 0;
  for (let i = 0; i < logits.length; i++) {
    const sign = 1 - 2 * labels[i];
    const x = sign * logits[i];
    sum += Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }
  return { loss: sum / logits.length };
}

/**
 * @param {{ operation: string, shape: number[], axis: number }} trial
 * @param {Record<string, ArrayLike<number>>} arrays - As numbers.
 * @returns {{ loss?: number, array?: Float64Array }}
 */
export function referenceOf(trial, arrays) {
  const layout = layoutOf(trial);
  const { operation } = trial;
  if (operation === 'softmaxGradient') return softmaxGradient(arrays, layout);
  if (operation === 'binaryCrossEntropy') return binaryCrossEntropy(arrays);

  const { classes, inner, rows } = layout;
  const divisor = operation === 'crossEntropyTemperature' ? temperature : 1;
  const lossOf = losses[operation === 'crossEntropyWithGradient' ? 'crossEntropy' : operation];
  const elementsOf = ofElements[operation];
  const rowOf = ofRows[operation];
  const array = new Float64Array(elementsOf ? rows * classes : rowOf ? rows : 0);
  let loss = 0;
  for (let row = 0; row < rows; row++) {
    const start = startOf(row, layout);
    const solved = solveRow(arrays.logits, start, layout, divisor);
    const context = {
      rows,
      target: arrays.targets?.[row],
      beside: (name, c) => arrays[name][start + c * inner],
      other: () => solveRow(arrays.otherLogits, start, layout).logProbabilities,
    };
    if (lossOf) loss += lossOf(solved.logProbabilities, context);
    if (rowOf) array[row] = rowOf(solved, context);
    elementsOf?.(solved.logProbabilities, context).forEach((value, c) => {
      array[start + c * inner] = value;
    });
  }
  return {
    ...(lossOf ? { loss: loss / rows } : {}),
    ...(array.length > 0 ? { array } : {}),
  };
}
