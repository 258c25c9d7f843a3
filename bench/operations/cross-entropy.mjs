import { probabilities, targets } from '../trials/arrays.mjs';
import { add, logProbabilities } from '../trials/definitions.mjs';
import { startOf } from '../trials/layout.mjs';
import { exponentialsOfRow, logSumExpOfRow, maximum } from '../trials/plain-rows.mjs';
import { batches, elements, evaluation, lengths, rare, threads } from '../trials/shapes.mjs';

const labelSmoothing = 0.1;
const temperature = 0.7;

function callWithTargets(library, { logits, targets, options }) {
  return () => library.crossEntropy(logits, targets, options);
}

/** The coordinates of each row's target, for TensorFlow.js, which has no loss of class indices. */
function positionsOf(tf, targets) {
  const positions = new Int32Array(2 * targets.length);
  targets.forEach((target, row) => {
    positions.set([row, target], 2 * row);
  });
  return tf.tensor2d(positions, [targets.length, 2], 'int32');
}

/** Faster than its log-sum-exp by an order of magnitude, at the price of losses above 87. */
const lossFrom = (tf, probabilities, positions) =>
  tf.neg(tf.mean(tf.log(tf.gatherND(probabilities, positions))));

export const crossEntropy = {
  trials: { batches, lengths, threads, elements, evaluation },
  inputs: { targets },
  definition: { loss: ({ logits, target }) => -logProbabilities(logits)[target] },
  logits: callWithTargets,
  js({ logits, targets, layout }) {
    const { inner, rows } = layout;
    let loss = 0;
    for (let row = 0; row < rows; row++) {
      const start = startOf(row, layout);
      loss += logSumExpOfRow(logits, start, layout) - logits[start + targets[row] * inner];
    }
    return loss / rows;
  },
  onnxruntime: () => ({ operator: 'SoftmaxCrossEntropyLoss', attributes: { reduction: 'mean' } }),
  tfjs(tf, { logits, targets }) {
    const positions = positionsOf(tf, targets);
    return () => ({ loss: lossFrom(tf, tf.softmax(logits), positions) });
  },
  pytorch: ['F.cross_entropy(logits, targets)'],
  kernel: 'cross_entropy(0, nullptr)',
};

export const crossEntropyWithGradient = {
  trials: { batches, lengths },
  inputs: { targets },
  definition: {
    loss: crossEntropy.definition.loss,
    elements: ({ logits, target, rows }) =>
      logProbabilities(logits).map((x, c) => (Math.exp(x) - (c === target ? 1 : 0)) / rows),
  },
  options: (out) => ({ gradient: out }),
  logits({ crossEntropyWithGradient }, { logits, targets, options }) {
    return () => crossEntropyWithGradient(logits, targets, options);
  },
  js({ logits, targets, layout, out }) {
    const { classes, inner, rows } = layout;
    let loss = 0;
    for (let row = 0; row < rows; row++) {
      const start = startOf(row, layout);
      const end = start + classes * inner;
      const target = start + targets[row] * inner;
      const sum = exponentialsOfRow(logits, out, start, layout);
      loss += Math.log(sum) - Math.log(out[target]);
      const scale = 1 / (sum * rows);
      for (let i = start; i < end; i += inner) out[i] *= scale;
      out[target] -= 1 / rows;
    }
    return { loss: loss / rows, gradient: out };
  },
  /** Neither of its two packages has gradients. */
  tfjs(tf, { logits, targets }) {
    const [rows, classes] = logits.shape;
    const positions = positionsOf(tf, targets);
    const count = tf.scalar(rows);
    // Its kernel writes integers, whatever type it is asked for.
    const oneHot = tf.tidy(() =>
      tf.cast(tf.oneHot(tf.tensor1d(targets, 'int32'), classes), 'float32'),
    );
    return () => {
      const probabilities = tf.softmax(logits);
      return {
        loss: lossFrom(tf, probabilities, positions),
        array: tf.div(tf.sub(probabilities, oneHot), count),
      };
    };
  },
  pytorch: [
    'logits.requires_grad_()',
    '(loss := F.cross_entropy(logits, targets), torch.autograd.grad(loss, logits)[0])',
  ],
  kernel: 'cross_entropy(0, results.data())',
};

export const crossEntropySmoothing = {
  trials: { rare },
  inputs: { targets },
  definition: {
    loss({ logits, target }) {
      const p = logProbabilities(logits);
      return -(1 - labelSmoothing) * p[target] - (labelSmoothing / p.length) * add(p, (x) => x);
    },
  },
  options: () => ({ labelSmoothing }),
  logits: callWithTargets,
  js({ logits, targets, layout }) {
    const { classes, inner, rows } = layout;
    let loss = 0;
    for (let row = 0; row < rows; row++) {
      const start = startOf(row, layout);
      const end = start + classes * inner;
      let sum = 0;
      for (let i = start; i < end; i += inner) sum += logits[i];
      const smoothed =
        (1 - labelSmoothing) * logits[start + targets[row] * inner] +
        labelSmoothing * (sum / classes);
      loss += logSumExpOfRow(logits, start, layout) - smoothed;
    }
    return loss / rows;
  },
  pytorch: [`F.cross_entropy(logits, targets, label_smoothing=${labelSmoothing})`],
  kernel: `cross_entropy(${labelSmoothing}, nullptr)`,
};

export const crossEntropyProbabilities = {
  trials: { rare },
  inputs: { probabilities },
  definition: {
    loss: ({ logits, probabilities }) =>
      -add(logProbabilities(logits), (x, c) => probabilities[c] * x),
  },
  logits({ crossEntropy }, { logits, probabilities, options }) {
    return () => crossEntropy(logits, probabilities, options);
  },
  js({ logits, probabilities, layout }) {
    const { classes, inner, rows } = layout;
    let loss = 0;
    for (let row = 0; row < rows; row++) {
      const start = startOf(row, layout);
      const end = start + classes * inner;
      const total = logSumExpOfRow(logits, start, layout);
      for (let i = start; i < end; i += inner) loss += probabilities[i] * (total - logits[i]);
    }
    return loss / rows;
  },
  pytorch: ['F.cross_entropy(logits, probabilities)'],
};

export const crossEntropyTemperature = {
  trials: { rare },
  inputs: { targets },
  definition: {
    loss: ({ logits, target }) => -logProbabilities(logits.map((x) => x / temperature))[target],
  },
  options: () => ({ temperature }),
  logits: callWithTargets,
  js({ logits, targets, layout }) {
    const { classes, inner, rows } = layout;
    const factor = 1 / temperature;
    let loss = 0;
    for (let row = 0; row < rows; row++) {
      const start = startOf(row, layout);
      const end = start + classes * inner;
      const max = maximum(logits, start, layout);
      let sum = 0;
      for (let i = start; i < end; i += inner) sum += Math.exp((logits[i] - max) * factor);
      loss += Math.log(sum) - (logits[start + targets[row] * inner] - max) * factor;
    }
    return loss / rows;
  },
  pytorch: [`F.cross_entropy(logits / ${temperature}, targets)`],
};
