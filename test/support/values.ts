import { expect } from 'vitest';
import { detached } from './tables/calls.js';

export const integerTypes = [
  Int8Array,
  Uint8Array,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
];
export const bigTypes = [BigInt64Array, BigUint64Array];
const floatTypes = [Float32Array, Float64Array];
export const namesOf = (list: { readonly name: string }[]) => list.map(({ name }) => name);

/** Everything that someone may pass: made anew for each case. */
export const values: Record<string, () => unknown> = {
  undefined: () => undefined,
  null: () => null,
  NaN: () => NaN,
  Infinity: () => Infinity,
  '-1': () => -1,
  '-0': () => -0,
  '2^53': () => 2 ** 53,
  'an empty string': () => '',
  'a string': () => 'x',
  "'2'": () => '2',
  true: () => true,
  'a symbol': () => Symbol('x'),
  'a function': () => () => 1,
  'a class': () => Float32Array,
  '{}': () => ({}),
  '[]': () => [],
  'an array of holes': () => new Array(3),
  'a bigint': () => 1n,
  'a boxed number': () => Object(1),
  ...Object.fromEntries(
    [...integerTypes, ...bigTypes, ...floatTypes, Uint8ClampedArray].map((type) => [
      type.name,
      () => new type(3),
    ]),
  ),
  DataView: () => new DataView(new ArrayBuffer(24)),
  ArrayBuffer: () => new ArrayBuffer(24),
  SharedArrayBuffer: () => new SharedArrayBuffer(24),
  'a detached array': () => detached(new Float32Array(6)),
  'an empty array': () => new Float32Array(0),
  'a proxy': () => new Proxy(new Float32Array(6), {}),
  'an heir without elements': () => Object.create(Float32Array.prototype),
  'an array whose properties throw': () =>
    new Proxy({}, { get: (_, key) => key in Float32Array.prototype && expect.unreachable() }),
};
