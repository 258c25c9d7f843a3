import { describe, expect, it } from 'vitest';
import {
  binaryCrossEntropy,
  crossEntropy,
  crossEntropyWithGradient,
  klDivergence,
  logSoftmax,
  logSoftmaxGradient,
  logSumExp,
  nllLoss,
  softmax,
  softmaxGradient,
} from '../../lib/index.js';
import { normalLogits64, uniformArray } from '../support/inputs.js';
import { describeEachIsa } from '../support/isas.js';
import * as reference from '../support/reference.js';
import { expectWithin } from '../support/ulp.js';

// The bounds for float64, against 30 digits.
const SOFTMAX = 1e-15;
const LOG_SOFTMAX = 2e-15;
const LOG_SUM_EXP = 1e-15;
const LOSS = 1e-15;
const GRADIENT = 2e-15;
const DOUBLE = 1e-14;
/** Options: every product and quotient before the exponential is an error of the logit's size. */
const TRANSFORMED = 1e-14;

const classes = 3001;
const target = 77;
const normal = (seed: number, deviation: number, mean = 0, count = classes) =>
  normalLogits64(count, { seed, deviation, mean });

const spreads: readonly (readonly [name: string, logits: Float64Array])[] = [
  ['deviation 0.5', normal(1, 0.5)],
  ['deviation 3', normal(2, 3)],
  ['deviation 20', normal(3, 20)],
  ['deviation 100', normal(4, 100)],
  ['deviation 3, offset 1000', normal(5, 3, 1000)],
  ['deviation 3, offset -1000', normal(6, 3, -1000)],
  ['deviation 3, offset 1e6', normal(7, 3, 1e6)],
  ['deviation 20, offset 1e15', normal(8, 20, 1e15)],
  ['confident', normal(9, 2).fill(60.1, target, target + 1)],
  ['very confident', normal(10, 2, -300).fill(300.3, target, target + 1)],
  ['confident of another', normal(11, 2).fill(60.1, 5, 6)],
  ['100 classes', normal(12, 2, 0, 100)],
  ['20,000 classes', normal(13, 4, 0, 20000)],
];

const cases = spreads.map(([name, logits]) => {
  const weight = Float64Array.from(uniformArray(logits.length, 0, 2, 9));
  const options = [
    {},
    { weight },
    { labelSmoothing: 0.1 },
    { weight, labelSmoothing: 0.25, zLoss: 1e-3 },
  ].map((given) => {
    return { given, exact: reference.crossEntropy(logits, [target], given) };
  });
  return [
    name,
    {
      logits,
      options,
      softmax: reference.preciseSoftmax(logits),
      logSoftmax: reference.preciseLogSoftmax(logits),
      logSumExp: reference.preciseLogSumExp(logits),
    },
  ] as const;
});

const relative = (bound: number) => (value: number) => bound * Math.abs(value);

describeEachIsa('float64', () => {
  describe.each(cases)('%s', (_, { logits, options, ...exact }) => {
    it('softmax', () => {
      const p = softmax(logits);
      expect(p).toBeInstanceOf(Float64Array);
      // Below the normal numbers: two steps of the subnormals, one of them the reference's.
      expectWithin(p, exact.softmax, (value) => SOFTMAX * value + 2 ** -1073);
      expect(Math.abs(p.reduce((a, b) => a + b, 0) - 1)).toBeLessThanOrEqual(1e-13);
    });

    it('logSoftmax and logSumExp', () => {
      expectWithin(logSoftmax(logits), exact.logSoftmax, relative(LOG_SOFTMAX));
      expectWithin(
        logSumExp(logits),
        exact.logSumExp,
        (value) => LOG_SUM_EXP * Math.max(Math.abs(value), 1),
      );
    });

    it('crossEntropy and its gradient', () => {
      for (const { given, exact: wanted } of options) {
        const { loss, gradient } = crossEntropyWithGradient(logits, [target], given);
        expect(gradient).toBeInstanceOf(Float64Array);
        const plain = Object.keys(given).length === 0;
        expectWithin(
          [loss],
          wanted.loss,
          () => (plain ? LOSS : 2 * LOSS) * (wanted.lossScale[0] as number),
        );
        expectWithin(
          gradient,
          wanted.gradient,
          (_value, i) => GRADIENT * (wanted.gradientScale[i] as number) + 2 ** -1073,
        );
        if (!plain) continue;
        // Without options the target's share is no difference.
        const own = [gradient[target] as number];
        expectWithin(own, [wanted.gradient[target] as number], relative(GRADIENT));
      }
    });
  });

  it('losses of every size', () => {
    for (const count of [2, 3, 17, 100]) {
      for (let k = -700; k < 700; k += 3) {
        const row = new Float64Array(count).fill(-k * 0.9973);
        row[0] = 0;
        const exact = reference.crossEntropy(row, [0]).loss;
        expectWithin([crossEntropy(row, [0])], exact, relative(LOSS), `${count}, ${k}`);
      }
    }
  });

  it('transforms', () => {
    const logits = normal(20, 3, 0, 200);
    const weight = Float64Array.from(uniformArray(200, 0, 2, 9));
    for (const transform of [
      { temperature: 0.7 },
      { temperature: 1.3 },
      { softcap: 30 },
      { softcap: 0.5, temperature: 0.1 },
    ]) {
      const all = { ...transform, weight, labelSmoothing: 0.1 };
      const exact = reference.crossEntropy(logits, [target], all);
      const { loss, gradient } = crossEntropyWithGradient(logits, [target], all);
      expectWithin([loss], exact.loss, () => TRANSFORMED * (exact.lossScale[0] as number));
      expectWithin(
        gradient,
        exact.gradient,
        (_, i) => TRANSFORMED * (exact.gradientScale[i] as number),
      );
      const p = reference.preciseSoftmax(logits, transform);
      expectWithin(softmax(logits, transform), p, relative(TRANSFORMED));
    }
  });

  it('klDivergence, binaryCrossEntropy, nllLoss and the gradients', () => {
    const x = normal(21, 3, 0, 600);
    const y = normal(22, 3, 0, 600);
    const options = { shape: [6, 100], reduction: 'none' } as const;
    const magnitude = 40;
    expectWithin(
      klDivergence(x, y, options),
      reference.klDivergence(x, y, options),
      (value) => DOUBLE * (value + magnitude),
    );
    const labels = Float64Array.from(uniformArray(600, 0, 1));
    expectWithin(
      binaryCrossEntropy(x, labels, options),
      reference.binaryCrossEntropy(x, labels, options),
      relative(DOUBLE),
    );
    const logP = logSoftmax(x, { shape: [6, 100] });
    const targets = [0, 99, 5, 50, 7, 1];
    expectWithin(
      nllLoss(logP, targets, options),
      reference.nllLoss(logP, targets, options).loss,
      () => 0,
    );
    for (const temperature of [1, 0.7]) {
      for (const [input, backward, definition] of [
        [softmax(x, { shape: [6, 100] }), softmaxGradient, reference.softmaxGradient],
        [logP, logSoftmaxGradient, reference.logSoftmaxGradient],
      ] as const) {
        const { values, scale } = definition(input, y, { shape: [6, 100], temperature });
        expectWithin(
          backward(input, y, { shape: [6, 100], temperature }),
          values,
          (_, i) => DOUBLE * (scale[i] as number),
        );
      }
    }
  });
});
