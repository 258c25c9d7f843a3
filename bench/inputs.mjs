// The arrays of the trials, as files that the contenders read: the same bytes for all of them, and
// the same numbers on every machine.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from './elements.mjs';
import { layoutOf } from './layout.mjs';
import { elementCount } from './trials.mjs';

/** Pseudo-random numbers in [0, 1) by the mulberry32 generator. */
function uniform(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function fill(array, next) {
  for (let i = 0; i < array.length; i++) array[i] = next();
  return array;
}

/** Logits of mean 0 and standard deviation 3, which is what a classifier's look like. */
function normalLogits(count, seed) {
  const random = uniform(seed);
  return fill(new Float32Array(count), () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    return 3 * radius * Math.cos(2 * Math.PI * random());
  });
}

/** How each array is made, from a number of elements and of classes. */
const makers = {
  logits: (count) => normalLogits(count, 1),
  otherLogits: (count) => normalLogits(count, 4),
  // Around the probability of one class among so many: the rows need not add up to 1.
  probabilities: (count, classes) => {
    const random = uniform(3);
    return fill(new Float32Array(count), () => (2 * random()) / classes);
  },
  labels: (count) => {
    const random = uniform(5);
    return fill(new Float32Array(count), () => Math.round(random()));
  },
  targets: (count, classes) => {
    const random = uniform(2);
    return fill(new Int32Array(count / classes), () => Math.floor(random() * classes));
  },
};

/** What an operation reads besides the logits. */
const besides = {
  crossEntropy: ['targets'],
  crossEntropyWithGradient: ['targets'],
  crossEntropySmoothing: ['targets'],
  crossEntropyTemperature: ['targets'],
  crossEntropyProbabilities: ['probabilities'],
  softmaxGradient: ['probabilities', 'otherLogits'],
  klDivergence: ['otherLogits'],
  binaryCrossEntropy: ['labels'],
  score: ['targets'],
  scoreTop5: ['targets'],
};

export class Inputs {
  #folder;
  #largest;
  #logits = null;
  #files = new Set();

  /** The logits of a trial are the beginning of those of the largest. */
  constructor(folder, trials) {
    this.#folder = folder;
    this.#largest = Math.max(...trials.map(elementCount));
  }

  #write(name, make) {
    const file = join(this.#folder, name);
    if (!this.#files.has(name)) writeFileSync(file, make());
    this.#files.add(name);
    return file;
  }

  #logitsOf(trial) {
    this.#logits ??= makers.logits(this.#largest);
    const array = encode(trial.element, this.#logits.slice(0, elementCount(trial)));
    const file = this.#write(`logits.${trial.element}`, () => encode(trial.element, this.#logits));
    return { array, file, type: trial.element };
  }

  /** By name: an array, the file that begins with it, and its type. */
  of(trial) {
    const count = elementCount(trial);
    const { classes } = layoutOf(trial);
    const inputs = { logits: this.#logitsOf(trial) };
    for (const name of besides[trial.operation] ?? []) {
      const array = makers[name](count, classes);
      const type = array instanceof Int32Array ? 'int32' : 'float32';
      const file = this.#write(`${name}.${count}.${classes}.${type}`, () => array);
      inputs[name] = { array, file, type };
    }
    return inputs;
  }
}
