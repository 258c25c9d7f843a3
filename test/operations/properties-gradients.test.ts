import { describe, expect, it } from 'vitest';
import {
  crossEntropy,
  crossEntropyWithGradient,
  logSoftmax,
  logSoftmaxGradient,
  softmax,
  softmaxGradient,
} from '../../lib/index.js';
import { normalLogits, normalLogits64 } from '../support/inputs.js';
import { describeEachIsa } from '../support/isas.js';
import { asArray } from '../support/tables/loss-table.js';
import { expectWithin } from '../support/ulp.js';

const STEP = 2 ** -12;

/** The gradient of f at x by central differences: off by about f''' STEP^2 / 6 = 1e-8. */
function differences(f: (x: Float64Array) => number, x: Float64Array): Float64Array {
  return x.map((value, i) => {
    const at = (moved: number) => {
      const y = x.slice();
      y[i] = moved;
      return f(y);
    };
    return (at(value + STEP) - at(value - STEP)) / (2 * STEP);
  });
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, i) => sum + value * (b[i] as number), 0);

/** Every combination of one choice for each name. */
function combinations(choices: Readonly<Record<string, readonly unknown[]>>): object[] {
  return Object.entries(choices).reduce<object[]>(
    (all, [name, values]) =>
      all.flatMap((one) =>
        values.map((value) => (value === undefined ? one : { ...one, [name]: value })),
      ),
    [{}],
  );
}

const rows = 3;
const classes = 4;
const logits = normalLogits64(rows * classes, { seed: 41, deviation: 2 });
const targets = [2, -100, 0];
const probabilities = Float64Array.from({ length: rows * classes }, (_, i) => Math.sin(i) ** 2);
const weight = Float64Array.of(0.5, 2, 0, 1.25);
const factors = Float64Array.of(1.5, -2, 0.25);

const lossOptions = combinations({
  weight: [undefined, weight],
  labelSmoothing: [undefined, 0.2, 1],
  zLoss: [undefined, 0.01],
  temperature: [undefined, 0.7, 3],
  softcap: [undefined, 5],
});

describeEachIsa('gradients are the slopes of what they belong to', () => {
  describe.each([
    ['last', { shape: [rows, classes], axis: 1 }],
    ['first', { shape: [classes, rows], axis: 0 }],
  ] as const)('classes %s', (_, layout) => {
    describe.each([
      ['indices', targets],
      ['probabilities', probabilities],
    ] as const)('crossEntropy of %s', (_name, chosen) => {
      it.each(['mean', 'sum', 'none'] as const)('%s', (reduction) => {
        for (const options of lossOptions) {
          const upstream = reduction === 'none' ? factors : 1.75;
          const all = { ...layout, ...options, reduction };
          const { loss, gradient } = crossEntropyWithGradient(logits, chosen, { ...all, upstream });
          expect(crossEntropy(logits, chosen, all)).toEqual(loss);
          const value = (x: Float64Array) => {
            const losses = asArray(crossEntropy(x, chosen, all));
            return typeof upstream === 'number'
              ? upstream * (losses[0] as number)
              : dot(losses, upstream);
          };
          expectWithin(gradient, differences(value, logits), () => 3e-6, JSON.stringify(options));
        }
      });
    });

    it.each([1, 0.7, 3])('softmax and logSoftmax, temperature %d', (temperature) => {
      const options = { ...layout, temperature };
      const upstream = Float64Array.from(normalLogits(rows * classes, { seed: 5 }));
      for (const [compute, gradient] of [
        [softmax, softmaxGradient],
        [logSoftmax, logSoftmaxGradient],
      ] as const) {
        const value = (x: Float64Array) => dot(compute(x, options), upstream);
        const slopes = gradient(compute(logits, options), upstream, options);
        expectWithin(slopes, differences(value, logits), () => 1e-6);
      }
    });

    it('the gradients of softmax and logSoftmax lead to that of the loss', () => {
      const options = { ...layout, temperature: 0.7 };
      const loss = { ...options, reduction: 'sum', ignoreIndex: [] } as const;
      const { gradient } = crossEntropyWithGradient(logits, probabilities, loss);
      const byLog = logSoftmaxGradient(
        logSoftmax(logits, options),
        probabilities.map((q) => -q),
        options,
      );
      expectWithin(byLog, gradient, () => 1e-14);
      const p = softmax(logits, options);
      const byProbability = softmaxGradient(
        p,
        p.map((own, i) => -(probabilities[i] as number) / own),
        options,
      );
      expectWithin(byProbability, gradient, () => 1e-14);
    });
  });

  it('in float32 as in float64', () => {
    const narrow = Float32Array.from(logits);
    const wide = Float64Array.from(narrow);
    const layout = { shape: [rows, classes] };
    for (const chosen of [targets, probabilities]) {
      for (const options of lossOptions) {
        const all = { ...layout, ...options, reduction: 'none', upstream: factors } as const;
        const a = crossEntropyWithGradient(narrow, chosen, all);
        const b = crossEntropyWithGradient(wide, chosen, all);
        expectWithin(a.loss, b.loss, (loss) => 2e-6 * Math.abs(loss) + 1e-9);
        expectWithin(a.gradient, b.gradient, () => 1e-5);
      }
    }
  });
});
