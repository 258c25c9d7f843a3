// The element types: their arrays, and the way from float32 and back to numbers.

/** How many bytes an element has, and the array that holds its values or its bits. */
export const arrayTypes = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int32: Int32Array,
};

/** The bits of numbers in float16's normal range, what is smaller being 0. */
function float16Bits(numbers) {
  return Uint16Array.from(new Uint32Array(numbers.buffer), (bits) => {
    const sign = (bits >>> 16) & 0x8000;
    const magnitude = bits & 0x7fffffff;
    return magnitude < 0x38800000 ? sign : sign | ((magnitude - 0x38000000) >>> 13);
  });
}

const fromFloat32 = {
  float32: (numbers) => numbers,
  float64: (numbers) => Float64Array.from(numbers),
  float16: float16Bits,
  bfloat16: (numbers) => Uint16Array.from(new Uint32Array(numbers.buffer), (bits) => bits >>> 16),
};

/** An array of that type with these numbers, cut to its precision. */
export const encode = (element, numbers) => fromFloat32[element](numbers);

const float16Values = Float32Array.from({ length: 1 << 16 }, (_, bits) => {
  const fraction = bits & 0x3ff;
  const exponent = (bits >> 10) & 0x1f;
  const sign = bits >> 15 ? -1 : 1;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? (1024 + fraction) * 2 ** (exponent - 25) : fraction * 2 ** -24);
});

/** Writes the values of float16 or bfloat16 bits to a Float32Array. */
export function widen(element, bits, out) {
  if (element === 'float16') {
    for (let i = 0; i < bits.length; i++) out[i] = float16Values[bits[i]];
  } else {
    const outBits = new Uint32Array(out.buffer, out.byteOffset, out.length);
    for (let i = 0; i < bits.length; i++) outBits[i] = bits[i] << 16;
  }
  return out;
}

export const isHalf = (element) => element === 'float16' || element === 'bfloat16';

/** An array of the same values that JavaScript can compute with. */
export function decode(element, array) {
  return isHalf(element) ? widen(element, array, new Float32Array(array.length)) : array;
}
