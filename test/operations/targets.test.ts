import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { type ClassIndices, crossEntropy, nllLoss } from '../../lib/index.js';
import { terminatesLoops } from '../support/host.js';

// Class indices as native code reads them: many rows at a time, in every integer type.

const types: Record<string, (values: readonly bigint[]) => ClassIndices> = {
  Int8Array: (values) => Int8Array.from(values, Number),
  Uint8Array: (values) => Uint8Array.from(values, Number),
  Int16Array: (values) => Int16Array.from(values, Number),
  Uint16Array: (values) => Uint16Array.from(values, Number),
  Int32Array: (values) => Int32Array.from(values, Number),
  Uint32Array: (values) => Uint32Array.from(values, Number),
  BigInt64Array: (values) => BigInt64Array.from(values),
  BigUint64Array: (values) => BigUint64Array.from(values),
};
const bitsOf = (name: string) => BigInt(name.replace(/\D/g, ''));

const CLASSES = 5;
// Every remainder of vectors, and both sides of the blocks that rows are counted in.
const lengths = [...Array.from({ length: 41 }, (_, i) => i), 4095, 4096, 4097, 8192, 8211];

/** Losses that tell the row and the class. */
const logProbabilities = (rows: number) =>
  Float64Array.from({ length: rows * CLASSES }, (_, i) => -1 - i / 1024);

/** In the order of the library: eight sums side by side. */
function sumOf(losses: readonly number[]): number {
  const s = (k: number) => losses.filter((_, i) => i % 8 === k).reduce((a, b) => a + b, 0);
  return s(0) + s(4) + (s(2) + s(6)) + (s(1) + s(5) + (s(3) + s(7)));
}

describe.each(Object.entries(types))('targets in a %s', (name, make) => {
  const signed = !name.includes('U');
  const bits = bitsOf(name);
  const largest = 2n ** (signed ? bits - 1n : bits) - 1n;
  const smallest = signed ? -(2n ** (bits - 1n)) : 0n;
  const fits = (value: bigint) => value >= smallest && value <= largest;

  it.each([
    ['a class', 1],
    ['no class', 77],
    ['negative', -100],
    ['beyond the type', -300_000_000_000],
    ['several', [0, 77, -100]],
    ['several of which one fits', [3, 2 ** 40, -(2 ** 53 - 1)]],
    ['nothing', []],
  ])('are classes or ignored, rows of any number: %s', (_, ignoreIndex) => {
    const ignored = [ignoreIndex].flat().filter((index) => fits(BigInt(index)));
    for (const rows of lengths) {
      const values = Array.from({ length: rows }, (_, row) =>
        ignored.length > 0 && row % 3 === 1
          ? BigInt(ignored[row % ignored.length] as number)
          : BigInt((row * 7) % CLASSES),
      );
      const input = logProbabilities(rows);
      const losses = values.map((value, row) =>
        ignored.includes(Number(value)) ? 0 : -(input[row * CLASSES + Number(value)] as number),
      );
      const counted = values.filter((value) => !ignored.includes(Number(value))).length;
      const options = { shape: [rows, CLASSES], ignoreIndex } as const;
      const compute = (reduction: 'none' | 'sum' | 'mean') =>
        nllLoss(input, make(values), { ...options, reduction });
      expect(Array.from(compute('none') as Float64Array), `${rows}`).toEqual(losses);
      expect(compute('sum'), `${rows}`).toBe(sumOf(losses));
      expect(compute('mean'), `${rows}`).toBe(sumOf(losses) / counted);
    }
  });

  // What is no class, but would be one, or ignored, with fewer bits or another sign.
  const wrong = [
    BigInt(CLASSES),
    -1n,
    -100n,
    156n,
    smallest,
    largest,
    largest - 99n,
    2n ** 32n - 100n,
    2n ** 31n,
    2n ** 32n + 1n,
    2n ** 32n - 1n,
    2n ** 32n - 2n,
    -(2n ** 32n) + 1n,
    -(2n ** 32n) - 100n,
    2n ** 63n + 1n,
    2n ** 64n - 100n,
  ].filter((value) => fits(value) && (value < 0n || value >= CLASSES));

  it.each([
    ['the default', undefined],
    ['one', 2 ** 32 - 101],
    ['several', [1, -102]],
  ])('name the first that is none, wherever it stands: ignoreIndex is %s', (_, ignoreIndex) => {
    const named = ignoreIndex ?? -100;
    for (const rows of [1, 2, 31, 33, 40, 4096, 4099]) {
      const places = [0, 1, 15, 16, rows >> 1, rows - 2, rows - 1, 4095, 4096];
      for (const first of new Set(places.filter((row) => row >= 0 && row < rows))) {
        for (const value of wrong.filter((value) => Number(value) !== named)) {
          const values = Array.from({ length: rows }, (_, row) => BigInt(row % CLASSES));
          values[first] = value;
          values[rows - 1] = value;
          const targets = make(values);
          let error: unknown;
          try {
            crossEntropy(new Float32Array(rows * CLASSES), targets, {
              shape: [rows, CLASSES],
              ...(ignoreIndex !== undefined && { ignoreIndex }),
            });
          } catch (thrown) {
            error = thrown;
          }
          expect(error).toMatchObject({
            code: 'ERR_TARGET_OUT_OF_RANGE',
            row: first,
            received: (targets as ArrayLike<unknown>)[first],
            message: expect.stringContaining(
              `targets[${first}] is ${value}, but there are 5 classes (0 to 4)`,
            ),
          });
        }
      }
    }
  });
});

it.runIf(terminatesLoops)(
  'are safe to use although another thread writes over them meanwhile',
  async () => {
    const rows = 20_000;
    const targets = new Int32Array(new SharedArrayBuffer(4 * rows));
    const code = `
    const { parentPort, workerData } = require('node:worker_threads');
    parentPort.postMessage('ready');
    for (let i = 0; ; i++) workerData.fill(i % 2 === 0 ? 0 : 2 ** 30);`;
    const writer = new Worker(code, { eval: true, workerData: targets });
    await once(writer, 'message');
    const input = new Float32Array(rows * CLASSES).fill(-1);
    const options = { shape: [rows, CLASSES], reduction: 'sum' } as const;
    for (let i = 0; i < 500; i++) {
      try {
        expect(nllLoss(input, targets, options)).toBe(rows);
        expect(crossEntropy(input, targets, options)).toBeCloseTo(rows * Math.log(CLASSES), 2);
      } catch (error) {
        expect(error).toMatchObject({ code: 'ERR_TARGET_OUT_OF_RANGE' });
      }
    }
    await writer.terminate();
  },
);

describe('working memory', () => {
  it('serves calls of every size in turn, those that fail and those it is too small for', () => {
    const large = 1_500_000;
    const input = logProbabilities(large);
    const targets = Int32Array.from({ length: large }, (_, row) => (row * 7) % CLASSES);
    const weight = Float32Array.of(1, 2, 3, 4, 5);
    const compute = (rows: number, some = targets) =>
      nllLoss(input.subarray(0, rows * CLASSES), some.subarray(0, rows), {
        shape: [rows, CLASSES],
        weight,
        reduction: 'sum',
      });
    const expected = (rows: number) =>
      sumOf(
        Array.from(targets.subarray(0, rows), (target, row) => {
          return -(weight[target] as number) * (input[row * CLASSES + target] as number);
        }),
      );
    const bad = Object.assign(targets.slice(), { 32: CLASSES });
    for (const rows of [33, 32, 5000, 40, large, 5000, 1_000_000, large, 33]) {
      expect(compute(rows), `${rows}`).toBe(expected(rows));
      expect(() => compute(Math.max(33, rows), bad)).toThrow('targets[32]');
    }
  });
});
