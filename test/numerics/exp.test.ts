import { describe, expect, it } from 'vitest';
import { native } from '../../lib/native/addon.js';
import { uniform } from '../support/inputs.js';
import { isas, withIsa } from '../support/isas.js';

// The exponential core on every float32 of its range: [-113, 87] ln 2 around the reference, and from
// 2^-26 (below, e^x rounds to 1 or its neighbour) in both signs. 0.87 ulp is the bound that
// native/kernels/math/exp.h states.
const MAX_ULP = 0.87;
const HEADROOM = 2 ** 40;
const CHUNK = 1 << 20;
const smallest = 0x32800000; // 2^-26

/** Calls visit with all float32 whose bits lie in [first, last], chunk by chunk. */
function everyFloat(
  first: number,
  last: number,
  visit: (x: Float32Array, y: Float32Array) => void,
): void {
  const bits = new Uint32Array(CHUNK);
  const x = new Float32Array(bits.buffer);
  const y = new Float32Array(CHUNK);
  for (let at = first; at <= last; at += CHUNK) {
    const count = Math.min(CHUNK, last - at + 1);
    for (let i = 0; i < count; i++) bits[i] = at + i;
    visit(x.subarray(0, count), y.subarray(0, count));
  }
}

function bitsOf(x: number): number {
  return new Uint32Array(Float32Array.of(x).buffer)[0] as number;
}

const halves = [
  ['positive', smallest, bitsOf(59)],
  ['negative', smallest + 0x80000000, bitsOf(-113)],
] as const;

describe('the exponential core on every float32', () => {
  it.each(halves)('%s: the best instruction set is within 0.87 ulp', (_, first, last) => {
    const scratch = new Float64Array(1);
    const words = new Uint32Array(scratch.buffer);
    let worst = 0;
    everyFloat(first, last, (x, y) => {
      native.scaledExp(x, y, 0);
      for (let i = 0; i < x.length; i++) {
        const exact = Math.exp(x[i] as number);
        scratch[0] = exact;
        // 2^-23 times the power of two below: the exponent field of a float64, less 23.
        words[1] = ((words[1] as number) & 0x7ff00000) - (23 << 20);
        words[0] = 0;
        const error = Math.abs((y[i] as number) / HEADROOM - exact) / (scratch[0] as number);
        if (error > worst) worst = error;
      }
    });
    expect(worst).toBeGreaterThan(0.5);
    expect(worst).toBeLessThanOrEqual(MAX_ULP);
  });

  it.each(isas.slice(1).flatMap((isa) => halves.map((half) => [isa, ...half] as const)))(
    '%s, %s: the same bytes',
    (isa, _, first, last) => {
      const other = new Float32Array(CHUNK);
      everyFloat(first, last, (x, y) => {
        native.scaledExp(x, y, 0);
        const z = other.subarray(0, x.length);
        withIsa(isa, () => native.scaledExp(x, z, 0));
        if (Buffer.compare(asBytes(y), asBytes(z)) !== 0) {
          const i = y.findIndex((value, k) => !Object.is(value, z[k]));
          expect.fail(`e^${x[i]}: ${y[i]} on ${native.isa()}, ${z[i]} on ${isa}`);
        }
      });
    },
  );
});

function asBytes(array: Float32Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}

describe('the exponential core far from 0', () => {
  it.each(isas)('%s: within 1 ulp for |x| up to 2^20', (isa) => {
    const random = uniform(5);
    const x = new Float32Array(64);
    const y = new Float32Array(64);
    withIsa(isa, () => {
      for (let k = 0; k < 4000; k++) {
        const center = (random() * 2 - 1) * 2 ** (20 * random());
        for (let i = 0; i < x.length; i++) x[i] = center + (random() * 2 - 1) * 15;
        const exponent = 2 * Math.round(center / Math.LN2 / 2);
        native.scaledExp(x, y, exponent);
        for (let i = 0; i < x.length; i++) {
          const shifted = exactShift(x[i] as number, exponent);
          const exact = Math.exp(shifted) * HEADROOM;
          const ulp = 2 ** (Math.floor(Math.log2(exact)) - 23);
          expect(Math.abs((y[i] as number) - exact) / ulp).toBeLessThanOrEqual(1.01);
        }
      }
    });
  });
});

/** x - exponent ln 2, ln 2 in two parts whose first product is exact. */
function exactShift(x: number, exponent: number): number {
  const high = 0.6931471803691238; // the low 32 bits of its significand are 0
  const low = 1.9082149292705877e-10;
  return x - exponent * high - exponent * low;
}
