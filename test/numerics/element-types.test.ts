import { describe, expect, it } from 'vitest';
import { crossEntropy, logSumExp, nllLoss, softmax } from '../../lib/index.js';
import { truncated, uniform, widened } from '../support/inputs.js';
import { describeEachIsa } from '../support/isas.js';
import {
  type Batch,
  bytesOf,
  makeBatch,
  operations,
  resultBytes,
  sideBySide,
} from '../support/tables/operations.js';

const halfTypes = ['float16', 'bfloat16'] as const;
type HalfType = (typeof halfTypes)[number];

interface HalfArrayConstructor {
  new (length: number): ArrayBufferView & { readonly length: number } & Record<number, number>;
}
const HalfArray = (globalThis as { Float16Array?: HalfArrayConstructor }).Float16Array;
if (HalfArray === undefined) {
  console.log(`skipped: Float16Array in element-types.test.ts: Node ${process.version} has none`);
}

/** A batch with all that lies as the logits in 16 bits, and the same values in float32. */
function inBoth(batch: Batch, dtype: HalfType): { narrow: Batch; wide: Batch } {
  const names = ['logits', 'others', 'upstream'] as const;
  const narrow = { ...batch, options: { ...batch.options, dtype } };
  const wide = { ...batch };
  for (const name of names) {
    const bits = truncated(batch[name] as Float32Array, dtype);
    Object.assign(narrow, { [name]: bits });
    Object.assign(wide, { [name]: widened(bits, dtype) });
  }
  return { narrow, wide };
}

/** All 65,536 patterns in rows of a length, in an order that mixes the large with the small. */
function everyPattern(classes: number): Uint16Array {
  const rows = Math.ceil(65536 / classes);
  // 40503 is odd: the product runs through every pattern.
  return Uint16Array.from({ length: rows * classes }, (_, i) => i * 40503);
}

const shapes = [
  [7, 1],
  [9, 2],
  [40, 10],
  [12, 65],
  [5, 1000],
  [2, 16384 + 77],
] as const;

describe('16 bits as the tests write them', () => {
  it('float16', () => {
    const values = [1, -2, 65504, 2 ** -14, 2 ** -24, 0.333251953125, -0, Infinity];
    const bits = [0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x3555, 0x8000, 0x7c00];
    expect([...widened(Uint16Array.from(bits), 'float16')]).toEqual(values);
    expect([...truncated(Float32Array.from(values), 'float16')]).toEqual(bits);
  });

  it('bfloat16', () => {
    const values = [1, -2, 2 ** 127, 2 ** -133, -0, -Infinity];
    const bits = [0x3f80, 0xc000, 0x7f00, 0x0001, 0x8000, 0xff80];
    expect([...widened(Uint16Array.from(bits), 'bfloat16')]).toEqual(values);
    expect([...truncated(Float32Array.from(values), 'bfloat16')]).toEqual(bits);
  });
});

describeEachIsa('16-bit rows give the bytes of the float32 rows', () => {
  describe.each(halfTypes)('%s', (dtype) => {
    it.each(Object.entries(operations))('%s', (_, { compute }) => {
      for (const [rows, classes] of shapes) {
        const { narrow, wide } = inBoth(makeBatch(rows, classes, rows + classes), dtype);
        const expected = resultBytes(compute(wide));
        expect(resultBytes(compute(narrow)).equals(expected), `${rows}x${classes}`).toBe(true);
        const across = resultBytes(compute(sideBySide(narrow)));
        expect(across.equals(resultBytes(compute(sideBySide(wide)))), 'side by side').toBe(true);
      }
    });

    it.each([1, 2, 13, 64, 100, 257])('every pattern, in rows of %i', (classes) => {
      const bits = everyPattern(classes);
      const wide = widened(bits, dtype);
      const rows = bits.length / classes;
      const batch = makeBatch(rows, classes, 3);
      const given = { ...batch, logits: wide, others: wide.slice().reverse(), upstream: wide };
      const narrow = {
        ...given,
        logits: bits,
        others: bits.slice().reverse(),
        upstream: bits,
        options: { ...batch.options, dtype },
      };
      const names = Object.keys(operations).filter(
        (name) => !/ with |reduced/.test(name) || name.endsWith(' with everything'),
      );
      for (const name of names) {
        const { compute } = operations[name] as (typeof operations)[string];
        const expected = resultBytes(compute(given));
        expect(resultBytes(compute(narrow)).equals(expected), name).toBe(true);
      }
    });

    it('every finite pattern among finite ones', () => {
      // Without NaN and infinities, which would decide most rows of the test above.
      const bits = everyPattern(64).filter((pattern) =>
        Number.isFinite(widened(Uint16Array.of(pattern), dtype)[0] as number),
      );
      const classes = 32;
      const given = bits.subarray(0, bits.length - (bits.length % classes));
      const options = { shape: [given.length / classes, classes] };
      const p = softmax(given, { ...options, dtype });
      expect(p.some(Number.isNaN)).toBe(false);
      expect(bytesOf(p).equals(bytesOf(softmax(widened(given, dtype), options)))).toBe(true);
    });

    it('at every offset', () => {
      const random = uniform(3);
      const values = Float32Array.from({ length: 150 }, () => random() * 20 - 10);
      const bits = truncated(values, dtype);
      const buffer = new Uint16Array(200);
      for (let offset = 0; offset < 33; offset++) {
        for (const length of [1, 7, 16, 33, 64, 65, 150]) {
          buffer.fill(0x7fff).set(bits.subarray(0, length), offset);
          const view = buffer.subarray(offset, offset + length);
          const wide = widened(view, dtype);
          expect(bytesOf(softmax(view, { dtype })).equals(bytesOf(softmax(wide)))).toBe(true);
          expect(logSumExp(view, { dtype })).toEqual(logSumExp(wide));
          expect(crossEntropy(view, [length >> 1], { dtype })).toBe(
            crossEntropy(wide, [length >> 1]),
          );
          expect(nllLoss(view, [length >> 1], { dtype })).toBe(nllLoss(wide, [length >> 1]));
        }
      }
    });

    it("a tensor's type says it, and the option dtype wins", () => {
      const { narrow, wide } = inBoth(makeBatch(6, 10, 4), dtype);
      const expected = softmax(wide.logits, { shape: [6, 10] });
      const tensor = { data: narrow.logits as Uint16Array, dims: [6, 10], type: dtype };
      expect(softmax(tensor)).toEqual(expected);
      const bare = { data: narrow.logits as Uint16Array, dims: [6, 10] };
      expect(softmax(bare, { dtype })).toEqual(expected);
    });
  });

  it.skipIf(HalfArray === undefined)('Float16Array', () => {
    const { narrow, wide } = inBoth(makeBatch(20, 65, 4), 'float16');
    const { dtype: _, ...options } = narrow.options;
    const halves = Object.fromEntries(
      (['logits', 'others', 'upstream'] as const).map((name) => {
        const bits = narrow[name] as Uint16Array;
        const array = new (HalfArray as HalfArrayConstructor)(bits.length);
        new Uint16Array(array.buffer, array.byteOffset, array.length).set(bits);
        return [name, array];
      }),
    );
    const batch = { ...narrow, ...halves, options } as Batch;
    for (const [name, { compute }] of Object.entries(operations)) {
      const expected = resultBytes(compute(wide));
      expect(resultBytes(compute(batch)).equals(expected), name).toBe(true);
    }
  });
});
