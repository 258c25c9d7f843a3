import { describe, expect, it } from 'vitest';
import { score } from '../../lib/index.js';
import { normalLogits, normalLogits64, randomTargets, uniformArray } from '../support/inputs.js';
import { describeEachIsa } from '../support/isas.js';
import { type RowScore, scoreRows } from '../support/reference.js';
import {
  double,
  doubleTransformed,
  expectScores,
  single,
  singleTransformed,
} from '../support/tables/scores.js';

// score against its definition in 30 digits; score-edges.test.ts has rows of special values.

const precisions = [
  { name: 'float32', make: normalLogits, bounds: single, transformed: singleTransformed },
  { name: 'float64', make: normalLogits64, bounds: double, transformed: doubleTransformed },
] as const;

type Precision = (typeof precisions)[number];
const everything = { rank: true, entropy: true, margin: true, top: 5 } as const;

function problem({ make }: Precision, rows: number, classes: number, deviation = 3) {
  const logits = make(rows * classes, { seed: classes, deviation });
  const targets = randomTargets(rows, classes, classes + 1);
  const ids = randomTargets(rows * 3, classes, classes + 2);
  return { logits, targets, options: { ...everything, shape: [rows, classes], ids } };
}

/** The reference takes longer than the kernels, and is the same for every instruction set. */
const known = new Map<string, readonly RowScore[]>();
function once(key: string, compute: () => readonly RowScore[]): readonly RowScore[] {
  const rows = known.get(key) ?? compute();
  known.set(key, rows);
  return rows;
}

const lengths = Array.from({ length: 150 }, (_, i) => i + 1);
const longLengths = [
  [1000, 3],
  [1023, 2],
  [1024, 2],
  [1025, 2],
  [4097, 2],
  [16385, 1],
  [40000, 1],
] as const;

const transforms = [
  { temperature: 0.5 },
  { temperature: 0.7 },
  { temperature: 3 },
  { temperature: 1e-3 },
  { temperature: 1e25 },
  { temperature: 1e30 },
  { temperature: 1e-30 },
  { softcap: 30 },
  { softcap: 2 },
  { softcap: 10, temperature: 0.3 },
];

describeEachIsa('score', () => {
  describe.each(precisions)('$name', (precision) => {
    it.each(lengths)('%i classes', (classes) => {
      const { logits, targets, options } = problem(precision, 4, classes);
      const expected = once(`${precision.name} ${classes}`, () =>
        scoreRows(logits, targets, options),
      );
      expectScores(score(logits, targets, options), expected, precision.bounds);
    });

    it.each(longLengths)('%i classes', (classes, rows) => {
      const { logits, targets, options } = problem(precision, rows, classes);
      const expected = once(`${precision.name} ${classes}`, () =>
        scoreRows(logits, targets, options),
      );
      expectScores(score(logits, targets, options), expected, precision.bounds);
    });

    it.each(transforms)('%j', (transform) => {
      const { logits, targets, options } = problem(precision, 6, 77);
      const given = { ...options, ...transform };
      const expected = once(`${precision.name} ${JSON.stringify(transform)}`, () =>
        scoreRows(logits, targets, given),
      );
      expectScores(score(logits, targets, given), expected, precision.transformed);
    });

    it.each([1, 2, 3, 7, 16, 17, 32, 33, 64, 65, 100, 300, 1000, 1025, 16384])(
      'the %i likeliest of 1025 classes, many of which are equal',
      (top) => {
        const { logits, targets, options } = problem(precision, 3, 1025);
        const coarse = logits.map((x) => Math.round(2 * x) / 2);
        const given = { ...options, top };
        const expected = scoreRows(coarse, targets, given);
        const actual = score(coarse, targets, given);
        expect(actual.top?.k).toBe(Math.min(top, 1025));
        expectScores(actual, expected, precision.bounds);
      },
    );

    it.each(['min', 'max', 'index'] as const)('the rank among equal logits by %s', (ties) => {
      for (const classes of [1, 2, 3, 8, 15, 16, 17, 31, 33, 64, 65, 130, 1000, 5000]) {
        const { logits, targets, options } = problem(precision, 5, classes, 1);
        const coarse = logits.map(Math.round);
        const given = { ...options, ties };
        const expected = scoreRows(coarse, targets, given);
        expectScores(score(coarse, targets, given), expected, precision.bounds, `${classes}`);
      }
    });

    it('every target of a row', () => {
      const classes = 67;
      const { logits } = problem(precision, 1, classes);
      const coarse = logits.map((x) => Math.round(4 * x) / 4);
      const repeated = coarse.slice(0, 0).constructor as Float32ArrayConstructor;
      const all = repeated.from({ length: classes ** 2 }, (_, i) => coarse[i % classes] as number);
      const targets = Int32Array.from({ length: classes }, (_, c) => c);
      const shape = [classes, classes];
      for (const ties of ['min', 'max', 'index'] as const) {
        const expected = scoreRows(all, targets, { shape, ties });
        expectScores(score(all, targets, { shape, ties }), expected, precision.bounds);
      }
    });

    it.each([
      [[2, 3, 5], 1],
      [[2, 3, 5], 0],
      [[2, 3, 5], -1],
      [[4, 19], 0],
      [[3, 70, 2, 2], 1],
      [[1, 6, 40], -2],
    ])('shape %j, classes along %i', (shape, axis) => {
      const count = shape.reduce((a, b) => a * b, 1);
      const classes = shape.at(axis) as number;
      const logits = precision.make(count, { seed: count, deviation: 2 });
      const targets = randomTargets(count / classes, classes);
      const ids = randomTargets((count / classes) * 2, classes, 3);
      const options = { ...everything, shape, axis, ids };
      const expected = scoreRows(logits, targets, options);
      expectScores(score(logits, targets, options), expected, precision.bounds);
    });

    it('padded rows', () => {
      const { logits, targets, options } = problem(precision, 4, 21);
      const padded = precision.make(4 * 30, { seed: 1 }).fill(NaN);
      for (let row = 0; row < 4; row++) {
        padded.set(logits.subarray(row * 21, (row + 1) * 21), row * 30);
      }
      const expected = scoreRows(logits, targets, options);
      const actual = score(padded, targets, { ...options, rowStride: 30 });
      expectScores(actual, expected, precision.bounds);
    });

    it('ignored rows are 0, are never read, and have no prediction', () => {
      const { logits, targets, options } = problem(precision, 6, 40);
      logits.fill(NaN, 0, 40);
      targets.set([-100], 0);
      targets.set([-100], 3);
      const expected = scoreRows(logits, targets, options);
      const actual = score(logits, targets, options);
      expectScores(actual, expected, precision.bounds);
      expect(actual).toMatchObject({ rows: 6, ignored: 2, notFinite: 0 });
      expect([actual.predictions[0], actual.ranks[0], actual.top.indices[0]]).toEqual([-1, 0, -1]);
      const several = { ...options, ignoreIndex: [targets[1] as number, -100, 40] };
      expectScores(
        score(logits, targets, several),
        scoreRows(logits, targets, several),
        precision.bounds,
      );
    });
  });

  it('targets of every integer type', () => {
    const logits = normalLogits(12, { seed: 2 });
    const options = { shape: [4, 3] };
    const expected = score(logits, Int32Array.of(0, 2, 1, 2), options);
    for (const targets of [
      [0, 2, 1, 2],
      Int8Array.of(0, 2, 1, 2),
      Uint8Array.of(0, 2, 1, 2),
      Int16Array.of(0, 2, 1, 2),
      Uint16Array.of(0, 2, 1, 2),
      Uint32Array.of(0, 2, 1, 2),
      BigInt64Array.of(0n, 2n, 1n, 2n),
      BigUint64Array.of(0n, 2n, 1n, 2n),
    ]) {
      expect(score(logits, targets, options)).toEqual(expected);
    }
  });

  it('a share of the probability is e to the log-probability', () => {
    const logits = uniformArray(50, -4, 4);
    const ids = Int32Array.from({ length: 50 }, (_, c) => c);
    const { idLogProbs } = score(logits, undefined, { ids });
    const total = idLogProbs.reduce((sum, value) => sum + Math.exp(value), 0);
    expect(total).toBeCloseTo(1, 5);
  });
});

describe('what score returns', () => {
  const logits = Float32Array.of(1, 3, 2, 5, 4, 6);
  const shape = [2, 3];

  it('without targets has neither log-probabilities of them nor ranks', () => {
    const scores = score(logits, undefined, { shape });
    expect(scores.rows).toBe(2);
    expect(scores.ignored).toBe(0);
    expect([...scores.predictions]).toEqual([1, 2]);
    for (const key of ['logProbs', 'ranks', 'entropies', 'margins', 'top', 'idLogProbs'] as const) {
      expect(scores[key], key).toBeUndefined();
    }
    expect(score(logits).predictions).toEqual(Int32Array.of(5));
  });

  it('has what was asked for alone', () => {
    const targets = [0, 2];
    const plain = score(logits, targets, { shape });
    expect(plain.logProbs).toHaveLength(2);
    expect([...plain.ranks]).toEqual([3, 1]);
    expect([plain.entropies, plain.margins, plain.top, plain.idLogProbs]).toEqual(
      new Array(4).fill(undefined),
    );
    const off = { rank: false, entropy: false, margin: false, top: undefined, ids: undefined };
    const bare = score(logits, targets, { shape, ...off });
    expect(bare.ranks).toBeUndefined();
    expect(bare.logProbs).toEqual(plain.logProbs);
    expect(score(logits, targets, { shape, entropy: true }).entropies).toHaveLength(2);
    expect([...score(logits, targets, { shape, margin: true }).margins]).toEqual([1, 1]);
    const { top } = score(logits, targets, { shape, top: 2 });
    expect(top.k).toBe(2);
    expect([...top.indices]).toEqual([1, 2, 2, 0]);
    const { idLogProbs } = score(logits, targets, { shape, ids: Int32Array.of(1, 0) });
    expect(idLogProbs).toHaveLength(2);
  });

  it('has a number of each row for as many ids as there are', () => {
    const { idLogProbs } = score(logits, undefined, {
      shape,
      ids: Int32Array.of(1, 1, 0, 2, 2, 2),
    });
    expect(idLogProbs).toHaveLength(6);
    expect(idLogProbs[0]).toBe(idLogProbs[1]);
    expect(idLogProbs[3]).toBe(idLogProbs[5]);
    expect(score(logits, undefined, { shape, ids: new Int32Array(0) }).idLogProbs).toHaveLength(0);
  });

  it('is float64 for float64 logits alone', () => {
    const all = {
      shape,
      rank: true,
      entropy: true,
      margin: true,
      top: 2,
      ids: Int32Array.of(0, 0),
    };
    const halves = Uint16Array.from([0, 1, 2, 3, 4, 5], (x) => 0x3f80 + x);
    for (const [scores, type] of [
      [score(logits, [0, 0], all), Float32Array],
      [score(halves, [0, 0], { ...all, dtype: 'bfloat16' }), Float32Array],
      [score(Float64Array.from(logits), [0, 0], all), Float64Array],
    ] as const) {
      for (const array of [
        scores.logSumExp,
        scores.maxLogProbs,
        scores.logProbs,
        scores.entropies,
        scores.margins,
        scores.top.logProbs,
        scores.idLogProbs,
      ]) {
        expect(array).toBeInstanceOf(type);
      }
    }
  });

  it('is made anew by each call', () => {
    const a = score(logits, [0, 0], { shape });
    const b = score(logits, [1, 1], { shape });
    expect(a.logSumExp.buffer).not.toBe(b.logSumExp.buffer);
    expect(a.logProbs).not.toEqual(b.logProbs);
  });

  it('of a tensor', () => {
    const tensor = { data: logits, dims: [2, 3], type: 'float32' };
    const scores = score(tensor, [0, 2]);
    expect(scores).toEqual(score(logits, [0, 2], { shape }));
  });
});
