// The arrays of a trial: the same numbers on every machine.

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

/** Logits of mean 0 and standard deviation 3, which is what a classifier's look like. */
function normalLogits(count, seed) {
  const random = uniform(seed);
  return Float32Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    return 3 * radius * Math.cos(2 * Math.PI * random());
  });
}

/** Numbers around the probability of one class among so many: the rows need not add up to 1. */
function roughProbabilities(count, classes) {
  const random = uniform(3);
  return Float32Array.from({ length: count }, () => (2 * random()) / classes);
}

function bfloat16Bits(numbers) {
  return Uint16Array.from(new Uint32Array(numbers.buffer), (bits) => bits >>> 16);
}

/** The bits of numbers in float16's normal range, what is smaller being 0. */
function float16Bits(numbers) {
  return Uint16Array.from(new Uint32Array(numbers.buffer), (bits) => {
    const sign = (bits >>> 16) & 0x8000;
    const magnitude = bits & 0x7fffffff;
    return magnitude < 0x38800000 ? sign : sign | ((magnitude - 0x38000000) >>> 13);
  });
}

/** Gives an object properties that are made when they are first read. */
function withLater(object, makers) {
  for (const [name, make] of Object.entries(makers)) {
    Object.defineProperty(object, name, {
      configurable: true,
      get() {
        const value = make();
        Object.defineProperty(object, name, { value });
        return value;
      },
    });
  }
  return object;
}

const made = new Map();

/** @param {{ name: string, shape: number[], axis: number }} trial */
export function inputsOf({ name, shape, axis }) {
  if (!made.has(name)) made.set(name, makeInputs(shape, axis));
  return made.get(name);
}

function makeInputs(shape, axis) {
  const product = (sizes) => sizes.reduce((size, dimension) => size * dimension, 1);
  const at = axis < 0 ? axis + shape.length : axis;
  const outer = product(shape.slice(0, at));
  const classes = shape[at];
  const inner = product(shape.slice(at + 1));
  const rows = outer * inner;
  const random = uniform(2);
  const count = rows * classes;
  const logits = normalLogits(count, 1);
  const inputs = {
    options: { shape, axis },
    layout: { outer, classes, inner },
    logits,
    targets: Int32Array.from({ length: rows }, () => Math.floor(random() * classes)),
    out: new Float32Array(count),
    rowOut: new Float32Array(rows),
  };
  return withLater(inputs, {
    otherLogits: () => normalLogits(count, 4),
    probabilities: () => roughProbabilities(count, classes),
    labels: () => Float32Array.from({ length: count }, () => Math.round(random())),
    doubles: () => Float64Array.from(logits),
    doubleOut: () => new Float64Array(count),
    float16: () => float16Bits(logits),
    bfloat16: () => bfloat16Bits(logits),
  });
}
