import { describe, expect, it } from 'vitest';
import {
  binaryCrossEntropy,
  crossEntropy,
  crossEntropyWithGradient,
  klDivergence,
  logSoftmax,
  logSoftmaxGradient,
  nllLoss,
  softmax,
  softmaxGradient,
} from '../../lib/index.js';
import { normalLogits, randomProbabilities, uniformArray } from '../support/inputs.js';
import { describeEachIsa } from '../support/isas.js';
import * as reference from '../support/reference.js';
import { expectWithin, rounding } from '../support/ulp.js';

// The bounds of native/NUMERICS.md, section 5, relative to the sum of the terms' magnitudes.
const LOSS = 1e-6;
const GRADIENT = 4e-7;
const WEIGHTED_TARGET_GRADIENT = 6e-7;
const BINARY = 4e-7;
const SOFTMAX_GRADIENT = 2e-7;
/** What is computed in float64 and rounded last. */
const DOUBLE = 1e-14;

const classes = 3001;
const target = 1234;
const indices = [target];

const spreads: readonly (readonly [name: string, logits: Float32Array])[] = [
  ['deviation 0.5', normalLogits(classes, { seed: 1, deviation: 0.5 })],
  ['deviation 3', normalLogits(classes, { seed: 2, deviation: 3 })],
  ['deviation 20', normalLogits(classes, { seed: 3, deviation: 20 })],
  ['deviation 3, offset 1000', normalLogits(classes, { seed: 4, deviation: 3, mean: 1000 })],
  ['deviation 3, offset -1e6', normalLogits(classes, { seed: 5, deviation: 3, mean: -1e6 })],
  ['confident', normalLogits(classes, { seed: 6, deviation: 2 }).fill(60, target, target + 1)],
  ['confident of another', normalLogits(classes, { seed: 7, deviation: 2 }).fill(60, 7, 8)],
  ['10 classes', normalLogits(10, { seed: 8, deviation: 2 })],
];

interface Options {
  readonly weight?: Float32Array;
  readonly labelSmoothing?: number;
  readonly zLoss?: number;
  readonly upstream?: number;
}

function makeCase(logits: Float32Array) {
  const count = logits.length;
  const chosen = count > target ? indices : [3];
  const weight = uniformArray(count, 0, 2, 9);
  const q = randomProbabilities(1, count, 10);
  const onehot = new Float32Array(count);
  onehot[chosen[0] as number] = 1;
  const options: Readonly<Record<string, Options>> = {
    plain: {},
    weights: { weight },
    smoothing: { labelSmoothing: 0.1 },
    'weights and smoothing': { weight, labelSmoothing: 0.1 },
    'a z-loss': { zLoss: 1e-4 },
    everything: { weight, labelSmoothing: 0.3, zLoss: 1e-2, upstream: -3 },
  };
  const losses = Object.entries(options).flatMap(([name, given]) =>
    [
      ['indices', chosen],
      ['probabilities', q],
      ['one-hot probabilities', onehot],
    ].map(([kind, targets]) => ({
      what: `${kind}, ${name}`,
      given,
      targets: targets as number[] | Float32Array,
      exact: reference.crossEntropy(logits, targets as number[], given),
    })),
  );
  const others = logits.map((x, i) => x + Math.sin(i));
  const labels = q.map((value) => Math.min(value * count * 0.7, 1));
  const upstream = normalLogits(count, { seed: 11 });
  const magnitude = [logits, others].reduce(
    (sum, row) => sum + new reference.Row(row).magnitude,
    0,
  );
  return { logits, chosen, weight, losses, others, labels, upstream, magnitude };
}

const cases = spreads.map(([name, logits]) => [name, makeCase(logits)] as const);

describeEachIsa('accuracy of losses', () => {
  describe.each(cases)('%s', (_, given) => {
    const { logits, chosen, weight, losses, others, labels, upstream, magnitude } = given;

    it.each(losses)('crossEntropy of $what', ({ given: options, targets, exact }) => {
      const { loss, gradient } = crossEntropyWithGradient(logits, targets, options);
      expectWithin([loss], exact.loss, () => LOSS * (exact.lossScale[0] as number), 'loss');
      const { upstream: _upstream, ...plain } = options;
      expect(crossEntropy(logits, targets, plain)).toBe(loss);
      expectWithin(
        gradient,
        exact.gradient,
        (value, i) =>
          GRADIENT * (exact.gradientScale[i] as number) + 2 ** -24 * Math.abs(value) + 2 ** -149,
        'gradient',
      );
    });

    it('the gradient at a weighted target keeps its relative precision', () => {
      const at = chosen[0] as number;
      const { gradient } = crossEntropyWithGradient(logits, chosen, { weight, reduction: 'sum' });
      const exact = reference.crossEntropy(logits, chosen, { weight, reduction: 'sum' });
      expectWithin(
        gradient.subarray(at, at + 1),
        exact.gradient.subarray(at, at + 1),
        (value) => WEIGHTED_TARGET_GRADIENT * Math.abs(value),
      );
    });

    it('nllLoss', () => {
      const logP = logSoftmax(logits);
      const exact = reference.nllLoss(logP, chosen, { weight, reduction: 'sum' });
      const loss = nllLoss(logP, chosen, { weight, reduction: 'sum' });
      expectWithin([loss], exact.loss, (value) => 1e-15 * Math.abs(value));
    });

    it('klDivergence', () => {
      const exact = reference.klDivergence(logits, others);
      const bound = (value: number) => DOUBLE * (value + magnitude);
      expectWithin([klDivergence(logits, others)], exact, bound);
      const none = klDivergence(logits, others, { reduction: 'none' });
      expectWithin(none, exact, (value) => bound(value) + rounding(none)(value) * 1.01);
    });

    it('binaryCrossEntropy', () => {
      for (const options of [{}, { weight, positiveWeight: 3 }]) {
        const exact = reference.binaryCrossEntropy(logits, labels, options);
        const mean = binaryCrossEntropy(logits, labels, options);
        expectWithin([mean], exact, (value) => BINARY * value + 1e-307);
        const all = { ...options, reduction: 'none' } as const;
        const none = binaryCrossEntropy(logits, labels, all);
        expectWithin(
          none,
          reference.binaryCrossEntropy(logits, labels, all),
          (value) => BINARY * value + rounding(none)(value) * 1.01,
        );
      }
    });

    it.each([
      ['softmaxGradient', softmax, softmaxGradient, reference.softmaxGradient],
      ['logSoftmaxGradient', logSoftmax, logSoftmaxGradient, reference.logSoftmaxGradient],
    ] as const)('%s', (_name, forward, backward, definition) => {
      const input = forward(logits);
      const exact = definition(input, upstream);
      const actual = backward(input, upstream);
      // Of the result itself; of log-softmax's, |g| + p |sum g|.
      const sum = Math.abs(upstream.reduce((total, g) => total + g, 0));
      const size = (value: number, i: number) =>
        backward === softmaxGradient
          ? Math.abs(value)
          : Math.abs(upstream[i] as number) + Math.exp(input[i] as number) * sum;
      expectWithin(
        actual,
        exact.values,
        (value, i) =>
          SOFTMAX_GRADIENT * size(value, i) + 2 ** -40 * (exact.scale[i] as number) + 2 ** -148,
      );
    });
  });
});
