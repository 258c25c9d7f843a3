import { describe, expect, it } from 'vitest';
import {
  crossEntropy,
  crossEntropyWithGradient,
  logSoftmax,
  logSumExp,
  softmax,
} from '../../lib/index.js';
import { normalLogits } from '../support/inputs.js';
import { describeEachIsa } from '../support/isas.js';
import * as reference from '../support/reference.js';
import { relativeError, ulpError } from '../support/ulp.js';

// The bounds of native/NUMERICS.md, section 5, as promised there.
const SOFTMAX_ULP = 2.5;
const SOFTMAX_MEAN_ULP = 0.5;
const LOG_SUM_EXP_ULP = 1.5;
const LOG_SUM_EXP_NEAR_ZERO = 1.5e-7;
const LOG_SOFTMAX_ULP = 4;
const LOSS_RELATIVE = 4e-7;
const TARGET_GRADIENT_ULP = 4;
const ROW_SUM = 1e-7;

const spreads: readonly (readonly [name: string, row: Float32Array])[] = [
  ...[0.5, 1, 2, 3, 8, 10, 20].map(
    (deviation) =>
      [`deviation ${deviation}`, normalLogits(32000, { seed: 11 + deviation, deviation })] as const,
  ),
  ['deviation 3, offset 1000', normalLogits(32000, { seed: 3, deviation: 3, mean: 1000 })],
  ['deviation 3, offset -1000', normalLogits(32000, { seed: 4, deviation: 3, mean: -1000 })],
  ['deviation 3, offset 1e6', normalLogits(32000, { seed: 5, deviation: 3, mean: 1e6 })],
  ['deviation 3, offset 3e6', normalLogits(32000, { seed: 5, deviation: 3, mean: 3e6 })],
  ['deviation 20, offset 1e8', normalLogits(32000, { seed: 6, deviation: 20, mean: 1e8 })],
  [
    'one at 0.137, the rest near -20',
    normalLogits(32000, { seed: 8, deviation: 0.5, mean: -20 }).fill(0.137, 77, 78),
  ],
  ['1,000 classes', normalLogits(1000, { seed: 9, deviation: 2 })],
  ['10 classes', normalLogits(10, { seed: 10, deviation: 2 })],
  ['131,072 classes', normalLogits(131072, { seed: 12, deviation: 4 })],
];

describeEachIsa('accuracy', () => {
  describe.each(spreads)('%s', (_, row) => {
    it('softmax within 2.5 ulp, 0.5 on average, rows sum to 1', () => {
      const actual = softmax(row);
      const exact = reference.softmax(row);
      let worst = 0;
      let total = 0;
      let normal = 0;
      let sum = 0;
      actual.forEach((p, c) => {
        sum += p;
        const e = exact[c] as number;
        if (e < 2 ** -126) {
          expect(Math.abs(p - e)).toBeLessThanOrEqual(2 ** -149);
          return;
        }
        const error = ulpError(p, e);
        worst = Math.max(worst, error);
        total += error;
        normal++;
      });
      expect(worst).toBeLessThanOrEqual(SOFTMAX_ULP);
      expect(total / normal).toBeLessThanOrEqual(SOFTMAX_MEAN_ULP);
      expect(Math.abs(sum - 1)).toBeLessThanOrEqual(ROW_SUM);
    });

    it('logSumExp within 1.5 ulp', () => {
      const exact = reference.logSumExp(row);
      const actual = logSumExp(row)[0] as number;
      if (Math.abs(exact) >= 0.1) {
        expect(ulpError(actual, exact)).toBeLessThanOrEqual(LOG_SUM_EXP_ULP);
      } else {
        expect(Math.abs(actual - exact)).toBeLessThanOrEqual(LOG_SUM_EXP_NEAR_ZERO);
      }
    });

    it('logSoftmax within 4 ulp', () => {
      const exact = reference.logSoftmax(row);
      logSoftmax(row).forEach((value, c) => {
        expect(ulpError(value, exact[c] as number)).toBeLessThanOrEqual(LOG_SOFTMAX_ULP);
      });
    });

    it('crossEntropy within 4e-7 and its gradient at the target within 4 ulp', () => {
      const largest = row.indexOf(row.reduce((a, b) => Math.max(a, b), -Infinity));
      for (const target of [0, 1, row.length - 1, row.length >> 1, largest]) {
        const { loss, gradient } = crossEntropyWithGradient(row, [target]);
        expect(relativeError(loss, reference.loss(row, target))).toBeLessThanOrEqual(LOSS_RELATIVE);
        const exact = reference.lossGradient(row, target)[target] as number;
        expect(ulpError(gradient[target] as number, exact)).toBeLessThanOrEqual(
          TARGET_GRADIENT_ULP,
        );
      }
    });
  });

  it('logSumExp near 0 within 1.5e-7', () => {
    for (let k = 0; k < 2000; k++) {
      const row = normalLogits(20, { seed: k, deviation: 1, mean: -3.45 });
      const exact = reference.logSumExp(row);
      const error = Math.abs((logSumExp(row)[0] as number) - exact);
      const bound = Math.abs(exact) < 0.1 ? LOG_SUM_EXP_NEAR_ZERO : 1.5 * 2 ** -23;
      expect(error).toBeLessThanOrEqual(Math.max(bound, 1.2e-7 * Math.abs(exact)));
    }
  });
});

// Row [0, -gap, -gap, ...]: the loss is log1p(n e^-gap), from 1e-300 to 1e4 and beyond.
describeEachIsa('a loss of every size', () => {
  const gaps = Array.from({ length: 1400 }, (_, k) => (k - 700) * 0.9973);

  it.each([2, 3, 17, 100, 1000])('%i classes', (classes) => {
    for (const gap of gaps) {
      const row = new Float32Array(classes).fill(-gap);
      row[0] = 0;
      const exact = reference.loss(row, 0);
      expect(relativeError(crossEntropy(row, [0]), exact)).toBeLessThanOrEqual(LOSS_RELATIVE);
    }
  });

  it('rows of random spread around a confident target', () => {
    for (let k = 0; k < 2000; k++) {
      const row = normalLogits(3 + (k % 300), { seed: k, deviation: 4, mean: -k / 4 });
      const target = k % row.length;
      row[target] = 5;
      const exact = reference.loss(row, target);
      expect(relativeError(crossEntropy(row, [target]), exact)).toBeLessThanOrEqual(LOSS_RELATIVE);
    }
  });

  it('side by side as well as in rows', () => {
    const inner = 37;
    for (let k = 0; k < 200; k++) {
      const classes = 2 + (k % 90);
      const logits = normalLogits(classes * inner, { seed: k, deviation: 4, mean: -k });
      const targets = Int32Array.from({ length: inner }, (_, i) => i % classes);
      targets.forEach((target, i) => {
        logits[target * inner + i] = i * 3;
      });
      const losses = crossEntropy(logits, targets, {
        shape: [classes, inner],
        axis: 0,
        reduction: 'none',
      });
      losses.forEach((loss, i) => {
        const row = Float32Array.from(
          { length: classes },
          (_, c) => logits[c * inner + i] as number,
        );
        const exact = reference.loss(row, targets[i] as number);
        expect(Math.abs(loss - exact)).toBeLessThanOrEqual(
          Math.max(LOSS_RELATIVE * exact, 2 ** -149),
        );
      });
    }
  });
});
