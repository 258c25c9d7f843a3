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
function normalLogits(count) {
  const random = uniform(1);
  return Float32Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    return 3 * radius * Math.cos(2 * Math.PI * random());
  });
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
  return {
    options: { shape, axis },
    layout: { outer, classes, inner },
    logits: normalLogits(rows * classes),
    targets: Int32Array.from({ length: rows }, () => Math.floor(random() * classes)),
    out: new Float32Array(rows * classes),
    rowOut: new Float32Array(rows),
  };
}
