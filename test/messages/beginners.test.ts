import { describe, expect, it } from 'vitest';
import * as logits from '../../lib/index.js';
import * as promises from '../../lib/promises.js';
import { thrownBy } from '../support/errors.js';

// What is wrong in the first five minutes: each message leads to the call that is right, which follows.

type Loose = Record<string, (...values: never[]) => unknown>;
const { softmax, crossEntropy, nllLoss, score, klDivergence, binaryCrossEntropy } =
  logits as unknown as Loose as Record<string, (...values: unknown[]) => unknown>;
const Evaluator = logits.Evaluator as unknown as new (options?: unknown) => logits.Evaluator;
type Call = () => unknown;

const x = Float32Array.of(8, -3, 10, 1, 2, 0.5);
const shape = [2, 3];
const images = new Float32Array(24);
const results = { logits: { data: x, dims: [2, 3] }, labels: 1 };

const mistakes: Record<string, [wrong: Call, message: string, right: Call]> = {
  'all results of a session': [
    () => softmax?.(results),
    'softmax: logits is an object without data. Did you mean logits.logits?',
    () => softmax?.(results.logits),
  ],
  'a TensorFlow.js tensor': [
    () => softmax?.({ data: async () => x, shape }),
    'Call it: { data: await logits.data(), shape: logits.shape }',
    () => softmax?.({ data: x, shape }),
  ],
  'integers as logits': [
    () => softmax?.(Int32Array.of(1, 2)),
    'Convert it: Float32Array.from(logits)',
    () => softmax?.(Float32Array.from(Int32Array.of(1, 2))),
  ],
  'rows of different lengths': [
    () => softmax?.([[1, 2], [3]]),
    'softmax: logits[1] has 1 element, but the rows before it have 2 elements',
    () =>
      softmax?.([
        [1, 2],
        [3, 4],
      ]),
  ],
  'text from a form': [
    () => softmax?.(['8', -3]),
    "softmax: logits[0] is '8', not a number",
    () => softmax?.([8, -3]),
  ],
  'bits without a type': [
    () => softmax?.(new Uint16Array(2)),
    "dtype is missing: it must be 'float16' or 'bfloat16'",
    () => softmax?.(new Uint16Array(2), { dtype: 'float16' }),
  ],
  'a shape in place of the options': [
    () => softmax?.(x, shape),
    'Did you mean { shape: ... }?',
    () => softmax?.(x, { shape }),
  ],
  'a shape with -1': [
    () => softmax?.(x, { shape: [-1, 3] }),
    'shape[0] is -1, not an integer >= 0. Write the number of rows and of classes: [rows, classes]',
    () => softmax?.(x, { shape }),
  ],
  'a shape of too many rows': [
    () => softmax?.(x, { shape: [3, 3] }),
    'shape is [3, 3], which is 9 elements, but the array has 6. 3 classes would be the shape [2, 3]',
    () => softmax?.(x, { shape: [2, 3] }),
  ],
  'an axis without a shape': [
    () => softmax?.(x, { axis: 1 }),
    'as the shape has 1 dimension. Give a shape: [rows, classes]',
    () => softmax?.(x, { axis: 1, shape }),
  ],
  "PyTorch's dim": [
    () => softmax?.(x, { dim: 1, shape }),
    "softmax: there is no option 'dim'. Did you mean 'axis'?",
    () => softmax?.(x, { axis: 1, shape }),
  ],
  "PyTorch's label_smoothing": [
    () => crossEntropy?.(x, [2, 1], { label_smoothing: 0.1 }),
    "Did you mean 'labelSmoothing'?",
    () => crossEntropy?.(x, [2, 1], { labelSmoothing: 0.1 }),
  ],
  'a misspelt option': [
    () => softmax?.(x, { tempreature: 2 }),
    "Did you mean 'temperature'?",
    () => softmax?.(x, { temperature: 2 }),
  ],
  'weights for weight': [
    () => crossEntropy?.(x, [2, 1], { weights: [1, 2, 3] }),
    "Did you mean 'weight'?",
    () => crossEntropy?.(x, [2, 1], { weight: [1, 2, 3] }),
  ],
  topK: [
    () => score?.(x, [2, 1], { topK: 2 }),
    "score: there is no option 'topK'. Did you mean 'top'?",
    () => score?.(x, [2, 1], { top: 2 }),
  ],
  'another word for a reduction': [
    () => crossEntropy?.(x, [2, 1], { reduction: 'batchmean' }),
    "reduction is 'batchmean', not 'none', 'sum' or 'mean'. Did you mean 'mean'?",
    () => crossEntropy?.(x, [2, 1], { reduction: 'mean' }),
  ],
  'no targets': [
    () => crossEntropy?.(x, { shape }),
    'crossEntropy: targets is an object without data. The targets come before the options',
    () => crossEntropy?.(x, [2, 1], { shape }),
  ],
  'class indices as floats': [
    () => crossEntropy?.(x, Float32Array.of(2, 1), { shape }),
    'which means probabilities: 6 of them, not 2. For class indices use an Int32Array or a plain array',
    () => crossEntropy?.(x, Int32Array.of(2, 1), { shape }),
  ],
  'class probabilities in a flat list': [
    () => crossEntropy?.(x, [0.5, 0.5]),
    'For class probabilities write rows: [[...], [...]], or use a Float32Array',
    () =>
      crossEntropy?.(x, [
        [0.5, 0.5, 0],
        [0, 0, 1],
      ]),
  ],
  'one-hot targets in a flat list': [
    () => crossEntropy?.(x, [0, 0, 1, 0, 1, 0]),
    'One label for each logit is what binaryCrossEntropy takes',
    () => binaryCrossEntropy?.(x, [0, 0, 1, 0, 1, 0]),
  ],
  'one class a row for binaryCrossEntropy': [
    () => binaryCrossEntropy?.(x, [2, 1], { shape }),
    'One class for each row is what crossEntropy takes',
    () => crossEntropy?.(x, [2, 1], { shape }),
  ],
  'images without an axis': [
    () => crossEntropy?.(images, new Int32Array(8), { shape: [2, 3, 2, 2] }),
    'there are 12 rows of 2 classes. With axis: 1 there would be 8 rows',
    () => crossEntropy?.(images, new Int32Array(8), { shape: [2, 3, 2, 2], axis: 1 }),
  ],
  'classes counted from 1': [
    () => crossEntropy?.(x, [3, 2]),
    'crossEntropy: targets[0] is 3, but there are 3 classes (0 to 2). Classes are counted from 0',
    () => crossEntropy?.(x, [2, 1]),
  ],
  'a label that means none': [
    () => crossEntropy?.(x, [255, 2]),
    'A target that means "no class" belongs in ignoreIndex',
    () => crossEntropy?.(x, [255, 2], { ignoreIndex: 255 }),
  ],
  'out for a number': [
    () => crossEntropy?.(x, [2, 1], { out: new Float32Array(2) }),
    "out is given, but the reduction 'mean' makes one number. Leave it out, or set reduction: 'none'",
    () => crossEntropy?.(x, [2, 1], { out: new Float32Array(2), reduction: 'none' }),
  ],
  'out that overlaps': [
    () => softmax?.(x.subarray(0, 3), { out: x.subarray(1, 4) }),
    'It may be logits itself, or memory of its own',
    () => softmax?.(x.slice(0, 3), { out: x.slice(1, 4) }),
  ],
  'two element types': [
    () => klDivergence?.(x, new Float64Array(6)),
    'otherLogits is a Float64Array, not an array of float32 elements (as the first argument has)',
    () => klDivergence?.(x, new Float32Array(6)),
  ],
  'probabilities for nllLoss': [
    () => nllLoss?.(x, Float32Array.of(2, 1)),
    'nllLoss: targets is a Float32Array, not an integer typed array',
    () => nllLoss?.(x, [2, 1]),
  ],
  'an evaluator of nothing': [
    () => new Evaluator(),
    'Give the classes: { classes: 10 }',
    () => new Evaluator({ classes: 10 }),
  ],
  "scikit-learn's n_classes": [
    () => new Evaluator({ n_classes: 3 }),
    "Evaluator: there is no option 'n_classes'. Did you mean 'classes'?",
    () => new Evaluator({ classes: 3 }),
  ],
  'a batch of other classes': [
    () => new logits.Evaluator({ classes: 4 }).update(x, [2, 1]),
    'the evaluator has 4. Give the shape: [rows, 4]',
    () => new logits.Evaluator({ classes: 3 }).update(x, [2, 1]),
  ],
};

describe.each(Object.entries(mistakes))('%s', (_, [wrong, message, right]) => {
  it('is answered with the remedy', () => {
    const error = thrownBy(wrong);
    expect(error.message).toContain(message);
    expect(logits.isArgumentError(error)).toBe(true);
    right();
  });
});

describe('a stack', () => {
  const own = /(dist|lib)\/(arguments|evaluation|native|operations)/;
  const frames = (error: unknown) =>
    String((error as Error).stack)
      .split('\n    at ')
      .slice(1);

  it('begins with the caller', () => {
    for (const wrong of [
      () => softmax?.(1),
      () => new Evaluator({ classes: 0 }),
      () => new logits.Evaluator({ classes: 3 }).update(x, [3, 0]),
      () => new logits.Evaluator({ classes: 3 }).confusion(),
      () => logits.setThreads(0),
    ]) {
      expect(frames(thrownBy(wrong))[0]).not.toMatch(own);
    }
  });

  it('of a promise, too', async () => {
    const wrong = async (targets: number[]) => promises.crossEntropy(x, targets);
    for (const targets of [[3, 1], [0.5]]) {
      const error = await wrong(targets).catch((thrown) => thrown);
      expect(frames(error)[0]).not.toMatch(own);
    }
  });
});

it('an error says what was wrong with which argument, and shows no array when it is logged', () => {
  const error = thrownBy(() => softmax?.(x, { shape, out: new Float32Array(5) }));
  expect(error).toMatchObject({ argument: 'out', received: new Float32Array(5) });
  expect(Object.keys(error)).toEqual(['code', 'argument']);
});

it("an argument's error is neither out of memory nor one of Node.js", () => {
  const memory = thrownBy(() => logits.logSumExp(new Float32Array(0), { shape: [2 ** 40, 0] }));
  const own = Object.assign(new TypeError('x'), { code: 'ERR_INVALID_ARG_TYPE' });
  for (const error of [memory, own, new Error('x'), { ...own }, null, 'x', undefined]) {
    expect(logits.isArgumentError(error)).toBe(false);
  }
});
