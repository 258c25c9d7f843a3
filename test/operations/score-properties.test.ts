import fc from 'fast-check';
import { expect, it } from 'vitest';
import { score } from '../../lib/index.js';
import { runs } from '../support/arbitraries.js';
import { transposed } from '../support/inputs.js';
import { describeEachIsa } from '../support/isas.js';
import { scoreRows } from '../support/reference.js';
import {
  double,
  doubleTransformed,
  expectScores,
  single,
  singleTransformed,
} from '../support/tables/scores.js';

// Any rows with any options, most of them with many equal logits.

/** Few values, so that ties are everywhere; special ones now and then. */
const element = fc.oneof(
  { weight: 60, arbitrary: fc.integer({ min: -6, max: 6 }).map((k) => k / 2) },
  { weight: 20, arbitrary: fc.constantFrom(-Infinity, 0, -0, 2.5) },
  { weight: 10, arbitrary: fc.integer({ min: -2048, max: 2048 }).map((k) => k / 64) },
  { weight: 4, arbitrary: fc.constantFrom(60, -104, 200, 1e6, -1e6) },
);
const wild = fc.oneof(
  { weight: 300, arbitrary: element },
  { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity) },
);

/** Subnormal probabilities of float32 are off by half of 2^-149 each, times their distance from 0. */
const entropyFloor = 200 * 128 * 2 ** -150;

const problem = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 200 }))
  .chain(([rows, classes]) => {
    const values = fc.array(wild, { minLength: rows * classes, maxLength: rows * classes });
    const classIndex = fc.integer({ min: 0, max: classes - 1 });
    const target = fc.oneof(
      { weight: 1, arbitrary: fc.constant(-100) },
      { weight: 6, arbitrary: classIndex },
    );
    return fc.record({
      rows: fc.constant(rows),
      classes: fc.constant(classes),
      values,
      isDouble: fc.boolean(),
      isAcross: fc.boolean(),
      targets: fc.option(fc.array(target, { minLength: rows, maxLength: rows }), {
        nil: undefined,
      }),
      ids: fc.array(classIndex, { minLength: 2 * rows, maxLength: 2 * rows }),
      options: fc.record(
        {
          rank: fc.boolean(),
          ties: fc.constantFrom('min', 'max', 'index'),
          entropy: fc.boolean(),
          margin: fc.boolean(),
          top: fc.integer({ min: 1, max: 40 }),
          temperature: fc.constantFrom(0.5, 1, 2, 1e25),
        },
        { requiredKeys: [] },
      ),
    });
  });

describeEachIsa('score', () => {
  it('of any rows with any options', () => {
    fc.assert(
      fc.property(problem, ({ rows, classes, values, isDouble, isAcross, ...given }) => {
        const inRows = isDouble ? Float64Array.from(values) : Float32Array.from(values);
        const options = { ...given.options, ids: Int32Array.from(given.ids) };
        const expected = scoreRows(inRows, given.targets, { ...options, shape: [rows, classes] });
        const actual = isAcross
          ? score(transposed(inRows, rows, classes), given.targets, {
              ...options,
              shape: [classes, rows],
              axis: 0,
            })
          : score(inRows, given.targets, { ...options, shape: [rows, classes] });
        const isPlain = options.temperature === undefined || options.temperature === 1;
        const ofDouble = isPlain ? double : doubleTransformed;
        const ofSingle = { ...(isPlain ? single : singleTransformed), entropyFloor };
        const bounds = isDouble ? ofDouble : ofSingle;
        expectScores(actual, expected, bounds);
        expect(actual.ranks === undefined).toBe(
          given.targets === undefined || options.rank === false,
        );
        expect(actual.entropies === undefined).toBe(options.entropy !== true);
        expect(actual.margins === undefined).toBe(options.margin !== true);
        expect(actual.top === undefined).toBe(options.top === undefined);
      }),
      { ...runs, numRuns: 400 },
    );
  });
});
