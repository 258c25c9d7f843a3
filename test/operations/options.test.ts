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
import { normalLogits, randomProbabilities, uniformArray } from '../support/inputs.js';
import { describeEachIsa } from '../support/isas.js';
import * as reference from '../support/reference.js';
import { asArray } from '../support/tables/loss-table.js';
import { expectWithin, rounding, ulpError } from '../support/ulp.js';

// Bounds against exact arithmetic on softcap tanh(x / softcap) / temperature.
const SOFTMAX_ULP = 3;
const LOSS_RELATIVE = 1e-6;
const GRADIENT_RELATIVE = 1e-6;
const SOFTMAX_GRADIENT_RELATIVE = 2e-7;
const BINARY_RELATIVE = 4e-7;
const DOUBLE_RELATIVE = 1e-12;

const temperatures = [0.1, 0.7, 1.3, 3, 1e-3, 1e3, 1e30, 1e-30, Number.MIN_VALUE, Number.MAX_VALUE];
const softcaps = [0.5, 30, 1e-3, 1e6];

const transforms: readonly { readonly temperature?: number; readonly softcap?: number }[] = [
  ...temperatures.map((temperature) => ({ temperature })),
  ...softcaps.map((softcap) => ({ softcap })),
  { softcap: 30, temperature: 0.7 },
  { softcap: 0.5, temperature: 1.3 },
  { softcap: 1e-3, temperature: 1e-3 },
  { softcap: 30, temperature: 1e30 },
];

const rows = 6;
const classes = 67;
const shape = [rows, classes];

/** Ordinary rows, large and small ones, a confident one, one with equal logits, one with -inf. */
function makeLogits(seed: number, masked: boolean): Float32Array {
  const logits = normalLogits(rows * classes, { seed, deviation: 2 });
  logits.forEach((x, i) => {
    const row = Math.floor(i / classes);
    if (row === 1) logits[i] = x * 20;
    if (row === 2) logits[i] = x + 100;
    if (row === 4) logits[i] = i % 2 ? 1.5 : -0.25;
  });
  logits[3 * classes + 5] = 40;
  if (masked) logits.fill(-Infinity, 5 * classes, 5 * classes + 30);
  return logits;
}

const logits = makeLogits(3, true);
const others = makeLogits(4, false);
const targets = [3, 0, 66, 5, 1, 40];
const q = randomProbabilities(rows, classes);
q.fill(0, 5 * classes, 5 * classes + 30);
const weight = uniformArray(classes, 0, 2, 8);

/** The exact values of one transform, computed once for all instruction sets. */
function exactly(transform: (typeof transforms)[number]) {
  const options = { shape, ...transform };
  const lossOptions = {
    plain: {},
    weighted: { weight },
    smooth: { labelSmoothing: 0.1 },
    'z-loss': { zLoss: 1e-3 },
  };
  const chosen = Object.entries(lossOptions).filter(
    // The square of a log-sum-exp beyond float64 has no gradient to compare.
    ([name]) => name !== 'z-loss' || transform.temperature !== Number.MIN_VALUE,
  );
  const losses = chosen.flatMap(([name, own]) =>
    (['none', 'mean'] as const).flatMap((reduction) =>
      [targets, q].map((given) => {
        const all = { ...options, ...own, reduction };
        const what = `${name}, ${reduction}, ${given === q ? 'probabilities' : 'indices'}`;
        return { what, all, given, exact: reference.crossEntropy(logits, given, all) };
      }),
    ),
  );
  const labels = q.map((value) => Math.min(value * 20, 1));
  return {
    options,
    softmax: reference.preciseSoftmax(logits, options),
    logSoftmax: reference.preciseLogSoftmax(logits, options),
    logSumExp: reference.preciseLogSumExp(logits, options),
    losses,
    kl: reference.klDivergence(logits, others, { ...options, reduction: 'none' }),
    labels,
    binary: reference.binaryCrossEntropy(logits, labels, { ...options, reduction: 'none' }),
  };
}

const exacts = transforms.map((transform) => {
  const name = Object.entries(transform).map(([key, value]) => `${key} ${value}`);
  return [name.join(', '), exactly(transform)] as const;
});

describeEachIsa('transforms', () => {
  describe.each(exacts)('%s', (_, exact) => {
    const { options } = exact;

    it('softmax within 3 ulp', () => {
      const actual = softmax(logits, options);
      actual.forEach((p, i) => {
        const wanted = exact.softmax[i] as number;
        if (wanted < 2 ** -126) expect(Math.abs(p - wanted)).toBeLessThanOrEqual(2 ** -149);
        else if (!(ulpError(p, wanted) <= SOFTMAX_ULP)) expect(p, `[${i}]`).toBe(wanted);
      });
    });

    it('logSoftmax and logSumExp', () => {
      expectWithin(
        logSoftmax(logits, options),
        exact.logSoftmax,
        (value) => 5 * 2 ** -23 * Math.abs(value) + 2 ** -149,
      );
      expectWithin(
        logSumExp(logits, options),
        exact.logSumExp,
        (value) => 2 * 2 ** -23 * Math.max(Math.abs(value), 1),
      );
    });

    it('losses and their gradients', () => {
      for (const { what, all, given, exact: wanted } of exact.losses) {
        const { loss, gradient } = crossEntropyWithGradient(logits, given, all);
        expectWithin(
          loss instanceof Float32Array ? loss : Float32Array.of(loss),
          wanted.loss,
          (_value, i) => LOSS_RELATIVE * (wanted.lossScale[i] as number) + 2 ** -149,
          `loss, ${what}`,
        );
        expectWithin(
          gradient,
          wanted.gradient,
          (_value, i) => GRADIENT_RELATIVE * (wanted.gradientScale[i] as number) + 2 ** -149,
          `gradient, ${what}`,
        );
        expect(crossEntropy(logits, given, all), what).toEqual(loss);
      }
    });

    it('klDivergence and binaryCrossEntropy', () => {
      const none = { ...options, reduction: 'none' } as const;
      const kl = klDivergence(logits, others, none);
      // A row's divergence is a difference of logits and of their log-sum-exps.
      const sizes = reference.rowsOf(shape, -1).map((indices) => {
        const [x, y] = [logits, others].map(
          (array) => new reference.Row(reference.pick(array, indices), options).magnitude,
        );
        return (x as number) + (y as number);
      });
      expectWithin(
        kl,
        exact.kl,
        (value, row) => rounding(kl)(value) * 1.01 + DOUBLE_RELATIVE * (sizes[row] as number),
      );
      const binary = binaryCrossEntropy(logits, exact.labels, none);
      expectWithin(
        binary,
        exact.binary,
        (value) => rounding(binary)(value) * 1.01 + BINARY_RELATIVE * Math.abs(value),
      );
    });
  });

  it('a soft cap makes infinite logits finite', () => {
    const row = Float32Array.of(0, Infinity, -Infinity, 1);
    const options = { softcap: 2, temperature: 0.5 };
    expectWithin(
      softmax(row, options),
      reference.preciseSoftmax(Float64Array.of(0, 4, -4, 4 * Math.tanh(0.5))),
      (p) => 4e-7 * p,
    );
    const { loss, gradient } = crossEntropyWithGradient(row, [2], options);
    const exact = reference.crossEntropy(row, [2], options);
    expectWithin([loss], exact.loss, (value) => LOSS_RELATIVE * value);
    expectWithin(gradient, exact.gradient, (value) => LOSS_RELATIVE * Math.abs(value));
    expect(gradient[1]).toBe(0);
    expect(Math.abs(gradient[2] as number)).toBe(0);
    expect(logSumExp(row, options)[0]).toBeLessThan(5);
    const none = { softcap: 2, reduction: 'none' } as const;
    expectWithin(
      binaryCrossEntropy(row, [1, 0, 1, 0], none),
      reference.binaryCrossEntropy(row, [1, 0, 1, 0], none),
      (value) => BINARY_RELATIVE * value,
    );
    expect(softmax(Float32Array.of(NaN, 0), options)).toEqual(Float32Array.of(NaN, NaN));
  });

  it('the temperature of the gradients of softmax and logSoftmax divides', () => {
    const p = softmax(others, { shape });
    const g = normalLogits(p.length, { seed: 6 });
    for (const temperature of [1, ...temperatures]) {
      for (const [compute, definition] of [
        [softmaxGradient, reference.softmaxGradient],
        [logSoftmaxGradient, reference.logSoftmaxGradient],
      ] as const) {
        const actual = compute(p, g, { shape, temperature });
        const { values, scale } = definition(p, g, { shape, temperature });
        expectWithin(
          actual,
          values,
          (_value, i) => SOFTMAX_GRADIENT_RELATIVE * (scale[i] as number) + 2 ** -148,
          `temperature ${temperature}`,
        );
      }
    }
  });
});

describeEachIsa('the mean of nothing', () => {
  const row = Float32Array.of(0, 1, 2);
  const zeros = new Float32Array(3);
  const cases = {
    'no rows': { x: new Float32Array(0), y: [], options: { shape: [0, 3] }, nan: [] },
    'all ignored': { x: row, y: [-100], options: {}, nan: [0, 0, 0] },
    'no weight': { x: row, y: [1], options: { weight: zeros }, nan: [NaN, NaN, NaN] },
    'no weight, smoothed': {
      x: row,
      y: [1],
      options: { weight: Float32Array.of(1, 0, 1), labelSmoothing: 0.5, zLoss: 1 },
      nan: [NaN, NaN, NaN],
    },
    'ignored or without weight': {
      x: Float32Array.of(...row, ...row),
      y: [-100, 1],
      options: { shape: [2, 3], weight: zeros },
      nan: [0, 0, 0, NaN, NaN, NaN],
    },
    'no rows of probabilities': {
      x: new Float32Array(0),
      y: new Float32Array(0),
      options: { shape: [0, 3] },
      nan: [],
    },
  };

  it.each(Object.entries(cases))('%s', (_, { x, y, options, nan }) => {
    for (const given of [{}, { emptyMean: 'nan' }] as const) {
      const all = { ...options, ...given };
      expect(crossEntropy(x, y, all)).toBeNaN();
      const { loss, gradient } = crossEntropyWithGradient(x, y, all);
      expect(loss).toBeNaN();
      expect([...gradient]).toEqual(nan);
    }
    const zero = { ...options, emptyMean: 'zero' } as const;
    expect(crossEntropy(x, y, zero)).toBe(0);
    const { loss, gradient } = crossEntropyWithGradient(x, y, zero);
    expect(loss).toBe(0);
    expect(gradient.every((value) => value === 0)).toBe(true);
    expect(gradient).toHaveLength(x.length);

    const out = new Float32Array(x.length).fill(7);
    const error = expect.objectContaining({ name: 'RangeError', code: 'ERR_EMPTY_MEAN' });
    const thrown = { ...options, emptyMean: 'throw' } as const;
    expect(() => crossEntropy(x, y, thrown)).toThrow(error);
    expect(() => crossEntropyWithGradient(x, y, { ...thrown, gradient: out })).toThrow(error);
    expect(out.every((value) => value === 7)).toBe(true);

    for (const reduction of ['sum', 'none'] as const) {
      for (const emptyMean of ['nan', 'zero', 'throw'] as const) {
        const plain = crossEntropyWithGradient(x, y, { ...options, reduction });
        const other = crossEntropyWithGradient(x, y, { ...options, reduction, emptyMean });
        expect(other).toEqual(plain);
        expect(asArray(other.loss)[0] ?? 0).not.toBeNaN();
      }
    }
    if (y instanceof Float32Array) return;
    const { labelSmoothing: __, zLoss: ___, ...nll } = { labelSmoothing: 0, zLoss: 0, ...options };
    expect(nllLoss(x, y, nll)).toBeNaN();
    expect(nllLoss(x, y, { ...nll, emptyMean: 'zero' })).toBe(0);
    expect(() => nllLoss(x, y, { ...nll, emptyMean: 'throw' })).toThrow(error);
    expect(nllLoss(x, y, { ...nll, emptyMean: 'throw', reduction: 'sum' })).toBe(0);
  });

  it('a mean of something is the same whatever emptyMean says', () => {
    for (const emptyMean of ['nan', 'zero', 'throw'] as const) {
      expect(crossEntropy(row, [2], { emptyMean })).toBe(crossEntropy(row, [2]));
      // Probabilities without weight count their rows.
      const onehot = Float32Array.of(0, 0, 1);
      expect(crossEntropy(row, onehot, { emptyMean, weight: zeros })).toBe(0);
    }
  });
});

describeEachIsa('ignored rows', () => {
  const x = normalLogits(7 * 5, { seed: 2, deviation: 2 });
  const y = [0, 1, 2, 3, 4, -1, -100];
  const kept = (ignored: readonly number[]) =>
    y.flatMap((target, row) => (ignored.includes(target) ? [] : [row]));

  it.each([
    [[-1, -100]],
    [[-1, -100, 2]],
    [[2, -100, -1, 4, 2]],
    [[-100, -1, 0, 1, 2, 3]],
    [[-1, -100, 999_999_999_999, Number.MIN_SAFE_INTEGER]],
  ])('ignoreIndex %j', (ignoreIndex) => {
    const options = { shape: [7, 5], ignoreIndex, labelSmoothing: 0.1 };
    const rowsKept = kept(ignoreIndex);
    const part = Float32Array.from(
      rowsKept.flatMap((row) => [...x.subarray(row * 5, row * 5 + 5)]),
    );
    const indices = rowsKept.map((row) => y[row] as number);
    const partOptions = { shape: [rowsKept.length, 5], labelSmoothing: 0.1 };
    for (const reduction of ['mean', 'sum'] as const) {
      const all = crossEntropyWithGradient(x, y, { ...options, reduction });
      const some = crossEntropyWithGradient(part, indices, { ...partOptions, reduction });
      expect(all.loss).toBeCloseTo(some.loss, 12);
      rowsKept.forEach((row, n) => {
        expect(all.gradient.subarray(row * 5, row * 5 + 5)).toEqual(
          some.gradient.subarray(n * 5, n * 5 + 5),
        );
      });
      const { labelSmoothing: _, ...nll } = { ...options, reduction };
      expect(nllLoss(x, y, nll)).toBeCloseTo(
        nllLoss(part, indices, { shape: partOptions.shape, reduction }),
        12,
      );
    }
    const { loss, gradient } = crossEntropyWithGradient(x, y, { ...options, reduction: 'none' });
    y.forEach((_target, row) => {
      if (rowsKept.includes(row)) return;
      expect(loss[row]).toBe(0);
      expect([...gradient.subarray(row * 5, row * 5 + 5)]).toEqual([0, 0, 0, 0, 0]);
    });
  });

  it('one index as a number or alone in an array; none at all', () => {
    const options = { shape: [5, 5] };
    const [logitsOf, targetsOf] = [x.subarray(0, 25), y.slice(0, 5)];
    expect(crossEntropyWithGradient(logitsOf, targetsOf, { ...options, ignoreIndex: [3] })).toEqual(
      crossEntropyWithGradient(logitsOf, targetsOf, { ...options, ignoreIndex: 3 }),
    );
    expect(crossEntropy(logitsOf, targetsOf, { ...options, ignoreIndex: [] })).toBe(
      crossEntropy(logitsOf, targetsOf, options),
    );
    expect(() => crossEntropy(x.subarray(0, 5), [-100], { ignoreIndex: [] })).toThrow(
      expect.objectContaining({ code: 'ERR_TARGET_OUT_OF_RANGE', row: 0, target: -100 }),
    );
  });
});
