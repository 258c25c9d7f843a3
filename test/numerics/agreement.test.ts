import { describe, expect, it } from 'vitest';
import {
  crossEntropyWithGradient,
  logSoftmax,
  logSoftmaxGradient,
  logSumExp,
  softmax,
  softmaxGradient,
} from '../../lib/index.js';
import { mixedRows, normalLogits, randomTargets, transposed } from '../support/inputs.js';
import { describeEachIsa, isas, referenceIsa, withIsa } from '../support/isas.js';
import { rowsOf } from '../support/reference.js';
import {
  type Batch,
  bytesOf,
  makeBatch,
  operations,
  resultBytes,
  rowOf,
  sideBySide,
} from '../support/tables/operations.js';

const sizes = [
  [40, 1],
  [60, 2],
  [60, 10],
  [1000, 9],
  [33, 64],
  [20, 100],
  [17, 129],
  [12, 1000],
  [5, 4096],
  [3, 16384 + 77],
  [3, 70001],
] as const;

/** Long rows take long in the scalar set: they run with the operations that have no options. */
function sizesFor(name: string): readonly (readonly [rows: number, classes: number])[] {
  return / with |reduced/.test(name) ? [...sizes.slice(0, 9), [2, 16384 + 77]] : sizes;
}

/** The same values in float64, with more bits than float32 has. */
function inDouble(batch: Batch): Batch {
  const double = (array: Batch['logits']) =>
    Float64Array.from(array, (x, i) => (Math.abs(x) < 1e30 ? x + Math.sin(i) * 1e-9 : x));
  return {
    ...batch,
    logits: double(batch.logits),
    others: double(batch.others),
    upstream: double(batch.upstream),
  };
}

const precisions = [
  ['float32', (batch: Batch) => batch],
  ['float64', inDouble],
] as const;

describe.each(precisions)('%s: every instruction set gives the bytes of the last', (_, of) => {
  it.each(Object.entries(operations))('%s', (name, { compute }) => {
    for (const [rows, classes] of sizesFor(name)) {
      const inRows = of(makeBatch(rows, classes, rows + classes));
      for (const batch of [inRows, sideBySide(inRows)]) {
        const bytes = () => resultBytes(compute(batch));
        const expected = withIsa(referenceIsa, bytes);
        for (const isa of isas.filter((other) => other !== referenceIsa)) {
          const what = `${isa}, ${batch.options.shape}`;
          expect(withIsa(isa, bytes).equals(expected), what).toBe(true);
        }
      }
    }
  });
});

describeEachIsa('a row gives the same bytes', (isa) => {
  // The scalar set emulates every fused multiply-add.
  const shorter = (name: string) =>
    isa === 'scalar' ? sizesFor(name).slice(0, 9) : sizesFor(name);

  describe.each(precisions)('%s', (_, of) => {
    it.each(Object.entries(operations))('%s: side by side as laid out contiguously', (name, op) => {
      for (const [rows, classes] of shorter(name)) {
        const batch = of(makeBatch(rows, classes, 5 * rows + classes));
        const { wide = [], ...rest } = op.compute(batch);
        const expected = { ...rest, wide: wide.map((array) => transposed(array, rows, classes)) };
        const actual = resultBytes(op.compute(sideBySide(batch)));
        expect(actual.equals(resultBytes(expected)), `${rows}x${classes}`).toBe(true);
      }
    });

    const rowwise = Object.entries(operations).filter((entry) => entry[1].rowwise);

    it.each(rowwise)('%s: alone as in a batch, whatever rows come before it', (name, op) => {
      for (const [rows, classes] of shorter(name)) {
        const batch = of(makeBatch(rows, classes, 3 * rows + classes));
        const { wide = [], perRow = [] } = op.compute(batch);
        for (let row = 0; row < rows; row++) {
          const expected = resultBytes({
            wide: wide.map((array) => array.subarray(row * classes, (row + 1) * classes)),
            perRow: perRow.map((array) => array.subarray(row, row + 1)),
          });
          const alone = resultBytes(op.compute(rowOf(batch, row)));
          expect(alone.equals(expected), `row ${row} of ${rows}x${classes}`).toBe(true);
        }
      }
    });
  });

  const layouts = sizes
    .slice(0, 10)
    .flatMap(([rows, classes]) => [
      { shape: [rows, classes], axis: 1 } as const,
      { shape: [classes, rows], axis: 0 } as const,
    ]);

  // Which of them is left out of the sum is seen in few rows.
  it('logSoftmax where several classes are the likeliest', () => {
    for (const [rows, classes] of [
      [5000, 10],
      [5000, 20],
      [5000, 100],
    ] as const) {
      const x = normalLogits(rows * classes, { seed: classes, deviation: 2 }).map(Math.round);
      const wide = logSoftmax(x, { shape: [rows, classes] });
      const tall = logSoftmax(transposed(x, rows, classes), { shape: [classes, rows], axis: 0 });
      const expected = transposed(wide, rows, classes);
      expect(bytesOf(tall).equals(bytesOf(expected)), `${rows}x${classes}`).toBe(true);
    }
  });

  it.each([
    ['softmax', softmax],
    ['logSoftmax', logSoftmax],
  ] as const)('%s in place', (_, compute) => {
    for (const layout of layouts) {
      const [rows, classes] = layout.shape;
      for (const transform of [{}, { temperature: 0.7 }, { softcap: 5 }]) {
        for (const logits of [
          mixedRows(rows, classes, 9),
          inDouble(makeBatch(rows, classes, 9)).logits,
        ]) {
          const options = { ...layout, ...transform };
          const own = logits.slice() as Float32Array;
          expect(compute(own, { ...options, out: own })).toBe(own);
          expect(bytesOf(own).equals(bytesOf(compute(logits, options)))).toBe(true);
        }
      }
    }
  });

  it.each([
    ['softmaxGradient', softmaxGradient],
    ['logSoftmaxGradient', logSoftmaxGradient],
  ] as const)('%s into either input', (_, compute) => {
    for (const layout of layouts) {
      const [rows, classes] = layout.shape;
      const p = softmax(mixedRows(rows, classes, 9), layout);
      const g = normalLogits(p.length, { seed: 4 });
      const options = { ...layout, temperature: 0.7 };
      const expected = bytesOf(compute(p, g, options));
      const [ownP, ownG] = [p.slice(), g.slice()];
      expect(compute(ownP, g, { ...options, out: ownP })).toBe(ownP);
      expect(bytesOf(ownP).equals(expected)).toBe(true);
      expect(compute(p, ownG, { ...options, out: ownG })).toBe(ownG);
      expect(bytesOf(ownG).equals(expected)).toBe(true);
    }
  });

  it('crossEntropyWithGradient in place', () => {
    for (const layout of layouts) {
      const [rows, classes] = layout.shape;
      const batch = makeBatch(rows, classes, 9);
      const all = {
        ...layout,
        weight: new Float32Array(layout.axis === 1 ? classes : rows).fill(0.75),
        labelSmoothing: 0.1,
        softcap: 30,
      };
      const count = layout.axis === 1 ? rows : classes;
      const targets = randomTargets(count, layout.axis === 1 ? classes : rows);
      for (const options of [layout, all]) {
        for (const given of [targets, batch.probabilities]) {
          for (const logits of [batch.logits, inDouble(batch).logits]) {
            const own = logits.slice() as Float32Array;
            const { loss } = crossEntropyWithGradient(own, given, { ...options, gradient: own });
            const apart = crossEntropyWithGradient(logits, given, options);
            expect(loss).toBe(apart.loss);
            expect(bytesOf(own).equals(bytesOf(apart.gradient))).toBe(true);
          }
        }
      }
    }
  });

  it('in any dimension around it', () => {
    const shape = [3, 5, 4, 7];
    const logits = normalLogits(420, { deviation: 4 });
    for (let axis = 0; axis < 4; axis++) {
      const p = softmax(logits, { shape, axis });
      const totals = logSumExp(logits, { shape, axis });
      const targets = randomTargets(totals.length, shape[axis] as number);
      const options = { shape, axis, reduction: 'none' } as const;
      const { loss, gradient } = crossEntropyWithGradient(logits, targets, options);
      rowsOf(shape, axis).forEach((indices, n) => {
        const part = (array: Float32Array) => Float32Array.from(indices, (i) => array[i] as number);
        const row = part(logits);
        expect(softmax(row)).toEqual(part(p));
        expect(logSumExp(row)[0]).toBe(totals[n]);
        const alone = crossEntropyWithGradient(row, targets.subarray(n, n + 1), {
          reduction: 'none',
        });
        expect(alone.loss[0]).toBe(loss[n]);
        expect(alone.gradient).toEqual(part(gradient));
      });
    }
  });
});
