// onnxruntime-node on the CPU: a session with a graph of one node. It makes a new array for every
// result; given a tensor to write into, it fills that and makes the array all the same.
import { createRequire } from 'node:module';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { decode, isHalf } from '../elements.mjs';
import { onnxModel } from './onnx-model.mjs';

export const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json');

const alongAxis =
  (operator) =>
  ({ shape, axis }) => ({
    operator,
    attributes: { axis },
    resultShape: shape,
  });

/** By operation: the node and the shapes around it. */
const nodes = {
  softmax: alongAxis('Softmax'),
  logSoftmax: alongAxis('LogSoftmax'),
  logSumExp: ({ shape, axis }) => ({
    operator: 'ReduceLogSumExp',
    attributes: { keepdims: 0 },
    constants: [{ name: 'axes', values: [axis] }],
    resultShape: shape.toSpliced(axis, 1),
  }),
  crossEntropy: ({ shape, axis }) => ({
    operator: 'SoftmaxCrossEntropyLoss',
    attributes: { reduction: 'mean' },
    targetShape: shape.toSpliced(axis, 1),
    resultShape: [],
  }),
};

/** Of a Uint16Array or, where there is one, a Float16Array. */
const bitsOf = ({ buffer, byteOffset, length }) => new Uint16Array(buffer, byteOffset, length);

export async function prepare(trial, { logits, targets }, { threads }) {
  const { operation, shape, element } = trial;
  const {
    operator,
    attributes,
    constants = [],
    targetShape,
    resultShape,
  } = nodes[operation](trial);
  const feeds = { logits: new Tensor(element, logits, shape) };
  if (targetShape) feeds.targets = new Tensor('int32', targets, targetShape);
  const inputs = Object.entries(feeds).map(([name, { type, dims }]) => ({
    name,
    type,
    shape: dims,
  }));
  const output = { name: 'result', type: element, shape: resultShape };
  const model = onnxModel({ operator, attributes, inputs, constants, output });
  const session = await InferenceSession.create(model, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  });
  return {
    run: () => session.run(feeds),
    read: ({ result }) => {
      const values = decode(element, isHalf(element) ? bitsOf(result.data) : result.data);
      const type = element;
      return operation === 'crossEntropy' ? { loss: values[0], type } : { array: values, type };
    },
    end: () => session.release(),
  };
}
