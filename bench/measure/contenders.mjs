// Who is measured, and who can compute what. An operation's own file says which engines have it.
import { availableParallelism } from 'node:os';
import { runtime } from '../../index.mjs';
import { elementCount } from '../trials/layout.mjs';
import { operations } from '../trials/operations.mjs';

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

/**
 * Floors are times below which no result can be had: the logits read once, and where there is a
 * result for every element, written once as well.
 */
function hasOperation(name, operation) {
  if (name === 'sum') return true;
  if (name === 'copy') return 'elements' in operation.definition;
  return abilities[name].engine in operation;
}

function canCompute(name, trial) {
  const { elements, anyAxis, largest } = abilities[name];
  return (
    hasOperation(name, operations[trial.operation]) &&
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
