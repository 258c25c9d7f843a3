// TensorFlow.js on its WebAssembly backend, with its vector instructions. Tensors lie in
// WebAssembly's memory beforehand and results stay there: what a caller pays to bring them in and out
// comes on top. It has no loss of class indices and, in these two packages, no gradients; they are
// put together from as few of its functions as will do.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';

await tf.setBackend('wasm');

export const version = tf.version_core;

/** Faster than its log-sum-exp by an order of magnitude, at the price of losses above 87. */
const lossFrom = (probabilities, positions) =>
  tf.neg(tf.mean(tf.log(tf.gatherND(probabilities, positions))));

const operations = {
  softmax: ({ logits }) => ({ array: tf.softmax(logits) }),
  logSoftmax: ({ logits }) => ({ array: tf.logSoftmax(logits) }),
  logSumExp: ({ logits }) => ({ array: tf.logSumExp(logits, -1) }),
  crossEntropy: ({ logits, positions }) => ({ loss: lossFrom(tf.softmax(logits), positions) }),
  crossEntropyWithGradient: ({ logits, positions, oneHot, rows }) => {
    const probabilities = tf.softmax(logits);
    return {
      loss: lossFrom(probabilities, positions),
      array: tf.div(tf.sub(probabilities, oneHot), rows),
    };
  },
};

/** The coordinates of each row's target. */
function positionsOf(targets) {
  const positions = new Int32Array(2 * targets.length);
  targets.forEach((target, row) => {
    positions.set([row, target], 2 * row);
  });
  return tf.tensor2d(positions, [targets.length, 2], 'int32');
}

export function prepare({ operation, shape }, { logits, targets }) {
  const given = { logits: tf.tensor(logits, shape) };
  if (targets) {
    const [rows, classes] = shape;
    // Its kernel writes integers, whatever type it is asked for.
    const oneHot = () => tf.cast(tf.oneHot(tf.tensor1d(targets, 'int32'), classes), 'float32');
    given.positions = positionsOf(targets);
    given.rows = tf.scalar(rows);
    if (operation === 'crossEntropyWithGradient') given.oneHot = tf.tidy(oneHot);
  }
  const compute = () => tf.tidy(() => operations[operation](given));
  return {
    run: () => tf.dispose(compute()),
    read: () => {
      const { loss, array } = compute();
      return { loss: loss?.dataSync()[0], array: array?.dataSync(), type: 'float32' };
    },
    end: () => tf.dispose(given),
  };
}
