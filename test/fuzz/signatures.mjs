// What each function takes, as its documentation says: derived from the files of support/operations/ and the lists of
// options in the compiled package.
import { compiledOptionNames, operations } from '../support/tables/operation-files.cjs';

/**
 * inputs: the arguments before the options; like: those of them that are laid out as the first;
 * targets: what `targets` may hold;
 * options: their names; outputs: the arrays among them that are written; perRow: outputs of one element a row;
 * inPlace: inputs that an output may be, by output.
 */
function signatureOf(name, { inputs, targets, outputs, sizes }) {
  const like = inputs.filter((input) => input !== 'targets');
  const perRow = outputs.filter((output) => sizes[output] === 'row');
  const inPlace = Object.fromEntries(
    outputs.map((output) => [output, perRow.includes(output) ? [] : like]),
  );
  return { inputs, like, targets, options: compiledOptionNames(name), outputs, perRow, inPlace };
}

export const signatures = {
  ...Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => [name, signatureOf(name, operation)]),
  ),
  // new Evaluator(the options of `construction`).update(logits, targets, options)
  Evaluator: {
    inputs: ['logits', 'targets'],
    like: ['logits'],
    targets: ['classes'],
    options: ['shape', 'dtype', 'rowStride', 'threads', 'temperature', 'softcap', 'bytes'],
    outputs: [],
    perRow: [],
    inPlace: {},
    construction: ['classes', 'top', 'calibrationBins', 'confusion', 'ignoreIndex', 'axis'],
  },
};

export const functionNames = Object.keys(signatures);

export const isLoss = (name) => signatures[name].options.includes('reduction');
export const hasClasses = (name) => signatures[name].targets.includes('classes');
