// onnxruntime-node on the CPU: a session with a graph of one node. It makes a new array for every
// result; given a tensor to write into, it fills that and makes the array all the same.
import { createRequire } from 'node:module';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { decode, isHalf } from '../trials/elements.mjs';
import { operations, resultShapeOf } from '../trials/operations.mjs';
import { onnxModel } from './onnx-model.mjs';

export const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json');

/** Of a Uint16Array or, where there is one, a Float16Array. */
const bitsOf = ({ buffer, byteOffset, length }) => new Uint16Array(buffer, byteOffset, length);

export async function prepare(trial, arrays, { threads }) {
  const { operation, shape, axis, element } = trial;
  const { onnxruntime, definition, inputs = {} } = operations[operation];
  const feeds = { logits: new Tensor(element, arrays.logits, shape) };
  if (inputs.targets) feeds.targets = new Tensor('int32', arrays.targets, shape.toSpliced(axis, 1));
  const model = onnxModel({
    constants: [],
    ...onnxruntime(trial),
    inputs: Object.entries(feeds).map(([name, { type, dims }]) => ({ name, type, shape: dims })),
    output: { name: 'result', type: element, shape: resultShapeOf(trial) ?? [] },
  });
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
      return definition.loss ? { loss: values[0], type } : { array: values, type };
    },
    end: () => session.release(),
  };
}
