// What someone may pass in place of an argument or option, by name.

const detached = (array) => {
  structuredClone(array.buffer, { transfer: [array.buffer] });
  return array;
};

export const oddValues = {
  null: () => null,
  NaN: () => NaN,
  Infinity: () => Infinity,
  '-Infinity': () => -Infinity,
  '-1': () => -1,
  '-0': () => -0,
  0: () => 0,
  1: () => 1,
  0.5: () => 0.5,
  '2^53': () => 2 ** 53,
  '-2^53': () => -(2 ** 53),
  'an empty string': () => '',
  'a string': () => 'x',
  "'2'": () => '2',
  "'mean '": () => 'mean ',
  "'none'": () => 'none',
  "'float64'": () => 'float64',
  "'toString'": () => 'toString',
  true: () => true,
  'a symbol': () => Symbol('x'),
  'a function': () => () => 1,
  '{}': () => ({}),
  '[]': () => [],
  '[0]': () => [0],
  '[0, 0]': () => [0, 0],
  "['1']": () => ['1'],
  '[1.5]': () => [1.5],
  '[-7]': () => [-7],
  'an array of holes': () => new Array(3),
  'a bigint': () => 1n,
  'a boxed number': () => Object(1),
  'a Date': () => new Date(0),
  'a DataView': () => new DataView(new ArrayBuffer(24)),
  'an ArrayBuffer': () => new ArrayBuffer(24),
  'a SharedArrayBuffer': () => new SharedArrayBuffer(24),
  'a Map': () => new Map(),
  'an heir without elements': () => Object.create(Float32Array.prototype),
  'a proxy of an array': () => new Proxy(new Float32Array(6), {}),
  'clamped bytes': () => new Uint8ClampedArray(6),
  floats: () => new Float32Array(7),
  doubles: () => new Float64Array(7),
  integers: () => new Int32Array(7),
  'an empty array': () => new Float32Array(0),
  words: () => new Uint16Array(7),
  'big integers': () => new BigInt64Array(7),
};

/** Arrays that lost their buffers: the call must know them. */
export const lostValues = {
  'a detached array': () => detached(new Float32Array(6)),
  'a detached list of integers': () => detached(new Int32Array(3)),
};

export const oddNames = [...Object.keys(oddValues), ...Object.keys(lostValues)];
