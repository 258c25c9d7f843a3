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

/** Normally distributed logits of float64, with all their bits. */
export function normalLogits64(
  count: number,
  { seed = 1, deviation = 1, mean = 0 }: { seed?: number; deviation?: number; mean?: number } = {},
): Float64Array {
  const random = uniform(seed);
  return Float64Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    return mean + deviation * radius * Math.cos(2 * Math.PI * random());
  });
}

/** Numbers in [low, high). */
export function uniformArray(count: number, low: number, high: number, seed = 5): Float32Array {
  const random = uniform(seed);
  return Float32Array.from({ length: count }, () => low + (high - low) * random());
}

/** Probabilities, one row after the other, each row adding up to 1. */
export function randomProbabilities(rows: number, classes: number, seed = 6): Float32Array {
  const q = uniformArray(rows * classes, 0, 1, seed);
  for (let row = 0; row < rows; row++) {
    const part = q.subarray(row * classes, (row + 1) * classes);
    const sum = part.reduce((a, b) => a + b, 0);
    part.forEach((value, c) => {
      part[c] = value / sum;
    });
  }
  return q;
}

const special = [
  NaN,
  Infinity,
  -Infinity,
  3e38,
  -3e38,
  1e-45,
  -0,
  88,
  -104,
  2 ** 20,
  1.5 * 2 ** 20,
];

/** Rows of every kind: ordinary, far off, confident, masked, and with special values strewn in. */
export function mixedRows(rows: number, classes: number, seed: number): Float32Array {
  const logits = normalLogits(rows * classes, { seed, deviation: 3 });
  const offsets = [0, 0, 0, 30, -50, 1000, -1e6, 1e8];
  for (let row = 0; row < rows; row++) {
    const at = row * classes;
    const offset = offsets[(row + seed) % offsets.length] as number;
    for (let c = 0; c < classes; c++) logits[at + c] = (logits[at + c] as number) + offset;
    if (row % 5 === 1) logits[at + (row % classes)] = 60 + offset;
    if (row % 5 === 2) logits.fill(-Infinity, at, at + (classes >> 1));
    if (row % 7 === 3) logits[at + (row % classes)] = special[row % special.length] as number;
    if (row % 11 === 4) logits.fill(-Infinity, at, at + classes);
  }
  return logits;
}

/** Rows without special values, of one scale, which kernels take together: ordinary, confident and masked ones. */
export function ordinaryRows(rows: number, classes: number, seed: number): Float32Array {
  const logits = normalLogits(rows * classes, { seed, deviation: 3 });
  for (let row = 0; row < rows; row++) {
    const at = row * classes;
    if (row % 5 === 1) logits[at + (row % classes)] = 60;
    if (row % 5 === 2) logits.fill(-Infinity, at, at + (classes >> 1));
  }
  return logits;
}

/** The same rows with the class axis first: [rows, classes] to [classes, rows]. */
export function transposed<A extends Float32Array | Float64Array | Uint16Array>(
  array: A,
  rows: number,
  classes: number,
): A {
  const result = array.slice() as A;
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < classes; c++) {
      result[c * rows + row] = array[row * classes + c] as number;
    }
  }
  return result;
}

export type HalfType = 'float16' | 'bfloat16';

const word = new DataView(new ArrayBuffer(4));

/** The value of 16 bits: exact in float32. NaN keep their payloads only in bfloat16. */
export function widened(bits: Uint16Array, type: HalfType): Float32Array {
  return Float32Array.from(bits, (pattern) => {
    if (type === 'bfloat16') {
      word.setUint32(0, pattern * 0x10000);
      return word.getFloat32(0);
    }
    const sign = pattern & 0x8000 ? -1 : 1;
    const exponent = (pattern >> 10) & 0x1f;
    const fraction = pattern & 0x3ff;
    if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
    const significand = exponent === 0 ? fraction : fraction + 0x400;
    return sign * significand * 2 ** (Math.max(exponent, 1) - 25);
  });
}

/** The bits of the nearest 16-bit floats towards 0. */
export function truncated(values: Float32Array, type: HalfType): Uint16Array {
  return Uint16Array.from(values, (value) => {
    word.setFloat32(0, value);
    const bits = word.getUint32(0);
    if (type === 'bfloat16') return bits >>> 16;
    const sign = (bits >>> 16) & 0x8000;
    const magnitude = Math.abs(value);
    if (Number.isNaN(value)) return sign | 0x7e00;
    if (magnitude === Infinity) return sign | 0x7c00;
    if (magnitude >= 65504) return sign | 0x7bff;
    if (magnitude < 2 ** -14) return sign | Math.floor(magnitude * 2 ** 24);
    return sign | ((bits >>> 13) & 0x3ff) | ((((bits >>> 23) & 0xff) - 112) << 10);
  });
}
