// How the arrays of the trials are made, from a number of elements and of classes: the same numbers
// on every machine. Arrays of one name are made by one function.

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

export const logits = (count) => normalLogits(count, 1);
export const otherLogits = (count) => normalLogits(count, 4);

export function targets(count, classes) {
  const random = uniform(2);
  return fill(new Int32Array(count / classes), () => Math.floor(random() * classes));
}

/** Around the probability of one class among so many: the rows need not add up to 1. */
export function probabilities(count, classes) {
  const random = uniform(3);
  return fill(new Float32Array(count), () => (2 * random()) / classes);
}

export function labels(count) {
  const random = uniform(5);
  return fill(new Float32Array(count), () => Math.round(random()));
}
