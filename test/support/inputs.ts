/** Pseudo-random numbers in [0, 1) by the mulberry32 generator: the same on every machine. */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Float32 logits, normally distributed. */
export function normalLogits(
  count: number,
  { seed = 1, deviation = 1, mean = 0 }: { seed?: number; deviation?: number; mean?: number } = {},
): Float32Array {
  const random = uniform(seed);
  const logits = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    logits[i] = mean + deviation * radius * Math.cos(2 * Math.PI * random());
  }
  return logits;
}

export function randomTargets(rows: number, classes: number, seed = 7): Int32Array {
  const random = uniform(seed);
  return Int32Array.from({ length: rows }, () => Math.floor(random() * classes));
}
