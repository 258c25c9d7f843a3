// TensorFlow.js on its WebAssembly backend, with its vector instructions. The logits lie in
// WebAssembly's memory beforehand and results stay there: what a caller pays to bring them in and out
// comes on top. Losses and gradients are put together from as few of its functions as will do.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { operations } from '../trials/operations.mjs';

await tf.setBackend('wasm');

export const version = tf.version_core;

export function prepare({ operation, shape }, { logits, ...others }) {
  // What is made within a scope is freed at its end.
  tf.engine().startScope();
  const call = operations[operation].tfjs(tf, { ...others, logits: tf.tensor(logits, shape) });
  const compute = () => tf.tidy(call);
  return {
    run: () => tf.dispose(compute()),
    read: () => {
      const { loss, array } = compute();
      return { loss: loss?.dataSync()[0], array: array?.dataSync(), type: 'float32' };
    },
    end: () => tf.engine().endScope(),
  };
}
