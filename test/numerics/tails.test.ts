import { expect, it } from 'vitest';
import { crossEntropyWithGradient, logSoftmax, logSumExp, softmax } from '../../lib/index.js';
import { guarded } from '../support/guarded.js';
import { normalLogits } from '../support/inputs.js';
import { describeEachIsa } from '../support/isas.js';
import * as reference from '../support/reference.js';

const lengths = Array.from({ length: 201 }, (_, length) => length);
const offsets = Array.from({ length: 16 }, (_, offset) => offset); // a cache line of floats

function expectAllClose(actual: Float32Array, exact: Float64Array): void {
  const wrong = exact.findIndex((value, c) => {
    return !(Math.abs((actual[c] as number) - value) <= 4e-7 * Math.abs(value));
  });
  if (wrong >= 0) expect(actual[wrong]).toBe(exact[wrong]);
}

/** Runs an operation with input and output at an offset, and the guards of both checked. */
function inGuards(
  values: Float32Array,
  offset: number,
  outLength: number,
  compute: (input: Float32Array, out: Float32Array) => void,
): Float32Array {
  const input = guarded(values, offset);
  const out = guarded(new Float32Array(outLength), (offset * 5) % 16);
  compute(input.view, out.view);
  input.check();
  out.check();
  if (input.view.some((x, i) => !Object.is(x, values[i]))) expect(input.view).toEqual(values);
  return out.view;
}

describeEachIsa('every length at every offset', () => {
  it.each(lengths)('%i classes', (length) => {
    const values = normalLogits(length, { seed: length + 1, deviation: 3 });
    const target = length - 1;
    const probabilities = reference.softmax(values);
    const logProbabilities = reference.logSoftmax(values);
    const gradient = length > 0 ? reference.lossGradient(values, target) : new Float64Array();
    for (const offset of offsets) {
      expectAllClose(
        inGuards(values, offset, length, (x, out) => softmax(x, { out })),
        probabilities,
      );
      expectAllClose(
        inGuards(values, offset, length, (x, out) => logSoftmax(x, { out })),
        logProbabilities,
      );
      const total = inGuards(values, offset, 1, (x, out) => logSumExp(x, { out }));
      expect(total[0]).toBeCloseTo(reference.logSumExp(values), 5);
      if (length > 0) {
        expectAllClose(
          inGuards(values, offset, length, (x, out) => {
            const { loss } = crossEntropyWithGradient(x, [target], { gradient: out });
            const exact = reference.loss(values, target);
            expect(Math.abs(loss - exact)).toBeLessThanOrEqual(4e-7 * exact);
          }),
          gradient,
        );
      }
    }
  });

  it.each([1, 2, 5, 15, 16, 17, 31, 33, 48, 50])('%i rows side by side', (inner) => {
    for (const classes of [1, 2, 7, 8, 9, 63, 64, 65, 130]) {
      const values = normalLogits(2 * classes * inner, { seed: classes, deviation: 2 });
      const shape = [2, classes, inner];
      const targets = Int32Array.from({ length: 2 * inner }, (_, row) => row % classes);
      targets[inner] = -100;
      for (const offset of [0, 3, 8, 13]) {
        const options = { shape, axis: 1 };
        const p = inGuards(values, offset, values.length, (x, out) =>
          softmax(x, { ...options, out }),
        );
        const logP = inGuards(values, offset, values.length, (x, out) =>
          logSoftmax(x, { ...options, out }),
        );
        const totals = inGuards(values, offset, 2 * inner, (x, out) =>
          logSumExp(x, { ...options, out }),
        );
        const gradient = inGuards(values, offset, values.length, (x, out) => {
          crossEntropyWithGradient(x, targets, { ...options, reduction: 'sum', gradient: out });
        });
        reference.rowsOf(shape, 1).forEach((indices, row) => {
          const pick = (array: Float32Array) => Float32Array.from(indices, (i) => array[i] ?? NaN);
          const x = pick(values);
          expectAllClose(pick(p), reference.softmax(x));
          expectAllClose(pick(logP), reference.logSoftmax(x));
          expect(totals[row]).toBeCloseTo(reference.logSumExp(x), 5);
          const target = targets[row] as number;
          const exact = target < 0 ? new Float64Array(classes) : reference.lossGradient(x, target);
          expectAllClose(pick(gradient), exact);
        });
      }
    }
  });
});
