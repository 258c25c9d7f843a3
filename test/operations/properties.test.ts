import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  binaryCrossEntropy,
  crossEntropyWithGradient,
  klDivergence,
  logSoftmax,
  logSumExp,
  softmax,
} from '../../lib/index.js';
import { example, logit, runs } from '../support/arbitraries.js';
import { describeEachIsa } from '../support/isas.js';
import * as reference from '../support/reference.js';
import { asArray } from '../support/tables/loss-table.js';
import { bytesOf } from '../support/tables/operations.js';
import { expectWithin } from '../support/ulp.js';

// Both sides of an equation may be off by the bounds of native/NUMERICS.md.
const SOFTMAX = 5 * 2 ** -23;
const LOSS = 1e-6;
const KL_RELATIVE = 1e-6;

const relative = (bound: number) => (value: number) => bound * Math.abs(value) + 2 ** -149;

/** Options that stand for all: with and without weights and smoothing. */
function variants(weight: Float32Array) {
  return [
    {},
    { weight },
    { labelSmoothing: 0.25 },
    { weight, labelSmoothing: 0.1, zLoss: 0.01 },
  ] as const;
}

function each<T>(arbitrary: fc.Arbitrary<T>, check: (value: T) => void): void {
  fc.assert(fc.property(arbitrary, check), runs);
}

describeEachIsa('properties', () => {
  it('a common shift changes nothing but logSumExp, by the shift', () => {
    each(
      fc.tuple(example, fc.integer({ min: -6, max: 12 })),
      ([{ shape, logits, targets }, power]) => {
        const moved = logits.map((x) => x + 2 ** power);
        expectWithin(softmax(moved, { shape }), softmax(logits, { shape }), relative(SOFTMAX));
        expectWithin(
          logSoftmax(moved, { shape }),
          logSoftmax(logits, { shape }),
          relative(2 * LOSS),
        );
        expectWithin(
          logSumExp(moved, { shape }),
          logSumExp(logits, { shape }).map((total) => total + 2 ** power),
          (value) => 2 ** -22 * (Math.abs(value) + 2 ** power + 1),
        );
        const options = { shape, reduction: 'none' } as const;
        const a = crossEntropyWithGradient(moved, targets, options);
        const b = crossEntropyWithGradient(logits, targets, options);
        expectWithin(a.loss, b.loss, relative(LOSS));
        expectWithin(a.gradient, b.gradient, relative(LOSS));
        const kl = { shape, reduction: 'none' } as const;
        const other = logits.map((x, i) => x + Math.fround(Math.sin(i)));
        expectWithin(
          klDivergence(moved, other, kl),
          klDivergence(logits, other, kl),
          (value) => LOSS * value + 1e-11,
        );
      },
    );
  });

  it('the order of the classes does not matter', () => {
    each(fc.tuple(example, fc.integer()), ([batch, seed]) => {
      const { classes, shape, logits, others, targets, probabilities, weight } = batch;
      // A rotation, after every other class was exchanged with its neighbour.
      const turn = Math.abs(seed) % classes;
      const order = Array.from({ length: classes }, (_, c) => {
        const swapped = (c ^ 1) < classes ? c ^ 1 : c;
        return (swapped + turn) % classes;
      });
      const permuted = (array: Float32Array) =>
        array.map((_, i) => array[i - (i % classes) + (order[i % classes] as number)] as number);
      const x = permuted(logits);
      expectWithin(softmax(x, { shape }), permuted(softmax(logits, { shape })), relative(SOFTMAX));
      expectWithin(
        logSumExp(x, { shape }),
        logSumExp(logits, { shape }),
        (value) => 3 * 2 ** -23 * (Math.abs(value) + 1),
      );
      const none = { shape, reduction: 'none' } as const;
      expectWithin(
        klDivergence(x, permuted(others), none),
        klDivergence(logits, others, none),
        (value) => LOSS * value + 1e-13,
      );
      for (const options of variants(weight)) {
        const moved = 'weight' in options ? { weight: permuted(weight) } : {};
        const indices = targets.map((target) => (target < 0 ? target : order.indexOf(target)));
        for (const [before, after] of [
          [targets, indices],
          [probabilities, permuted(probabilities)],
        ] as const) {
          const a = crossEntropyWithGradient(x, after, { ...none, ...options, ...moved });
          const b = crossEntropyWithGradient(logits, before, { ...none, ...options });
          const exact = reference.crossEntropy(x, after, { ...none, ...options, ...moved });
          expectWithin(a.loss, b.loss, (_, i) => 2 * LOSS * (exact.lossScale[i] as number) + 1e-37);
          expectWithin(
            a.gradient,
            permuted(b.gradient),
            (_, i) => 2 * LOSS * (exact.gradientScale[i] as number) + 1e-37,
          );
        }
      }
    });
  });

  it('one-hot probabilities are class indices, for none and sum', () => {
    each(example, ({ classes, shape, logits, targets, weight }) => {
      const indices = targets.map((target) => Math.max(target, 0));
      const onehot = new Float32Array(logits.length);
      indices.forEach((target, row) => {
        onehot[row * classes + target] = 1;
      });
      for (const options of variants(weight)) {
        for (const reduction of ['none', 'sum'] as const) {
          const all = { shape, ...options, reduction };
          const a = crossEntropyWithGradient(logits, onehot, all);
          const b = crossEntropyWithGradient(logits, indices, all);
          const exact = reference.crossEntropy(logits, indices, all);
          const lossBound = (_: number, i: number) =>
            2 * LOSS * (exact.lossScale[i] as number) + 1e-37;
          expectWithin(asArray(a.loss), asArray(b.loss), lossBound);
          expectWithin(
            a.gradient,
            b.gradient,
            (_, i) => 2 * LOSS * (exact.gradientScale[i] as number) + 1e-37,
          );
        }
      }
    });
  });

  it('a batch is the sum of its parts, and its mean that of their denominators', () => {
    each(example, ({ rows, classes, shape, logits, targets, weight }) => {
      for (const options of variants(weight)) {
        const whole = { shape, ...options };
        const cut = rows >> 1;
        const parts = [
          [0, cut],
          [cut, rows],
        ] as const;
        const sums = parts.map(([from, to]) =>
          crossEntropyWithGradient(
            logits.subarray(from * classes, to * classes),
            targets.slice(from, to),
            { ...options, shape: [to - from, classes], reduction: 'sum' },
          ),
        );
        const sum = crossEntropyWithGradient(logits, targets, { ...whole, reduction: 'sum' });
        const total = sums.reduce((a, { loss }) => a + loss, 0);
        expectWithin([sum.loss], [total], relative(1e-14));
        const gradients = Float32Array.from(sums.flatMap(({ gradient }) => [...gradient]));
        expect(bytesOf(sum.gradient).equals(bytesOf(gradients))).toBe(true);
        const counted = targets.filter((target) => target >= 0);
        const denominator = counted.reduce(
          (a, target) => a + ('weight' in options ? (weight[target] as number) : 1),
          0,
        );
        const mean = crossEntropyWithGradient(logits, targets, whole);
        expectWithin([mean.loss], [denominator === 0 ? NaN : total / denominator], relative(1e-14));
      }
    });
  });

  it('options at rest leave the very bytes', () => {
    each(example, ({ classes, shape, logits, targets, probabilities }) => {
      const ones = new Float32Array(classes).fill(1);
      for (const chosen of [targets, probabilities]) {
        for (const reduction of ['none', 'sum', 'mean'] as const) {
          const options = { shape, reduction };
          const plain = crossEntropyWithGradient(logits, chosen, options);
          for (const resting of [
            { labelSmoothing: 0 },
            { weight: ones },
            { weight: Float64Array.from(ones) },
            { zLoss: 0 },
            { temperature: 1 },
            { upstream: 1 },
            { ignoreIndex: [-100] },
            { weight: ones, labelSmoothing: 0, zLoss: 0, temperature: 1, upstream: 1 },
          ]) {
            const same = crossEntropyWithGradient(logits, chosen, { ...options, ...resting });
            expect(same.loss, JSON.stringify(resting)).toEqual(plain.loss);
            expect(bytesOf(same.gradient).equals(bytesOf(plain.gradient))).toBe(true);
          }
        }
      }
    });
  });

  it('smoothing mixes the plain loss with the evenly spread one', () => {
    each(fc.tuple(example, fc.integer({ min: 1, max: 15 })), ([batch, sixteenths]) => {
      const { classes, shape, logits, targets, weight } = batch;
      const e = sixteenths / 16;
      const even = new Float64Array(logits.length).fill(1 / classes);
      for (const options of [{}, { weight }]) {
        const all = { shape, ...options, reduction: 'none' } as const;
        const mixed = crossEntropyWithGradient(logits, targets, { ...all, labelSmoothing: e });
        const plain = crossEntropyWithGradient(logits, targets, all);
        const spread = crossEntropyWithGradient(logits, even, all);
        const isCounted = (row: number) => (targets[row] as number) >= 0;
        const exact = reference.crossEntropy(logits, targets, { ...all, labelSmoothing: e });
        expectWithin(
          mixed.loss,
          plain.loss.map((loss, row) =>
            isCounted(row) ? (1 - e) * loss + e * (spread.loss[row] as number) : 0,
          ),
          (_, row) => 2 * LOSS * (exact.lossScale[row] as number) + 1e-37,
        );
        expectWithin(
          mixed.gradient,
          plain.gradient.map((g, i) =>
            isCounted(Math.floor(i / classes))
              ? (1 - e) * g + e * (spread.gradient[i] as number)
              : 0,
          ),
          (_, i) => 3 * LOSS * (exact.gradientScale[i] as number) + 1e-37,
        );
      }
    });
  });

  it('upstream multiplies the gradient and nothing else', () => {
    each(
      fc.tuple(example, logit),
      ([{ rows, classes, shape, logits, targets, weight }, factor]) => {
        for (const options of variants(weight)) {
          const scaled = (reduction: 'none' | 'sum' | 'mean', upstream: number | Float64Array) => {
            const all = { shape, ...options, reduction };
            const one = crossEntropyWithGradient(logits, targets, all);
            const many =
              typeof upstream === 'number'
                ? crossEntropyWithGradient(logits, targets, { ...all, upstream })
                : crossEntropyWithGradient(logits, targets, {
                    ...all,
                    reduction: 'none',
                    upstream,
                  });
            expect(many.loss).toEqual(one.loss);
            const exact = reference.crossEntropy(logits, targets, { ...all, upstream });
            const factorOf = (i: number) =>
              typeof upstream === 'number'
                ? upstream
                : (upstream[Math.floor(i / classes)] as number);
            expectWithin(
              many.gradient,
              Float64Array.from(one.gradient, (g, i) => g * factorOf(i)),
              (_, i) => LOSS * (exact.gradientScale[i] as number) + 1e-37,
            );
          };
          for (const reduction of ['none', 'sum', 'mean'] as const) scaled(reduction, factor);
          scaled(
            'none',
            Float64Array.from({ length: rows }, (_, row) => factor + row),
          );
          const none = { shape, ...options, reduction: 'none' } as const;
          const same = new Float32Array(rows).fill(factor);
          expect(crossEntropyWithGradient(logits, targets, { ...none, upstream: same })).toEqual(
            crossEntropyWithGradient(logits, targets, { ...none, upstream: factor }),
          );
        }
      },
    );
  });

  it('a temperature of a power of two is a division of the logits', () => {
    each(fc.tuple(example, fc.integer({ min: -3, max: 5 })), ([batch, power]) => {
      const { shape, logits, others, targets, weight } = batch;
      const temperature = 2 ** power;
      const divided = logits.map((x) => x / temperature);
      const hot = { shape, temperature };
      const bound = relative(LOSS);
      expectWithin(softmax(logits, hot), softmax(divided, { shape }), relative(SOFTMAX));
      expectWithin(logSoftmax(logits, hot), logSoftmax(divided, { shape }), bound);
      expectWithin(
        logSumExp(logits, hot),
        logSumExp(divided, { shape }),
        (value) => 3 * 2 ** -23 * (Math.abs(value) + 1),
      );
      const otherDivided = others.map((x) => x / temperature);
      expectWithin(
        [klDivergence(logits, others, hot)],
        [klDivergence(divided, otherDivided, { shape })],
        (value) => 1e-12 * value + 1e-13,
      );
      for (const options of variants(weight)) {
        const a = crossEntropyWithGradient(logits, targets, { ...options, ...hot });
        const b = crossEntropyWithGradient(divided, targets, { ...options, shape });
        const exact = reference.crossEntropy(divided, targets, { ...options, shape });
        expectWithin([a.loss], [b.loss], () => 2 * LOSS * (exact.lossScale[0] as number));
        expectWithin(
          Float64Array.from(a.gradient, (g) => g * temperature),
          b.gradient,
          (_, i) => 2 * LOSS * (exact.gradientScale[i] as number) + 1e-37,
        );
      }
    });
  });

  it('klDivergence is 0 between equal rows and never below', () => {
    each(example, ({ shape, logits, others }) => {
      const options = { shape, reduction: 'none' } as const;
      for (const divergence of klDivergence(logits, others, options)) {
        expect(divergence).toBeGreaterThanOrEqual(0);
      }
      for (const divergence of klDivergence(logits, logits.slice(), options)) {
        expect(divergence).toBeGreaterThanOrEqual(0);
        expect(divergence).toBeLessThanOrEqual(1e-15);
      }
    });
  });

  it('klDivergence of nearly equal rows keeps its relative precision', () => {
    each(fc.tuple(example, fc.integer({ min: 3, max: 24 })), ([{ shape, logits }, power]) => {
      const x = Float64Array.from(logits, (value) => value / 8);
      const y = x.map((value, i) => value + Math.sin(i) * 2 ** -power);
      const options = { shape, reduction: 'none' } as const;
      const exact = reference.klDivergence(x, y, options);
      expectWithin(klDivergence(x, y, options), exact, (value) => KL_RELATIVE * value + 1e-30);
    });
  });

  it('binaryCrossEntropy: a logit for a label is its negative for the opposite one', () => {
    each(example, ({ shape, logits, probabilities }) => {
      const labels = probabilities.map((y) => y / 2);
      const options = { shape, reduction: 'none' } as const;
      expectWithin(
        binaryCrossEntropy(
          logits.map((z) => -z),
          labels.map((y) => 1 - y),
          options,
        ),
        binaryCrossEntropy(logits, labels, options),
        relative(2 ** -22),
      );
    });
  });
});
