// float16 and bfloat16 as bits, there and back.

const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);

function float16Of(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

function bfloat16Of(bits) {
  word[0] = bits << 16;
  return float[0];
}

/** What each of the 65,536 bit patterns stands for. */
export const decoded = {
  float16: Float64Array.from({ length: 65536 }, (_, bits) => float16Of(bits)),
  bfloat16: Float64Array.from({ length: 65536 }, (_, bits) => bfloat16Of(bits)),
};

/** A number near this one. */
export function halfBits(type, value) {
  if (type === 'bfloat16') {
    float[0] = value;
    return Number.isNaN(value) ? 0x7fc1 : word[0] >>> 16;
  }
  if (Number.isNaN(value)) return 0x7e01;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= 65520) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | Math.round(size * 2 ** 24);
  const exponent = Math.min(15, Math.floor(Math.log2(size)));
  const rounded = Math.round((size / 2 ** exponent) * 1024) + ((exponent + 14) << 10);
  return sign | Math.min(rounded, 0x7bff);
}
