import { describe, expect, it } from 'vitest';
import { crossEntropy, logSoftmax, logSumExp, softmax } from '../../lib/index.js';
import { describeEachIsa } from '../support/isas.js';
import { expectRow } from '../support/tables/arrangements.js';

const INF = Infinity;
const LN2 = Math.LN2;

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
    for (const dtype of ['float16', 'bfloat16'] as const) {
      // Four rows and more are taken together.
      const none = logSumExp(new Uint16Array(0), { shape: [4, 0], dtype });
      expectRow(none, [-INF, -INF, -INF, -INF]);
    }
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
