// Learns to read handwritten digits by softmax regression, then times the loss.
//
// Softmax regression: the logits of a picture are a linear function of its 64 grey values, and
// training moves the weights against the gradient of the cross-entropy. `crossEntropyWithGradient`
// gives loss and gradient in one call; the rest are two matrix products.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
// Outside this repository: import { ... } from 'logits';
import { crossEntropy, crossEntropyWithGradient, runtime, softmax } from '../index.mjs';

const CLASSES = 10;
const INPUTS = 65; // 64 grey values and a constant 1, whose weights are the bias
const STEPS = 150;
const LEARNING_RATE = 0.5;
const MOMENTUM = 0.9;

// Data: every other picture to learn from, the others held out.
const file = new URL('digits.csv.gz', import.meta.url);
const pictures = gunzipSync(readFileSync(file)).toString().trim().split('\n');
const training = toSet(pictures.filter((_, row) => row % 2 === 0));
const heldOut = toSet(pictures.filter((_, row) => row % 2 === 1));

function toSet(lines) {
  const inputs = new Float32Array(lines.length * INPUTS);
  const labels = new Uint8Array(lines.length);
  lines.forEach((line, row) => {
    const numbers = line.split(',').map(Number);
    labels[row] = numbers.pop();
    inputs.set([...numbers.map((grey) => grey / 16), 1], row * INPUTS);
  });
  return { inputs, labels, shape: [lines.length, CLASSES] };
}

/** inputs x weights */
function logitsOf({ inputs, shape: [rows] }, weights) {
  const logits = new Float32Array(rows * CLASSES);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < INPUTS; i++) {
      const input = inputs[row * INPUTS + i];
      for (let c = 0; c < CLASSES; c++) {
        logits[row * CLASSES + c] += input * weights[i * CLASSES + c];
      }
    }
  }
  return logits;
}

/** The gradient by the weights from that by the logits: inputs (transposed) x gradient. */
function weightGradient({ inputs, shape: [rows] }, gradient) {
  const slopes = new Float32Array(INPUTS * CLASSES);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < INPUTS; i++) {
      const input = inputs[row * INPUTS + i];
      for (let c = 0; c < CLASSES; c++) {
        slopes[i * CLASSES + c] += input * gradient[row * CLASSES + c];
      }
    }
  }
  return slopes;
}

/** Gradient descent with momentum, all pictures in every step. */
function train(set) {
  const { labels, shape } = set;
  const weights = new Float32Array(INPUTS * CLASSES);
  const velocity = new Float32Array(INPUTS * CLASSES);
  for (let step = 0; step < STEPS; step++) {
    const logits = logitsOf(set, weights);
    // The result holds the mean loss, too. The gradient may take the place of the logits.
    const { gradient } = crossEntropyWithGradient(logits, labels, { shape, gradient: logits });
    weightGradient(set, gradient).forEach((slope, i) => {
      velocity[i] = MOMENTUM * velocity[i] - LEARNING_RATE * slope;
      weights[i] += velocity[i];
    });
  }
  return weights;
}

function evaluate(set, weights) {
  const { labels, shape } = set;
  const logits = logitsOf(set, weights);
  const loss = crossEntropy(logits, labels, { shape });
  const probabilities = softmax(logits, { shape });
  const correct = labels.filter((label, row) => {
    const ofRow = probabilities.subarray(row * CLASSES, (row + 1) * CLASSES);
    return ofRow.indexOf(Math.max(...ofRow)) === label;
  });
  return [loss.toFixed(3), `${((100 * correct.length) / labels.length).toFixed(1)} %`];
}

/** The mean loss without the library. */
function plainCrossEntropy(logits, labels, [rows, classes]) {
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const start = row * classes;
    let max = -Infinity;
    for (let i = start; i < start + classes; i++) if (logits[i] > max) max = logits[i];
    let sum = 0;
    for (let i = start; i < start + classes; i++) sum += Math.exp(logits[i] - max);
    total += max + Math.log(sum) - logits[start + labels[row]];
  }
  return total / rows;
}

/** Median times of both in milliseconds, and their ratio. They take turns. */
function compare(rounds, logits, labels, shape) {
  const contenders = [
    { times: [], run: () => crossEntropy(logits, labels, { shape }) },
    { times: [], run: () => plainCrossEntropy(logits, labels, shape) },
  ];
  for (let round = 0; round < rounds; round++) {
    for (const { times, run } of contenders) {
      const start = performance.now();
      run();
      times.push(performance.now() - start);
    }
  }
  const [library, loop] = contenders.map(({ times }) => times.sort((a, b) => a - b)[rounds >> 1]);
  return [library.toFixed(3), loop.toFixed(3), `${(loop / library).toFixed(1)}x`];
}

/** Compares on made-up logits, always the same (by Park and Miller's generator). */
function compareMadeUp(rounds, shape) {
  let seed = 1;
  const random = () => {
    seed = (seed * 48271) % 2147483647;
    return seed / 2147483647;
  };
  const logits = Float32Array.from({ length: shape[0] * shape[1] }, () => 20 * random() - 10);
  const labels = Int32Array.from({ length: shape[0] }, () => Math.floor(shape[1] * random()));
  return compare(rounds, logits, labels, shape);
}

function print(name, ...cells) {
  console.log(name.padEnd(28) + cells.map((cell) => cell.padStart(12)).join(''));
}

const weights = train(training);
print('Handwritten digits', 'loss', 'accuracy');
print(`${training.labels.length} to learn from`, ...evaluate(training, weights));
print(`${heldOut.labels.length} held out`, ...evaluate(heldOut, weights));
const digitLogits = logitsOf(heldOut, weights);
console.log();
print('Mean loss of a batch, ms', 'library', 'plain loop', 'speed-up');
print('898 x 10     these digits', ...compare(301, digitLogits, heldOut.labels, heldOut.shape));
print('64 x 1000    image classes', ...compareMadeUp(101, [64, 1000]));
print('64 x 32000   language tokens', ...compareMadeUp(11, [64, 32000]));
console.log(`\nlibrary: ${runtime().isa}, one thread; Node ${process.version}`);
