import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../lib/native/boundary.js';
import {
  type Arguments,
  DETACHED,
  detached,
  expectCode,
  RANGE,
  SHAPE,
  TYPE,
  thrownBy,
  VALUE,
} from '../support/tables/calls.js';
import { answers, call, fails, parameters, right, unsafe } from '../support/tables/score-calls.js';
import { bigTypes, integerTypes, namesOf, values } from '../support/values.js';

// The errors of score: every argument and option replaced by what it is not.

const all = (labels: readonly string[], verdict: string) =>
  Object.fromEntries(labels.map((label) => [label, verdict]));
const numbers = { undefined: 'fine', ...all(['NaN', 'Infinity', '2^53'], VALUE) };
const words = { undefined: 'fine', ...all(['an empty string', 'a string', "'2'"], VALUE) };
const positive = { ...numbers, '2^53': 'fine', ...all(['-1', '-0'], VALUE) };
const integerNames = namesOf([...integerTypes, ...bigTypes, Uint8ClampedArray]);
const flags = { undefined: 'fine', true: 'fine' };
const arrays = { Float32Array: SHAPE, 'an empty array': SHAPE, 'a detached array': DETACHED };

/** What each value is for each parameter: ERR_INVALID_ARG_TYPE unless listed here. */
const verdicts: Record<(typeof parameters)[number], Record<string, string>> = {
  logits: {
    ...arrays,
    '[]': SHAPE,
    Float64Array: `${SHAPE}|${TYPE}|${VALUE}`,
    Uint16Array: `${VALUE}|${SHAPE}`,
  },
  // Without targets there are no ranks, which were asked for.
  targets: {
    undefined: 'error or not',
    'a detached array': DETACHED,
    '[]': SHAPE,
    'an array of holes': `${TYPE}|${SHAPE}`,
    ...all(namesOf([...integerTypes, ...bigTypes]), SHAPE),
  },
  shape: {
    '[]': 'error or not',
    undefined: `${VALUE}|${SHAPE}`,
    ...all(integerNames, `${VALUE}|${SHAPE}`),
  },
  axis: { ...numbers, '-1': 'fine', '-0': `${VALUE}|${SHAPE}|${RANGE}` },
  dtype: words,
  rowStride: { ...numbers, '-1': VALUE, '-0': VALUE },
  threads: { ...numbers, '-1': VALUE, '-0': VALUE },
  temperature: positive,
  softcap: positive,
  rank: flags,
  ties: words,
  entropy: flags,
  margin: flags,
  top: { ...numbers, '[]': 'fine', ...all(['-1', '-0', ...integerNames], VALUE) },
  ids: { undefined: 'fine', '[]': 'fine', ...all(integerNames, SHAPE) },
  ignoreIndex: { ...numbers, ...all(['-1', '-0', '[]', ...integerNames], 'fine') },
};

const cells = parameters.flatMap((parameter) =>
  Object.keys(values).map((label) => ({
    parameter,
    label,
    verdict: verdicts[parameter][label] ?? TYPE,
  })),
);

it.each(cells)('$label as $parameter: $verdict', ({ parameter, label, verdict }) => {
  const given = { ...right(), [parameter]: values[label]?.() };
  if (verdict === 'fine') call(given);
  else if (verdict === 'error or not') answers(given);
  else {
    const loose = verdict.includes('|') || verdict === SHAPE || parameter === 'shape';
    fails(given, verdict, loose ? '' : parameter);
  }
});

it.each(Object.keys(values))('%s as all options', (label) => {
  const options = values[label]?.();
  const isObject = typeof options === 'object' && options !== null;
  const run = () => unsafe(Float32Array.of(1, 2, 3), [0], options);
  if (options === undefined || label === '{}') run();
  else if (!isObject || Array.isArray(options) || ArrayBuffer.isView(options)) {
    expectCode(thrownBy(run), TYPE, 'options');
  }
});

describe('options', () => {
  it.each(parameters.slice(3))('%s may be left out or undefined', (option) => {
    const { [option]: _, ...rest } = right();
    call(rest);
    call({ ...rest, [option]: undefined });
  });

  it('are refused by name where there is none of it', () => {
    for (const option of ['out', 'weight', 'reduction', 'logits', 'targets', 'k', 'classes', 'x']) {
      const run = () => unsafe(right().logits, [0, 1], { shape: [2, 3], [option]: 1 });
      expect(expectCode(thrownBy(run), VALUE, 'options').message).toContain(`'${option}'`);
      unsafe(right().logits, [0, 1], { shape: [2, 3], [option]: undefined });
    }
  });

  it('are each read once', () => {
    const reads: Record<string, number> = {};
    const { logits, targets, ...given } = right();
    for (const [key, value] of Object.entries(given)) {
      Object.defineProperty(given, key, {
        enumerable: true,
        get: () => {
          reads[key] = (reads[key] ?? 0) + 1;
          return value;
        },
      });
    }
    unsafe(logits, targets, given);
    expect(reads).toEqual(Object.fromEntries(parameters.slice(2).map((key) => [key, 1])));
  });

  it('let the errors of their getters through', () => {
    const own = new Error('mine');
    for (const option of [...parameters.slice(2), 'unknown']) {
      const { logits, targets, ...given } = right();
      Object.defineProperty(given, option, {
        enumerable: true,
        get: () => {
          throw own;
        },
      });
      expect(() => unsafe(logits, targets, given)).toThrow(own);
    }
  });

  it.each([0, -1, limits.topClasses + 1, 1.5, 2 ** 31, 2 ** 32 + 1, NaN])('top is no %d', (top) => {
    fails({ ...right(), top }, VALUE, 'top');
  });

  it.each([1, 2, 3, 4, limits.topClasses])('top may be %d', (top) => {
    const result = call({ ...right(), top }) as { top: { k: number } };
    expect(result.top.k).toBe(Math.min(top, 3));
  });

  it.each(['Min', 'average', 'dense', '', 'first', '__proto__', 'toString'])(
    'ties is no %j',
    (ties) => {
      fails({ ...right(), ties }, VALUE, 'ties');
    },
  );
});

it('answers anything with a result or an error with a code', () => {
  const anything = fc.anything({ withBigInt: true, withSparseArray: true, withTypedArray: true });
  const some = fc.record(Object.fromEntries(parameters.map((parameter) => [parameter, anything])), {
    requiredKeys: [],
  });
  const check = (replaced: Arguments) => {
    for (const [parameter, value] of Object.entries(replaced)) {
      answers({ ...right(), [parameter]: value });
    }
    answers({ ...right(), ...replaced });
  };
  fc.assert(fc.property(some, check), { seed: 1, numRuns: 200 });
});

it('words its errors', () => {
  const message = (given: Arguments) => fails({ ...right(), ...given }, `${TYPE}|${VALUE}`).message;
  expect(message({ top: 0 })).toBe('score: top is 0, not an integer from 1 to 16384');
  expect(message({ rank: 1 })).toBe('score: rank is 1, not a boolean');
  expect(message({ ids: ['0'] })).toContain("score: ids[0] is '0', not an integer");
  expect(message({ logits: 'x'.repeat(1e5) }).length).toBeLessThan(300);
});

it('a detached array, whichever it is', () => {
  for (const name of ['logits', 'targets', 'ids'] as const) {
    const given = right();
    detached(given[name] as Int32Array);
    fails(given, DETACHED, name);
  }
});
