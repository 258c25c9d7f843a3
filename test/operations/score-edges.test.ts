import { describe, expect, it } from 'vitest';
import { logSumExp, score } from '../../lib/index.js';
import { normalLogits } from '../support/inputs.js';
import { describeEachIsa } from '../support/isas.js';
import { scoreRows } from '../support/reference.js';
import { arrangements, elementTypes } from '../support/tables/arrangements.js';
import { double, expectScores, single } from '../support/tables/scores.js';

const INF = Infinity;
const lengths = [1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 129, 300, 1025, 4097];
const boundsOf = (type: { readonly name: string }) =>
  type.name === 'Float32Array' ? single : double;

/** What stands at class c of a row of so many classes. */
type Maker = (c: number, classes: number) => number;

const rows: Record<string, Maker> = {
  constant: () => 1.5,
  zeros: () => 0,
  'zeros of both signs': (c) => (c % 3 === 1 ? 0 : -0),
  ascending: (c) => c / 8,
  descending: (c) => -c / 8,
  'steeply ascending': (c) => c * 3,
  'steeply descending': (c) => c * -3,
  'two values': (c) => (c % 5 === 2 ? 2 : -1),
  'ties of the largest at both ends': (c, n) => (c === 0 || c === n - 1 ? 4 : (c % 7) / 8),
  'ties of the largest across every vector': (c) => (c % 8 === 7 || c % 16 === 0 ? 4 : c % 3),
  'all -Infinity but the first': (c) => (c === 0 ? 2 : -INF),
  'all -Infinity but the last': (c, n) => (c === n - 1 ? -3 : -INF),
  'all -Infinity but the middle one': (c, n) => (c === n >> 1 ? 0 : -INF),
  'a half at -Infinity': (c) => (c % 2 ? -INF : (c % 9) / 4),
  '-Infinity in front': (c, n) => (c < n - 1 - n / 4 ? -INF : (c % 9) / 4),
  subnormal: (c) => ((c * 7) % 13) * 2 ** -149,
  'subnormal and negative': (c) => ((c * 7) % 13) * -(2 ** -149),
  huge: (c) => (c % 4 === 3 ? 3e38 : -3e38),
  'huge and equal': () => 3e38,
  'huge and negative': (c) => -3e38 - (c % 3) * 1e37,
  'one far above': (c, n) => (c === n >> 1 ? 200 : (c % 11) / 8),
  'one far below': (c, n) => (c === n >> 1 ? -200 : (c % 11) / 8),
  'one above by 17': (c, n) => (c === (n * 2) / 3 ? 20 : 3 - (c % 11) / 8),
  'two far above': (c, n) => (c === 0 || c === n - 2 ? 150 : (c % 11) / 8),
  'far from 0': (c) => 1e6 + (c % 17) / 4,
  'in steps of 60': (c) => 60 * ((c * 5) % 7),
};

describeEachIsa('rows of special values', () => {
  describe.each(elementTypes)('$name', ({ type }) => {
    it.each(Object.entries(rows))('%s', (_, maker) => {
      for (const classes of lengths) {
        const row = Array.from({ length: classes }, (_, c) => maker(c, classes));
        const picks = [0, 1, classes >> 1, classes - 2, classes - 1].filter(
          (c) => c >= 0 && c < classes,
        );
        const logits = type.from(picks.flatMap(() => row));
        const shape = [picks.length, classes];
        const ids = Int32Array.from(picks.flatMap(() => [classes - 1, classes >> 1]));
        for (const ties of ['min', 'max', 'index'] as const) {
          const options = { shape, ties, ids, rank: true, entropy: true, margin: true, top: 9 };
          const expected = scoreRows(logits, picks, options);
          const actual = score(logits, picks, options);
          expectScores(actual, expected, boundsOf(type), `${classes} classes, ${ties}:`);
        }
      }
    });

    it.each([
      [[NaN, 0, 1], NaN],
      [[0, NaN, 1], NaN],
      [[0, 1, NaN], NaN],
      [[NaN, INF, 1], NaN],
      [[-INF, NaN, -INF], NaN],
      [[NaN, NaN, NaN], NaN],
      [[INF, 0, 1], INF],
      [[0, 1, INF], INF],
      [[INF, INF, -INF], INF],
      [[-INF, -INF, -INF], -INF],
    ])('the row %j is not finite: its logSumExp is %d', (row, total) => {
      const logits = type.from([0, 1, 2, ...row, 2, 1, 0]);
      const options = { shape: [3, 3], entropy: true, margin: true, top: 2, rank: true } as const;
      const ids = Int32Array.of(0, 1, 2);
      const actual = score(logits, [2, 1, 2], { ...options, ids });
      expectScores(actual, scoreRows(logits, [2, 1, 2], { ...options, ids }), boundsOf(type));
      expect(actual).toMatchObject({ rows: 3, ignored: 0, notFinite: 1 });
      expect(actual.logSumExp[1]).toBe(total);
      expect(actual.predictions[1]).toBe(-1);
      expect(actual.ranks[1]).toBe(0);
      expect([...actual.top.indices]).toEqual([2, 1, -1, -1, 0, 1]);
      for (const array of [
        actual.maxLogProbs,
        actual.logProbs,
        actual.entropies,
        actual.margins,
        actual.idLogProbs,
        actual.top.logProbs.subarray(2, 3),
      ]) {
        expect(array[array.length >> 1]).toBeNaN();
      }
    });

    it('one element that is not finite, anywhere in a row', () => {
      for (const classes of [5, 16, 33, 64, 130, 1025]) {
        const plain = normalLogits(classes, { seed: classes });
        for (const special of [NaN, INF]) {
          for (let c = 0; c < classes; c += classes > 200 ? 37 : 1) {
            const logits = type.from(plain);
            logits[c] = special;
            const actual = score(logits, [0], { top: 1, entropy: true, margin: true });
            const floats = [actual.maxLogProbs, actual.logProbs, actual.entropies, actual.margins];
            expect(actual.logSumExp[0]).toBe(special);
            expect(floats.map((array) => array[0])).toEqual([NaN, NaN, NaN, NaN]);
            expect([actual.predictions[0], actual.ranks[0], actual.notFinite]).toEqual([-1, 0, 1]);
          }
        }
      }
    });

    it('a target at -Infinity has no probability, and a rank', () => {
      const logits = type.from([0, -INF, 2, -INF]);
      const ranks = (ties: 'min' | 'max' | 'index') =>
        [1, 3].map((target) => score(logits, [target], { ties }).ranks[0]);
      expect(score(logits, [1]).logProbs[0]).toBe(-INF);
      expect(ranks('min')).toEqual([3, 3]);
      expect(ranks('max')).toEqual([4, 4]);
      expect(ranks('index')).toEqual([3, 4]);
    });

    it('margins: 0 on a tie, +Infinity where there is no second', () => {
      const margin = (...row: number[]) =>
        score(type.from(row), undefined, { margin: true }).margins[0];
      expect(margin(3, 1, 3)).toBe(0);
      expect(margin(0, -0)).toBe(0);
      expect(margin(5)).toBe(INF);
      expect(margin(-INF, 5, -INF)).toBe(INF);
      expect(margin(1, 4, 2)).toBe(2);
      expect(margin(-INF, 4, 2)).toBe(2);
      expect(margin(4, 2)).toBe(2);
      const divided = score(type.of(1, 4, 2), undefined, { margin: true, temperature: 0.25 });
      expect(divided.margins[0]).toBe(8);
    });

    it('a likeliest class whose log-probability is nearly 0 keeps all its digits', () => {
      for (const classes of [2, 9, 64, 200, 1025]) {
        for (const gap of [10, 17, 40, 88, 100, 200]) {
          const logits = type.from(
            Array.from({ length: classes * 2 }, (_, i) =>
              i % classes === 1 ? gap : ((i % classes) % 4) / 64,
            ),
          );
          // Subnormal probabilities of float32 have few digits, and so has what they are multiplied by.
          const entropy = gap < 88 || type === Float64Array;
          const options = { shape: [2, classes], entropy, top: 2, ids: Int32Array.of(1, 0) };
          // The target of one row is the likeliest class, that of the other is not.
          const expected = scoreRows(logits, [1, 0], options);
          const actual = score(logits, [1, 0], options);
          expectScores(actual, expected, boundsOf(type), `${classes} classes, ${gap} above:`);
        }
      }
    });
  });

  it('float64: a log-probability of -1e-80 and smaller', () => {
    for (const gap of [184, 300, 600, 700, 740]) {
      const logits = Float64Array.of(0.25, gap, 0, 0.5);
      for (const target of [1, 0]) {
        const expected = scoreRows(logits, [target], {});
        const actual = score(logits, [target]);
        expectScores(actual, expected, double);
        expect(actual.maxLogProbs[0]).toBeLessThan(0);
      }
    }
  });

  describe.each(arrangements)('$name', ({ type, axis, shape, arrange }) => {
    it('no rows', () => {
      const ids = new Int32Array(0);
      const options = { axis, shape: shape(0, 3), top: 2, ids, entropy: true } as const;
      const actual = score(new type(0), [], options);
      expect(actual).toMatchObject({ rows: 0, ignored: 0, notFinite: 0, top: { k: 2 } });
      for (const array of [
        actual.logSumExp,
        actual.predictions,
        actual.maxLogProbs,
        actual.logProbs,
        actual.ranks,
        actual.entropies,
        actual.top.indices,
        actual.top.logProbs,
        actual.idLogProbs,
      ]) {
        expect(array).toHaveLength(0);
      }
    });

    it('no classes: not finite, -Infinity in all', () => {
      const options = { axis, shape: shape(2, 0), top: 2, entropy: true, margin: true } as const;
      const actual = score(new type(0), undefined, options);
      expect(actual).toMatchObject({ rows: 2, ignored: 0, notFinite: 2, top: { k: 0 } });
      expect([...actual.logSumExp]).toEqual([-INF, -INF]);
      expect([...actual.predictions]).toEqual([-1, -1]);
      expect([...actual.maxLogProbs]).toEqual([NaN, NaN]);
      expect([...actual.entropies]).toEqual([NaN, NaN]);
      expect([...actual.margins]).toEqual([NaN, NaN]);
      expect(actual.top.indices).toHaveLength(0);
      const ignored = score(new type(0), [-100, -100], { axis, shape: shape(2, 0) });
      expect(ignored).toMatchObject({ rows: 2, ignored: 2, notFinite: 0 });
      expect([...ignored.logSumExp, ...ignored.logProbs]).toEqual([0, 0, 0, 0]);
    });

    it('rows of every kind beside each other', () => {
      const kinds = [
        [0, 1, 2],
        [NaN, 0, 0],
        [-INF, -INF, -INF],
        [3, 3, 3],
        [-INF, 1, -INF],
        [0, INF, 0],
        [7, 8, 9],
        [-0, 0, -0],
      ];
      const targets = [2, 0, 0, 1, 0, 1, -100, 2];
      const many = Array.from({ length: 9 }, () => kinds).flat();
      const manyTargets = Array.from({ length: 9 }, () => targets).flat();
      const options = { entropy: true, margin: true, top: 3, rank: true };
      const expected = scoreRows(many.flat(), manyTargets, { ...options, shape: [72, 3] });
      const logits = type.from(arrange(many.flat(), 72, 3));
      const actual = score(logits, manyTargets, { ...options, axis, shape: shape(72, 3) });
      expectScores(actual, expected, boundsOf(type));
      expect(actual).toMatchObject({ ignored: 9, notFinite: 27 });
    });

    it('logSumExp is that of logSumExp, bit for bit', () => {
      const logits = type.from(normalLogits(40 * 50, { seed: 3, deviation: 4 }));
      logits[60] = NaN;
      logits[130] = INF;
      logits.fill(-INF, 200, 260);
      for (const transform of [{}, { temperature: 0.7 }, { softcap: 5 }]) {
        const options = { axis, shape: shape(40, 50), ...transform };
        expect(score(logits, undefined, options).logSumExp).toEqual(logSumExp(logits, options));
      }
    });

    it('entropies at temperatures whose inverse is beyond float64', () => {
      const logits = type.from(arrange([1, 1, 0, 5, 2, -INF, 3, 3, 3], 3, 3));
      for (const temperature of [1e-308, 1e-309, Number.MIN_VALUE]) {
        const options = { axis, shape: shape(3, 3), temperature, entropy: true } as const;
        const { entropies } = score(logits, undefined, options);
        expect(entropies[0]).toBeCloseTo(Math.LN2, 6);
        expect(entropies[1]).toBe(0);
        expect(entropies[2]).toBeCloseTo(Math.log(3), 6);
      }
    });
  });
});
