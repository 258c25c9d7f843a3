import { afterAll, describe, expect, it } from 'vitest';
import { crossEntropyWithGradient, logSoftmax, softmax } from '../../lib/index.js';
import { native } from '../../lib/native/addon.js';
import { guarded } from '../support/guarded.js';
import { normalLogits } from '../support/inputs.js';
import { isas, withIsa } from '../support/isas.js';

// Results larger than half of the last level of caches are written past the caches, line by line.
// A limit of 0 does that with results of any size.

const always = 0;
const never = 2 ** 52;

/** What `compute` writes to an array of this length, whose first element is `offset` elements into a cache line. */
function written(
  length: number,
  offset: number,
  limit: number,
  compute: (out: Float32Array) => void,
): Float32Array {
  const out = guarded(new Float32Array(length), offset);
  native.setStreamingLimit(limit);
  compute(out.view);
  out.check();
  return out.view;
}

const lengths = [...Array.from({ length: 81 }, (_, i) => i + 1), 100, 128, 1000, 1024, 1025, 4099];

describe.each(isas)('results that pass the caches by, on %s', (isa) => {
  afterAll(() => native.setStreamingLimit(never));

  function expectSameBytes(
    classes: number,
    rows: number,
    compute: (out: Float32Array) => void,
  ): void {
    for (const offset of [0, 1, 3, 8, 15]) {
      const length = rows * classes;
      const [plain, streamed] = [never, always].map((limit) => {
        return withIsa(isa, () => written(length, offset, limit, compute));
      }) as [Float32Array, Float32Array];
      expect(Buffer.from(streamed.buffer).equals(Buffer.from(plain.buffer))).toBe(true);
    }
  }

  it.each(lengths)('rows of %i', (classes) => {
    const rows = 19; // a whole bundle and a part of one
    const x = normalLogits(rows * classes, { seed: classes, deviation: 4 });
    x[5 * classes] = Number.NaN;
    const shape = [rows, classes];
    const targets = Int32Array.from({ length: rows }, (_, row) => (row * 7) % classes);
    expectSameBytes(classes, rows, (out) => softmax(x, { shape, out }));
    expectSameBytes(classes, rows, (out) => logSoftmax(x, { shape, out }));
    expectSameBytes(classes, rows, (gradient) => {
      crossEntropyWithGradient(x, targets, { shape, gradient });
    });
    targets[3] = -100; // ignored
    expectSameBytes(classes, rows, (gradient) => {
      crossEntropyWithGradient(x, targets, { shape, gradient, ignoreIndex: -100 });
    });
  });

  it.each([131_072, 131_073])(
    'a row of %i: kept between the passes, and too long for that',
    (n) => {
      const x = normalLogits(n, { seed: n, deviation: 4 });
      expectSameBytes(n, 1, (out) => softmax(x, { out }));
    },
  );

  it('rows of any size on the first axis', () => {
    const shape = [10, 37];
    const x = normalLogits(370, { seed: 1, deviation: 4 });
    expectSameBytes(10, 37, (out) => softmax(x, { shape, axis: 0, out }));
  });
});
