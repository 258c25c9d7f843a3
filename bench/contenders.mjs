// Who is measured, and who can compute what: the one table of it.
import { availableParallelism } from 'node:os';
import { runtime } from '../index.mjs';
import { elementCount } from './trials.mjs';

/**
 * By operation: who has it. `logits` stands for each of its instruction sets; `sum` (read once) and
 * `copy` (read and write once) are floors below which no result can be had.
 */
const contendersOf = {
  crossEntropy: ['logits', 'js', 'onnxruntime', 'tfjs', 'pytorch', 'sum'],
  crossEntropyWithGradient: ['logits', 'js', 'tfjs', 'pytorch', 'sum', 'copy'],
  softmax: ['logits', 'js', 'onnxruntime', 'tfjs', 'pytorch', 'sum', 'copy'],
  logSoftmax: ['logits', 'js', 'onnxruntime', 'tfjs', 'pytorch', 'sum', 'copy'],
  logSumExp: ['logits', 'js', 'onnxruntime', 'tfjs', 'pytorch', 'sum'],
  crossEntropySmoothing: ['logits', 'js', 'pytorch', 'sum'],
  crossEntropyProbabilities: ['logits', 'js', 'pytorch', 'sum'],
  crossEntropyTemperature: ['logits', 'js', 'pytorch', 'sum'],
  softmaxGradient: ['logits', 'js', 'pytorch', 'sum', 'copy'],
  klDivergence: ['logits', 'js', 'pytorch', 'sum'],
  binaryCrossEntropy: ['logits', 'js', 'pytorch', 'sum'],
  score: ['logits', 'js', 'pytorch', 'sum'],
  scoreTop5: ['logits', 'js', 'pytorch', 'sum'],
};

const { isas } = runtime();

const usual = {
  elements: ['float32', 'float64', 'float16', 'bfloat16'],
  anyAxis: true,
  threaded: false,
  largest: Number.POSITIVE_INFINITY,
};

const library = { ...usual, engine: 'logits', threaded: true };

/** Made for right results and not for speed: it would take most of a run's time. */
const scalar = { ...library, threaded: false, largest: 1e5 };

/**
 * By contender: the program that computes (`engines/`), the element types, whether the class axis
 * may be another than the last, whether it uses several threads, and the largest size in elements.
 * What only the program itself knows (a PyTorch without float16, say) it says when it is asked.
 */
const abilities = {
  ...Object.fromEntries(isas.map((isa) => [isa, isa === 'scalar' ? scalar : library])),
  js: { ...usual, engine: 'js' },
  onnxruntime: {
    ...usual,
    engine: 'onnxruntime',
    elements: ['float32', 'float64', 'float16'],
    threaded: true,
  },
  // Its threads need a browser's workers; above this size its intermediate results leave the
  // memory of WebAssembly.
  tfjs: { ...usual, engine: 'tfjs', elements: ['float32'], anyAxis: false, largest: 2 ** 23 },
  pytorch: { ...usual, engine: 'pytorch', threaded: true },
  sum: { ...usual, engine: 'floors' },
  copy: { ...usual, engine: 'floors', elements: ['float32', 'float64'] },
};

export const contenderNames = Object.keys(abilities);

/** The instruction sets of this machine, best first. */
export { isas };

const allThreads = availableParallelism();

/** 1, 2, 4 and so on, and all. */
function threadCounts() {
  const counts = [];
  for (let count = 1; count < allThreads; count *= 2) counts.push(count);
  return [...counts, allThreads];
}

/** Groups that compare the library with others have one of its instruction sets on all threads. */
const isExtra = (name, { group }) => group === 'lengths' && isas.slice(1).includes(name);

function threadsFor(name, trial) {
  const { threaded } = abilities[name];
  if (trial.group === 'threads') return threaded ? threadCounts() : [];
  return threaded && !isExtra(name, trial) ? [...new Set([1, allThreads])] : [1];
}

function canCompute(name, trial) {
  const { elements, anyAxis, largest } = abilities[name];
  const family = isas.includes(name) ? 'logits' : name;
  return (
    contendersOf[trial.operation].includes(family) &&
    elements.includes(trial.element) &&
    (anyAxis || trial.axis === -1) &&
    elementCount(trial) <= largest
  );
}

/** The contenders of a trial: a name, a number of threads, and the program to run. */
export function contendersFor(trial) {
  return contenderNames
    .filter((name) => canCompute(name, trial))
    .flatMap((name) =>
      threadsFor(name, trial).map((threads) => ({
        name,
        threads,
        engine: abilities[name].engine,
      })),
    );
}

/** `avx2`, or `avx2 x8` on eight threads. */
export const labelOf = ({ name, threads }) => (threads === 1 ? name : `${name} x${threads}`);
