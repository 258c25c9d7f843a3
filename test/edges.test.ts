import { describe, expect, it } from 'vitest';
import {
  crossEntropy,
  crossEntropyWithGradient,
  logSoftmax,
  logSumExp,
  softmax,
} from '../lib/index.js';
import { describeEachIsa } from './support/isas.js';

const INF = Infinity;
const LN2 = Math.LN2;

/** Values to about seven digits; NaN, infinities and zeros exactly. */
function expectRow(actual: ArrayLike<number>, expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => {
    if (value === 0 || !Number.isFinite(value)) {
      expect(actual[i]).toBe(value);
    } else {
      expect(Math.abs((actual[i] as number) - value)).toBeLessThanOrEqual(4e-7 * Math.abs(value));
    }
  });
}

/** One row alone, as the middle of three rows, and as the middle of three columns. */
const layouts = [
  ['alone', (row: number[]) => ({ data: row, shape: [row.length], axis: 0, at: 0, step: 1 })],
  [
    'between rows',
    (row: number[]) => ({
      data: [...row.map(() => 1), ...row, ...row.map(() => 2)],
      shape: [3, row.length],
      axis: 1,
      at: row.length,
      step: 1,
    }),
  ],
  [
    'between columns',
    (row: number[]) => ({
      data: row.flatMap((x) => [1, x, 2]),
      shape: [row.length, 3],
      axis: 0,
      at: 1,
      step: 3,
    }),
  ],
] as const;

interface FamilyRow {
  readonly row: number[];
  readonly softmax: number[];
  readonly logSoftmax: number[];
  readonly logSumExp: number;
}

const allNaN = (row: number[], total: number): FamilyRow => ({
  row,
  softmax: row.map(() => NaN),
  logSoftmax: row.map(() => NaN),
  logSumExp: total,
});

// softmax, log-softmax and log-sum-exp of one row: PyTorch's values.
const family: Record<string, FamilyRow> = {
  'a -inf beside finite values': {
    row: [0, -INF, 1],
    softmax: [0.2689414213699951, 0, 0.7310585786300049],
    logSoftmax: [-1.3132616875182228, -INF, -0.31326168751822286],
    logSumExp: 1.3132616875182228,
  },
  'all -inf': allNaN([-INF, -INF, -INF], -INF),
  'all -inf, one class': allNaN([-INF], -INF),
  'one +inf': allNaN([0, INF, -1], INF),
  'two +inf': allNaN([INF, 0, INF], INF),
  '+inf and -inf': allNaN([INF, -INF], INF),
  'a NaN': allNaN([0, NaN, 1], NaN),
  'a NaN and +inf': allNaN([INF, NaN], NaN),
  'a NaN and -inf': allNaN([-INF, NaN, -INF], NaN),
  'one finite class': { row: [-7.5], softmax: [1], logSoftmax: [0], logSumExp: -7.5 },
  'sums beyond float32': {
    row: [Math.fround(3e38), Math.fround(3e38)],
    softmax: [0.5, 0.5],
    logSoftmax: [-LN2, -LN2],
    logSumExp: Math.fround(3e38),
  },
  'far below zero': {
    row: [-3e38, -3e38],
    softmax: [0.5, 0.5],
    logSoftmax: [-LN2, -LN2],
    logSumExp: Math.fround(-3e38),
  },
  'both ends of float32': {
    row: [3e38, -3e38],
    softmax: [1, 0],
    logSoftmax: [0, -INF],
    logSumExp: Math.fround(3e38),
  },
  'a term below the subnormals': {
    row: [0, -104],
    softmax: [1, 0],
    logSoftmax: [-0, -104],
    logSumExp: 6.813556821545298e-46,
  },
  'a subnormal term': {
    row: [0, -100],
    softmax: [1, Math.fround(Math.exp(-100))],
    logSoftmax: [Math.fround(-Math.exp(-100)), -100],
    logSumExp: 0, // 3.8e-44, of which a float64 sum of 1 and e^-100 keeps nothing
  },
  'zeros of both signs': {
    row: [-0, 0],
    softmax: [0.5, 0.5],
    logSoftmax: [-LN2, -LN2],
    logSumExp: LN2,
  },
  'a common offset of 1e8': {
    row: [1e8 + 8, 1e8],
    softmax: [0.9996646498695336, 0.0003353501304664781],
    logSoftmax: [-0.00033540637289566238, -8.000335406372896],
    logSumExp: 1e8 + 8,
  },
  'only subnormals': {
    row: [1e-45, -1e-45],
    softmax: [0.5, 0.5],
    logSoftmax: [-LN2, -LN2],
    logSumExp: LN2,
  },
};

describeEachIsa('rows at the edge', (isa) => {
  describe.each(layouts)('%s', (_, lay) => {
    it.each(Object.entries(family))('%s', (name, expected) => {
      const { data, shape, axis, at, step } = lay(expected.row);
      const logits = Float32Array.from(data);
      const pick = (all: Float32Array) => expected.row.map((_x, c) => all[at + c * step] as number);
      const rounded = (values: readonly number[]) => values.map(Math.fround);
      const near = name.includes('subnormal') ? rounded : (values: readonly number[]) => values;
      expectRow(pick(softmax(logits, { shape, axis })), near(expected.softmax) as number[]);
      expectRow(pick(logSoftmax(logits, { shape, axis })), near(expected.logSoftmax) as number[]);
      const totals = logSumExp(logits, { shape, axis });
      const total = totals[totals.length >> 1] as number;
      expectRow([total], near([expected.logSumExp]) as number[]);
    });
  });

  it('NaN results are one NaN', () => {
    const bits = (array: Float32Array) => [...new Uint32Array(array.buffer)];
    for (const row of [
      [NaN, 1],
      [INF, 1],
      [-INF, -INF],
    ]) {
      const x = Float32Array.from(row);
      for (const y of [softmax(x), logSoftmax(x)])
        expect(bits(y)).toEqual([0x7fc00000, 0x7fc00000]);
    }
    // NaN of either sign and with any payload, alone among large and small numbers.
    for (const pattern of [
      0x7fc00001, 0xffc00000, 0xff800001, 0x7f800001, 0xffffffff, 0x7fffffff,
    ]) {
      for (let at = 0; at < 70; at++) {
        const x = new Float32Array(70).fill(at % 2 ? 5 : -300);
        new Uint32Array(x.buffer)[at] = pattern;
        expect(softmax(x).every(Number.isNaN), `${isa} ${pattern.toString(16)} ${at}`).toBe(true);
        expect(logSumExp(x)[0]).toBeNaN();
        expect(crossEntropy(x, [0])).toBeNaN();
        expect(crossEntropy(x, [at])).toBeNaN();
      }
    }
  });

  it('-inf in front of a row, for whole groups and chunks', () => {
    for (const masked of [1, 16, 64, 1024, 16384, 20000]) {
      const x = new Float32Array(masked + 3).fill(-INF);
      x.set([0, 1, 0], masked);
      expectRow(
        softmax(x).subarray(masked),
        [0.21194155761708547, 0.5761168847658291, 0.21194155761708547],
      );
      expectRow(logSumExp(x), [1.551444713932051]);
      expectRow([crossEntropy(x, [masked + 1])], [0.551444713932051]);
    }
  });

  it('empty arrays', () => {
    expect(softmax(new Float32Array(0), { shape: [3, 0] })).toHaveLength(0);
    expect(logSoftmax(new Float32Array(0), { shape: [0, 3] })).toHaveLength(0);
    expect(logSoftmax(new Float32Array(0), { shape: [0, 3], axis: 0 })).toHaveLength(0);
    expect(softmax(new Float32Array(0), { shape: [0, 3], axis: 0 })).toHaveLength(0);
    expectRow(logSumExp(new Float32Array(0), { shape: [3, 0] }), [-INF, -INF, -INF]);
    expectRow(logSumExp(new Float32Array(0), { shape: [0, 3], axis: 0 }), [-INF, -INF, -INF]);
    expect(logSumExp(new Float32Array(0), { shape: [0, 3] })).toHaveLength(0);
    expectRow(logSumExp(new Float32Array(0)), [-INF]);
    expect(softmax(new Float32Array(0))).toHaveLength(0);
  });

  it('a single number, without dimensions', () => {
    const x = Float32Array.of(4.5);
    expectRow(softmax(x, { shape: [] }), [1]);
    expectRow(logSoftmax(x, { shape: [] }), [0]);
    expectRow(logSumExp(x, { shape: [], axis: 0 }), [4.5]);
  });

  it('one class alone: the very logit', () => {
    const x = Float32Array.of(1, -0.3, 88.7, 1e-45, -3e38);
    expect(logSumExp(x, { shape: [5, 1] })).toEqual(x);
    expect(logSumExp(x, { shape: [1, 5], axis: 0 })).toEqual(x);
  });

  it('several axes are one flattened axis', () => {
    const x = Float32Array.from({ length: 120 }, (_, i) => Math.sin(i) * 5);
    const shape = [4, 5, 6];
    const total = logSumExp(x);
    expect(logSumExp(x, { shape, axis: [0, 1, 2] })).toEqual(total);
    expect(logSumExp(x, { shape, axis: [2, -3, 1] })).toEqual(total);
    expect(logSumExp(x, { shape, axis: [1, 2] })).toEqual(logSumExp(x, { shape: [4, 30] }));
    expect(logSumExp(x, { shape, axis: [0, 1] })).toEqual(
      logSumExp(x, { shape: [20, 6], axis: 0 }),
    );
    const apart = logSumExp(x, { shape, axis: [0, 2] });
    for (let b = 0; b < 5; b++) {
      const row = x.filter((_, i) => Math.floor(i / 6) % 5 === b);
      expect(apart[b]).toBe(logSumExp(row)[0]);
    }
  });
});

interface LossCase {
  readonly logits: number[];
  readonly targets: number[];
  readonly classes: number;
  readonly ignoreIndex?: number;
  readonly none: number[];
  readonly sum: number;
  readonly mean: number;
  /** The gradient of the sum. */
  readonly gradient: number[];
}

const p = [0.09003057317038046, 0.24472847105479764, 0.6652409557748219]; // softmax(0, 1, 2)
const l = [2.4076059644443806, 1.4076059644443804, 0.4076059644443804];
const [p0, p1, p2] = p as [number, number, number];
const [l0, l1, l2] = l as [number, number, number];
const nans = [NaN, NaN, NaN];
const zeros = [0, 0, 0];

// Cross-entropy with class indices: PyTorch's values, but for the gradient of an ignored row that is
// not finite, which is 0 here and NaN there.
const losses: Record<string, LossCase> = {
  'two rows': {
    logits: [0, 1, 2, 0, 1, 2],
    targets: [2, 0],
    classes: 3,
    none: [l2, l0],
    sum: l2 + l0,
    mean: (l2 + l0) / 2,
    gradient: [p0, p1, p2 - 1, p0 - 1, p1, p2],
  },
  'one of two ignored': {
    logits: [0, 1, 2, 0, 1, 2],
    targets: [-100, 1],
    classes: 3,
    none: [0, l1],
    sum: l1,
    mean: l1,
    gradient: [...zeros, p0, p1 - 1, p2],
  },
  'all ignored': {
    logits: [0, 1, 2, 0, 1, 2],
    targets: [-100, -100],
    classes: 3,
    none: [0, 0],
    sum: 0,
    mean: NaN,
    gradient: [...zeros, ...zeros],
  },
  'no rows': { logits: [], targets: [], classes: 3, none: [], sum: 0, mean: NaN, gradient: [] },
  'ignoreIndex is a class, which still counts in the sum': {
    logits: [0, 1, 2, 0, 1, 2],
    targets: [2, 0],
    classes: 3,
    ignoreIndex: 2,
    none: [0, l0],
    sum: l0,
    mean: l0,
    gradient: [...zeros, p0 - 1, p1, p2],
  },
  'ignoreIndex is the number of classes': {
    logits: [0, 1, 2],
    targets: [3],
    classes: 3,
    ignoreIndex: 3,
    none: [0],
    sum: 0,
    mean: NaN,
    gradient: zeros,
  },
  'no classes, all ignored': {
    logits: [],
    targets: [-100, -100],
    classes: 0,
    none: [0, 0],
    sum: 0,
    mean: NaN,
    gradient: [],
  },
  'target at -inf': {
    logits: [0, -INF, 2],
    targets: [1],
    classes: 3,
    none: [INF],
    sum: INF,
    mean: INF,
    gradient: [0.11920292202211755, -1, 0.8807970779778824],
  },
  'another class at -inf': {
    logits: [0, -INF, 2],
    targets: [0],
    classes: 3,
    none: [2.1269280110429727],
    sum: 2.1269280110429727,
    mean: 2.1269280110429727,
    gradient: [-0.8807970779778824, 0, 0.8807970779778824],
  },
  'all others at -inf': {
    logits: [-INF, 3, -INF],
    targets: [1],
    classes: 3,
    none: [0],
    sum: 0,
    mean: 0,
    gradient: zeros,
  },
  'one class': { logits: [5], targets: [0], classes: 1, none: [0], sum: 0, mean: 0, gradient: [0] },
  'all -inf': {
    logits: [-INF, -INF, -INF],
    targets: [1],
    classes: 3,
    none: [NaN],
    sum: NaN,
    mean: NaN,
    gradient: nans,
  },
  '+inf': {
    logits: [0, INF, 1],
    targets: [1],
    classes: 3,
    none: [NaN],
    sum: NaN,
    mean: NaN,
    gradient: nans,
  },
  NaN: {
    logits: [0, 1, NaN, 0, 1, 2],
    targets: [1, 2],
    classes: 3,
    none: [NaN, l2],
    sum: NaN,
    mean: NaN,
    gradient: [...nans, p0, p1, p2 - 1],
  },
  'ignored rows that hold NaN, +inf and nothing but -inf': {
    logits: [NaN, NaN, 0, INF, 0, 0, -INF, -INF, -INF, 0, 1, 2],
    targets: [-100, -100, -100, 1],
    classes: 3,
    none: [0, 0, 0, l1],
    sum: l1,
    mean: l1,
    gradient: [...zeros, ...zeros, ...zeros, p0, p1 - 1, p2],
  },
};

describeEachIsa('losses at the edge', () => {
  it.each(Object.entries(losses))('%s', (_, expected) => {
    const { classes, targets } = expected;
    const rows = targets.length;
    const valid = targets.filter((t) => t !== (expected.ignoreIndex ?? -100)).length;
    const byColumns = (values: readonly number[]) =>
      values.map((_x, i) => values[(i % rows) * classes + Math.floor(i / rows)] as number);
    for (const [logits, shape, axis, arrange] of [
      [expected.logits, [rows, classes], 1, (values: number[]) => values],
      [byColumns(expected.logits), [classes, rows], 0, byColumns],
    ] as const) {
      const x = Float32Array.from(logits);
      const options = { shape, axis, ignoreIndex: expected.ignoreIndex };
      const none = crossEntropyWithGradient(x, targets, { ...options, reduction: 'none' });
      expectRow(none.loss, expected.none);
      expectRow(none.gradient, arrange(expected.gradient) as number[]);
      const sum = crossEntropyWithGradient(x, targets, { ...options, reduction: 'sum' });
      expectRow([sum.loss], [expected.sum]);
      expectRow(sum.gradient, arrange(expected.gradient) as number[]);
      const mean = crossEntropyWithGradient(x, targets, options);
      expectRow([mean.loss], [expected.mean]);
      expectRow(
        mean.gradient,
        arrange(expected.gradient.map((g) => (g === 0 ? 0 : g / valid))) as number[],
      );
      for (const reduction of ['none', 'sum', 'mean'] as const) {
        const alone = crossEntropy(x, targets, { ...options, reduction });
        const values = typeof alone === 'number' ? [alone] : alone;
        expectRow(values, [expected[reduction]].flat());
      }
    }
  });
});
