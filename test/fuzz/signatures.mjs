// What each function takes, as its documentation says.

const layout = ['shape', 'axis', 'dtype', 'rowStride', 'threads'];
const transform = ['temperature', 'softcap'];
const classLoss = [...layout, 'reduction', 'weight', 'ignoreIndex', 'emptyMean', 'out'];
const crossEntropy = [...classLoss, ...transform, 'labelSmoothing', 'zLoss'];

/**
 * inputs: the arguments before the options; like: those of them that are laid out as the first;
 * options: their names; outputs: the arrays among them that are written; perRow: outputs of one element a row;
 * inPlace: inputs that an output may be, by output.
 */
export const signatures = {
  softmax: {
    inputs: ['logits'],
    like: ['logits'],
    options: [...layout, ...transform, 'out'],
    outputs: ['out'],
    perRow: [],
    inPlace: { out: ['logits'] },
  },
  logSoftmax: {
    inputs: ['logits'],
    like: ['logits'],
    options: [...layout, ...transform, 'out'],
    outputs: ['out'],
    perRow: [],
    inPlace: { out: ['logits'] },
  },
  logSumExp: {
    inputs: ['logits'],
    like: ['logits'],
    options: [...layout, ...transform, 'out'],
    outputs: ['out'],
    perRow: ['out'],
    inPlace: { out: [] },
  },
  softmaxGradient: {
    inputs: ['probabilities', 'upstream'],
    like: ['probabilities', 'upstream'],
    options: [...layout, 'temperature', 'out'],
    outputs: ['out'],
    perRow: [],
    inPlace: { out: ['probabilities', 'upstream'] },
  },
  logSoftmaxGradient: {
    inputs: ['logProbabilities', 'upstream'],
    like: ['logProbabilities', 'upstream'],
    options: [...layout, 'temperature', 'out'],
    outputs: ['out'],
    perRow: [],
    inPlace: { out: ['logProbabilities', 'upstream'] },
  },
  crossEntropy: {
    inputs: ['logits', 'targets'],
    like: ['logits'],
    options: crossEntropy,
    outputs: ['out'],
    perRow: ['out'],
    inPlace: { out: [] },
  },
  crossEntropyWithGradient: {
    inputs: ['logits', 'targets'],
    like: ['logits'],
    options: [...crossEntropy, 'gradient', 'upstream'],
    outputs: ['out', 'gradient'],
    perRow: ['out'],
    inPlace: { out: [], gradient: ['logits'] },
  },
  nllLoss: {
    inputs: ['logProbabilities', 'targets'],
    like: ['logProbabilities'],
    options: classLoss,
    outputs: ['out'],
    perRow: ['out'],
    inPlace: { out: [] },
  },
  klDivergence: {
    inputs: ['logits', 'otherLogits'],
    like: ['logits', 'otherLogits'],
    options: [...layout, ...transform, 'reduction', 'out'],
    outputs: ['out'],
    perRow: ['out'],
    inPlace: { out: [] },
  },
  binaryCrossEntropy: {
    inputs: ['logits', 'targets'],
    like: ['logits'],
    options: [...layout, ...transform, 'reduction', 'weight', 'positiveWeight', 'out'],
    outputs: ['out'],
    perRow: [],
    inPlace: { out: ['logits'] },
  },
  score: {
    inputs: ['logits', 'targets'],
    like: ['logits'],
    options: [
      ...layout,
      ...transform,
      ...['rank', 'ties', 'entropy', 'margin', 'top', 'ids', 'ignoreIndex'],
    ],
    outputs: [],
    perRow: [],
    inPlace: {},
  },
  // new Evaluator(the options that start with '.').update(logits, targets, options)
  Evaluator: {
    inputs: ['logits', 'targets'],
    like: ['logits'],
    options: [...layout.filter((name) => name !== 'axis'), ...transform, 'bytes'],
    outputs: [],
    perRow: [],
    inPlace: {},
    construction: ['classes', 'top', 'calibrationBins', 'confusion', 'ignoreIndex', 'axis'],
  },
};

export const functionNames = Object.keys(signatures);

export const isLoss = (name) => signatures[name].options.includes('reduction');
export const hasClasses = (name) =>
  signatures[name].inputs.includes('targets') && name !== 'binaryCrossEntropy';
