import { describe, expect, it } from 'vitest';
import {
  logSoftmax,
  logSoftmaxGradient,
  logSumExp,
  softmax,
  softmaxGradient,
} from '../../lib/index.js';
import { describeEachIsa } from '../support/isas.js';
import { arrangements, elementTypes, expectRow, unsigned } from '../support/tables/arrangements.js';

const INF = Infinity;
const LN2 = Math.LN2;

interface Case {
  readonly row: readonly number[];
  readonly softmax: readonly number[];
  readonly logSoftmax: readonly number[];
  readonly logSumExp?: number;
  /** The gradients for the upstream 1, -2, 4, ... where they are finite. */
  readonly gradient?: readonly number[];
  readonly logGradient?: readonly number[];
  readonly only?: 'float32' | 'float64';
}

const nothing = (row: readonly number[], total: number): Case => {
  const nan = row.map(() => NaN);
  return {
    row,
    softmax: nan,
    logSoftmax: nan,
    logSumExp: total,
    gradient: nan,
    logGradient: nan,
  };
};

const upstream = [1, -2, 4, -8];
const p = 0.2689414213699951;
const q = 0.7310585786300049;
const half = { softmax: [0.5, 0.5], logSoftmax: [-LN2, -LN2] };
const halfGradients = { gradient: [0.75, -0.75], logGradient: [1.5, -1.5] };

const table: Record<string, Case> = {
  'a -inf beside finite values': {
    row: [0, -INF, 1],
    softmax: [p, 0, q],
    logSoftmax: [-1.3132616875182228, -INF, -0.3132616875182228],
    logSumExp: 1.3132616875182228,
    gradient: [-3 * p * q, 0, 3 * p * q],
    logGradient: [1 - 3 * p, -2, 4 - 3 * q],
  },
  'all -inf': nothing([-INF, -INF, -INF], -INF),
  'all -inf, one class': nothing([-INF], -INF),
  'one +inf': nothing([0, INF, 1], INF),
  'one +inf, one class': nothing([INF], INF),
  'two +inf': nothing([INF, 0, INF], INF),
  'nothing but +inf': nothing([INF, INF], INF),
  '+inf and -inf': nothing([-INF, INF], INF),
  'a NaN': nothing([0, NaN, 1], NaN),
  'a NaN first': nothing([NaN, 0, 1], NaN),
  'a NaN last': nothing([0, 1, NaN], NaN),
  'a NaN and +inf': nothing([INF, NaN, 0], NaN),
  'a NaN and -inf': nothing([-INF, NaN], NaN),
  'a NaN and both infinities': nothing([-INF, NaN, INF], NaN),
  'one class': {
    row: [-7.5],
    softmax: [1],
    logSoftmax: [0],
    logSumExp: -7.5,
    gradient: [0],
    logGradient: [0],
  },
  'sums beyond float32': { row: [3e38, 3e38], ...half, logSumExp: 3e38, ...halfGradients },
  'sums beyond float64': {
    row: [1e308, 1e308],
    ...half,
    logSumExp: 1e308,
    ...halfGradients,
    only: 'float64',
  },
  'differences beyond float32': {
    row: [3e38, -3e38],
    softmax: [1, 0],
    logSoftmax: [0, -INF],
    logSumExp: Math.fround(3e38),
    gradient: [0, 0],
    logGradient: [2, -2],
    only: 'float32',
  },
  'differences beyond float64': {
    row: [1.5e308, -1.5e308],
    softmax: [1, 0],
    logSoftmax: [0, -INF],
    logSumExp: 1.5e308,
    gradient: [0, 0],
    logGradient: [2, -2],
    only: 'float64',
  },
  'a term below the subnormals of float32': {
    row: [0, -104],
    softmax: [1, 0],
    logSoftmax: [0, -104],
    logSumExp: 0,
    gradient: [0, 0],
    logGradient: [2, -2],
    only: 'float32',
  },
  'a term below the subnormals of float64': {
    row: [0, -746],
    softmax: [1, 0],
    logSoftmax: [0, -746],
    logSumExp: 0,
    gradient: [0, 0],
    logGradient: [2, -2],
    only: 'float64',
  },
  'a term of 1e-300': {
    row: [0, -690.7755278982137],
    softmax: [1, 1.0000000000000237e-300],
    logSoftmax: [-1.0000000000000237e-300, -690.7755278982137],
    only: 'float64',
  },
  'zeros of both signs': { row: [-0, 0], ...half, logSumExp: LN2, ...halfGradients },
  'the smallest subnormals': { row: [1e-45, -1e-45], ...half, logSumExp: LN2, ...halfGradients },
};

describeEachIsa('section 1: the softmax family', () => {
  describe.each(arrangements)('$name', ({ name: arrangement, type, relative, ...layout }) => {
    const cases = Object.entries(table).filter(
      ([, { only }]) =>
        only === undefined || only === (type === Float32Array ? 'float32' : 'float64'),
    );

    it.each(cases)('%s', (_, { row, ...expected }) => {
      // Between two ordinary rows.
      const classes = row.length;
      const others = row.map((_x, c) => c);
      const lay = (values: readonly number[]) =>
        type.from(layout.arrange([...others, ...values, ...others], 3, classes));
      const options = { shape: layout.shape(3, classes), axis: layout.axis };
      const middle = (array: ArrayLike<number>) =>
        layout
          .arrange(
            Array.from(array),
            ...((layout.axis === 0 ? [classes, 3] : [3, classes]) as [number, number]),
          )
          .slice(classes, 2 * classes);
      const bound = expected.logSumExp === 3e38 && type === Float32Array ? 1e-6 : relative;
      const expectMiddle = (array: ArrayLike<number>, values: readonly number[], what: string) =>
        expectRow(unsigned(middle(array)), unsigned(values), what, bound);

      const logits = lay(row);
      const probabilities = softmax(logits, options);
      const logProbabilities = logSoftmax(logits, options);
      expectMiddle(probabilities, expected.softmax, 'softmax');
      expectMiddle(logProbabilities, expected.logSoftmax, 'logSoftmax');
      const total = logSumExp(logits, options)[1] as number;
      if (expected.logSumExp !== undefined) {
        expectRow([total + 0], [expected.logSumExp], 'logSumExp', bound);
      }
      const above = lay(upstream.slice(0, classes));
      if (expected.gradient !== undefined) {
        const gradient = softmaxGradient(probabilities, above, options);
        // p q loses a digit where p comes from a float32.
        expectRow(unsigned(middle(gradient)), unsigned(expected.gradient), 'gradient', 3 * bound);
      }
      if (expected.logGradient !== undefined) {
        const gradient = logSoftmaxGradient(logProbabilities, above, options);
        expectRow(
          unsigned(middle(gradient)),
          unsigned(expected.logGradient),
          'gradient',
          4 * bound,
        );
      }
    });
  });

  describe.each(elementTypes)('$name', ({ type, relative }) => {
    it('empty arrays', () => {
      const none = new type(0);
      for (const [shape, axis, totals] of [
        [[3, 0], 1, [-INF, -INF, -INF]],
        [[0, 3], 1, []],
        [[0, 3], 0, [-INF, -INF, -INF]],
        [[0], 0, [-INF]],
        [[2, 0, 2], 1, [-INF, -INF, -INF, -INF]],
      ] as const) {
        const options = { shape, axis };
        expect(softmax(none, options)).toEqual(none);
        expect(logSoftmax(none, options)).toEqual(none);
        expect(softmaxGradient(none, none, options)).toEqual(none);
        expect(logSoftmaxGradient(none, none, options)).toEqual(none);
        expect(logSumExp(none, options)).toEqual(type.from(totals));
      }
    });

    it('no dimensions: one class', () => {
      const x = type.of(4.5);
      expectRow(softmax(x, { shape: [] }), [1]);
      expectRow(unsigned(logSoftmax(x, { shape: [] })), [0]);
      for (const axis of [0, -1]) expectRow(logSumExp(x, { shape: [], axis }), [4.5]);
    });

    it('several axes are one flattened axis', () => {
      const x = type.from(Array.from({ length: 60 }, (_, i) => Math.sin(i) * 5));
      const shape = [3, 4, 5];
      expect(logSumExp(x, { shape, axis: [0, 1, 2] })).toEqual(logSumExp(x));
      expect(logSumExp(x, { shape, axis: [1, 2] })).toEqual(logSumExp(x, { shape: [3, 20] }));
      const apart = logSumExp(x, { shape, axis: [0, 2] });
      for (let b = 0; b < 4; b++) {
        expect(apart[b]).toBe(logSumExp(x.filter((_, i) => Math.floor(i / 5) % 4 === b))[0]);
      }
    });

    it('logSumExp of two parts joined is that of their two log-sum-exps', () => {
      const a = type.from(Array.from({ length: 33 }, (_, i) => Math.sin(i) * 5));
      const b = type.from(Array.from({ length: 20 }, (_, i) => Math.cos(i) * 3 - 40));
      const parts = type.of(logSumExp(a)[0] as number, logSumExp(b)[0] as number);
      const joined = logSumExp(type.from([...a, ...b]));
      expectRow(joined, [...logSumExp(parts)], 'joined', 2 * relative);
    });

    it('an infinite upstream where the probability is 0 contributes nothing', () => {
      const probabilities = type.of(0, 0.25, 0.75);
      for (const g of [INF, -INF]) {
        const gradient = softmaxGradient(probabilities, type.of(g, 2, 6));
        expectRow(unsigned(gradient), [0, -0.75, 0.75], 'gradient', relative);
      }
    });

    it('a NaN upstream makes its whole row NaN, and no other', () => {
      for (const compute of [softmaxGradient, logSoftmaxGradient]) {
        for (const first of [0, 0.25]) {
          const rows = type.of(first, 0.75, 0.25, 0.75);
          const gradient = compute(rows, type.of(NaN, 2, 1, 2), { shape: [2, 2] });
          expect([...gradient.subarray(0, 2)]).toEqual([NaN, NaN]);
          expect(gradient.subarray(2).some(Number.isNaN)).toBe(false);
        }
      }
    });
  });
});
