import { describe, expect, it } from 'vitest';
import {
  type Arguments,
  call,
  classLossNames,
  EMPTY,
  expectError,
  type FunctionName,
  functionNames,
  lossNames,
  numbers,
  rightArguments,
  SHAPE,
  signatures,
  TYPE,
  VALUE,
} from '../support/tables/calls.js';

// What the options of losses may be, and what goes together.

const namesWith = (option: string) =>
  functionNames.filter((name) =>
    [...signatures[name].settings, ...signatures[name].factors].some((key) => key === option),
  );
const right = rightArguments;
/** A row of a table: which values are out of the range of which option. */
const ranges: Record<string, { wrong: unknown[]; fine: unknown[] }> = {
  temperature: {
    wrong: [0, -0, -1, -Number.MIN_VALUE, NaN, Infinity, -Infinity],
    fine: [Number.MIN_VALUE, 1e-300, 0.5, 1, 1e300, Number.MAX_VALUE],
  },
  softcap: {
    wrong: [0, -0, -1, -Number.MIN_VALUE, NaN, Infinity, -Infinity],
    fine: [Number.MIN_VALUE, 0.5, 30, Number.MAX_VALUE],
  },
  labelSmoothing: {
    wrong: [-Number.MIN_VALUE, -0.1, 1 + Number.EPSILON, 2, NaN, Infinity, -Infinity],
    fine: [0, -0, Number.MIN_VALUE, 0.1, 1 - Number.EPSILON / 2, 1],
  },
  zLoss: {
    wrong: [-Number.MIN_VALUE, -1, NaN, Infinity, -Infinity],
    fine: [0, -0, Number.MIN_VALUE, 1e-4, 1, 1e300],
  },
  ignoreIndex: {
    wrong: [0.5, NaN, Infinity, -Infinity, 2 ** 53, -(2 ** 53)],
    fine: [-100, 0, -0, 1, 2 ** 53 - 1, -(2 ** 53 - 1), []],
  },
};

const rangeCells = Object.entries(ranges).flatMap(([option, { wrong, fine }]) =>
  namesWith(option).flatMap((name) => [
    ...wrong.map((value) => ({ name, option, value, verdict: 'refuses' })),
    ...fine.map((value) => ({ name, option, value, verdict: 'takes' })),
  ]),
);

it.each(rangeCells)('$name $verdict the $option $value', ({ name, option, value, verdict }) => {
  const given = { ...right(name), [option]: value };
  if (verdict === 'refuses') expectError(name, given, VALUE, option);
  else call(name, given);
});

it('are known where they apply', () => {
  expect(namesWith('labelSmoothing')).toEqual(['crossEntropy', 'crossEntropyWithGradient']);
  expect(namesWith('zLoss')).toEqual(namesWith('labelSmoothing'));
  expect(namesWith('ignoreIndex').sort()).toEqual([...classLossNames].sort());
  expect(namesWith('softcap')).toHaveLength(7);
  expect(namesWith('temperature')).toHaveLength(9);
});

describe.each(lossNames)('the reduction of %s', (name) => {
  const reduced = (reduction: unknown) => ({ ...right(name), reduction, out: undefined });

  const takesUpstream = signatures[name].factors.includes('upstream');

  it.each(['Mean', 'avg', 'batchmean', 'toString', '__proto__', 'none ', ''])(
    'is not %j',
    (word) => {
      expectError(name, { ...right(name), reduction: word }, VALUE, 'reduction');
    },
  );

  it.each(['mean', 'sum', undefined])('%j fills no array', (reduction) => {
    const { upstream: _, ...given }: Arguments = { ...right(name), reduction };
    expectError(name, given, VALUE, 'out');
    // Not even a wrong one.
    expectError(name, { ...given, out: new Float32Array(1) }, VALUE, 'out');
  });

  it('is the mean unless it is given', () => {
    const value = (reduction: unknown) =>
      numbers(call(name, { ...reduced(reduction), ...(takesUpstream && { upstream: 1 }) }));
    expect(value(undefined)).toEqual(value('mean'));
    expect(value('sum')).not.toEqual(value('mean'));
  });
});

describe.each(namesWith('weight'))('the weight of %s', (name) => {
  it.each([0, 1, 2, 4, 12])('has not %d elements for three classes', (length) => {
    expectError(name, { ...right(name), weight: new Float32Array(length) }, SHAPE, 'weight');
    expectError(name, { ...right(name), weight: new Float64Array(length) }, SHAPE, 'weight');
  });

  it('has one element per logit for binaryCrossEntropy alone', () => {
    const given = { ...right(name), weight: new Float32Array(6) };
    if (name === 'binaryCrossEntropy') call(name, given);
    else expectError(name, given, SHAPE, 'weight');
  });

  it.each([
    ['an array', ['1', 1, 1]],
    ['integers', Int32Array.of(1, 1, 1)],
    ['halves', Uint16Array.of(1, 1, 1)],
    ['a number', 1],
  ])('is not %s', (_, weight) => {
    expectError(name, { ...right(name), weight }, TYPE, 'weight');
  });

  it('may have any values, of either type', () => {
    for (const values of [
      [0, 0, 0],
      [-1, 2, 0.5],
      [NaN, Infinity, -Infinity],
    ]) {
      const single = call(name, { ...right(name), weight: Float32Array.from(values) });
      const double = call(name, { ...right(name), weight: Float64Array.from(values) });
      expect(numbers(double)).toEqual(numbers(single));
    }
  });
});

describe('the positiveWeight of binaryCrossEntropy', () => {
  const name = 'binaryCrossEntropy';

  it.each([0, 1, 2, 4, 6])('has not %d elements for three classes', (length) => {
    const given = { ...right(name), positiveWeight: new Float64Array(length) };
    expectError(name, given, SHAPE, 'positiveWeight');
  });

  it('may be one number for all classes', () => {
    const bare = { ...right(name), out: undefined };
    const one = call(name, { ...bare, positiveWeight: 2 });
    const each = call(name, { ...bare, positiveWeight: Float32Array.of(2, 2, 2) });
    expect(one).toEqual(each);
  });

  it.each([
    ['an array', ['1', 1, 1], TYPE],
    ['a string', '2', TYPE],
    ['a bigint', 2n, TYPE],
    ['integers', Int32Array.of(1, 1, 1), TYPE],
  ])('is not %s', (_, positiveWeight, code) => {
    expectError(name, { ...right(name), positiveWeight }, code, 'positiveWeight');
  });
});

describe('the upstream of crossEntropyWithGradient', () => {
  const name = 'crossEntropyWithGradient';
  const reduced = (reduction: unknown, upstream: unknown) => ({
    ...right(name),
    out: undefined,
    reduction,
    upstream,
  });

  it.each(['mean', 'sum', undefined])('is no array with the reduction %j', (reduction) => {
    for (const array of [new Float32Array(2), new Float64Array(2), new Float32Array(1)]) {
      expectError(name, reduced(reduction, array), VALUE, 'upstream');
    }
    call(name, reduced(reduction, 2));
  });

  it.each([NaN, Infinity, -Infinity])('is not %d', (value) => {
    for (const reduction of ['mean', 'sum', 'none']) {
      expectError(name, reduced(reduction, value), VALUE, 'upstream');
    }
  });

  it.each([0, 1, 3, 6])('has not %d elements for two rows', (length) => {
    expectError(name, reduced('none', new Float32Array(length)), SHAPE, 'upstream');
  });

  it.each([
    ['an array', ['1', 1]],
    ['a string', '1'],
    ['integers', Int32Array.of(1, 1)],
    ['halves', Uint16Array.of(1, 1)],
  ])('is not %s', (_, upstream) => {
    expectError(name, reduced('none', upstream), TYPE, 'upstream');
  });

  it('may be any other number, and scales the gradient alone', () => {
    const plain = call(name, reduced('sum', 1)) as { loss: number; gradient: Float32Array };
    for (const factor of [0.5, -2, 0]) {
      const scaled = call(name, reduced('sum', factor)) as typeof plain;
      expect(scaled.loss).toBe(plain.loss);
      for (const [i, value] of plain.gradient.entries()) {
        expect(scaled.gradient[i]).toBeCloseTo(factor * value, 5);
      }
    }
  });
});

describe.each(classLossNames)('the ignoreIndex of %s', (name) => {
  it.each([
    ['a hole', new Array(1), TYPE, 'ignoreIndex[0]'],
    ['a string', [0, '1'], TYPE, 'ignoreIndex[1]'],
    ['a bigint', [0n], TYPE, 'ignoreIndex[0]'],
    ['a list', [[0]], TYPE, 'ignoreIndex[0]'],
    ['a fraction', [0, 0.5], VALUE, 'ignoreIndex[1]'],
    ['NaN', [NaN], VALUE, 'ignoreIndex[0]'],
    ['2^53', [0, 1, 2 ** 53], VALUE, 'ignoreIndex[2]'],
    ['floats', Float32Array.of(-100), TYPE, 'ignoreIndex'],
    ['a bigint alone', -100n, TYPE, 'ignoreIndex'],
  ])('holds no %s', (_, ignoreIndex, code, about) => {
    expectError(name, { ...right(name), ignoreIndex }, code, about);
  });

  it('may be several, in any order, more than once', () => {
    const given = (ignoreIndex: unknown, targets: unknown) =>
      numbers(call(name, { ...right(name), ignoreIndex, targets, out: undefined }));
    const losses = given(-100, [0, 2]);
    expect(given([], [0, 2])).toEqual(losses);
    expect(given([-1, -2, 5], [0, 2])).toEqual(losses);
    const ignored = given([2, 0, 2, -7], [0, 2]);
    expect(ignored).toEqual(ignored.map(() => 0));
    expect(given([-7, 9], [0, 9])).toEqual(given(9, [0, 9]));
  });
});

describe.each(['crossEntropy', 'crossEntropyWithGradient'] as const)(
  'the probabilities of %s',
  (name) => {
    const given = (more: Arguments = {}) => ({
      ...right(name),
      targets: Float32Array.of(0.5, 0.25, 0.25, 0, 0, 1),
      ...more,
    });

    it.each([0, 1, 2, 2 ** 53 - 1, [0], [-1, 0], [-100, 5]])(
      'go with no ignoreIndex %j',
      (ignoreIndex) => {
        expectError(name, given({ ignoreIndex }), VALUE, 'ignoreIndex');
      },
    );

    it('go with a negative ignoreIndex, which ignores nothing', () => {
      const expected = numbers(call(name, given()));
      for (const ignoreIndex of [-100, -1, [], [-1, -2], undefined]) {
        expect(numbers(call(name, given({ ignoreIndex })))).toEqual(expected);
      }
    });

    it.each([0, 1, 2, 5, 7, 12])('are not %d for six logits', (length) => {
      expectError(name, given({ targets: new Float32Array(length) }), SHAPE, 'targets');
      expectError(name, given({ targets: new Float64Array(length) }), SHAPE, 'targets');
    });

    it('may be anything, of either type', () => {
      for (const values of [[-1, 2, 5, 0, 0, 0], new Array(6).fill(NaN)]) {
        const single = call(name, given({ targets: Float32Array.from(values), out: undefined }));
        const double = call(name, given({ targets: Float64Array.from(values), out: undefined }));
        expect(numbers(double)).toEqual(numbers(single));
      }
    });
  },
);

describe.each(classLossNames)('the empty mean of %s', (name) => {
  const none = (given: FunctionName): Arguments => ({
    ...right(given),
    reduction: 'mean',
    out: undefined,
    ...(given === 'crossEntropyWithGradient' && { upstream: 3 }),
  });
  const first = signatures[name].inputs[0] as string;
  const noRows = { [first]: new Float32Array(0), shape: [0, 3], targets: new Int32Array(0) };
  const ways: Record<string, Arguments> = {
    'no rows': { ...noRows, ...(name.endsWith('Gradient') && { gradient: new Float32Array(0) }) },
    'ignored rows': { targets: [-100, -100] },
    'rows ignored by a list': { targets: [1, 2], ignoreIndex: [2, 1] },
    'weightless rows': { targets: [0, 0], weight: Float32Array.of(0, 1, 1) },
    'rows without weight, by -0': { targets: [0, 2], weight: Float64Array.of(-0, 1, 0) },
    'ignored rows and weightless ones': { targets: [-100, 1], weight: Float32Array.of(1, 0, 1) },
  };
  const gradientOf = (given: Arguments) => numbers(given.gradient ?? new Float32Array(0));

  it.each(Object.keys(ways))('of %s is an error if it shall be', (way) => {
    expectError(name, { ...none(name), ...ways[way], emptyMean: 'throw' }, EMPTY);
  });

  it.each(Object.keys(ways))('of %s is NaN or 0 if it shall be', (way) => {
    for (const emptyMean of ['nan', undefined, 'zero']) {
      const given: Arguments = { ...none(name), ...ways[way], emptyMean };
      const loss = numbers(call(name, given))[0];
      expect(loss).toBe(emptyMean === 'zero' ? 0 : NaN);
      const weightless = way.includes('weight') && emptyMean !== 'zero';
      for (const [i, value] of gradientOf(given).entries()) {
        const ignored = way === 'ignored rows and weightless ones' && i < 3;
        expect(value).toBe(weightless && !ignored ? NaN : 0);
      }
    }
  });

  it.each(Object.keys(ways))('of %s does not matter for other reductions', (way) => {
    for (const reduction of ['sum', 'none']) {
      const given = { ...none(name), ...ways[way], reduction, emptyMean: 'throw' };
      for (const value of numbers(call(name, given))) expect(value).not.toBeNaN();
    }
  });

  it('is no error where a row counts', () => {
    const given = { ...none(name), targets: [-100, 1], emptyMean: 'throw' };
    expect(numbers(call(name, given))[0]).toBeGreaterThan(0);
    // Weights that cancel are weights.
    const cancelling = { ...given, targets: [0, 1], weight: Float32Array.of(1, -1, 0) };
    call(name, cancelling);
  });

  it.each(['NaN', 'Zero', 'error', '__proto__', 'nan '])('is not %j', (emptyMean) => {
    expectError(name, { ...right(name), emptyMean }, VALUE, 'emptyMean');
  });

  it('of probabilities: no rows', () => {
    if (name === 'nllLoss') return;
    const empty = { ...none(name), ...ways['no rows'], targets: new Float32Array(0) };
    expectError(name, { ...empty, emptyMean: 'throw' }, EMPTY);
    expect(numbers(call(name, { ...empty, emptyMean: 'nan' }))[0]).toBeNaN();
    expect(numbers(call(name, { ...empty, emptyMean: 'zero' }))[0]).toBe(0);
    // Rows without weight count: they are divided by their number.
    const weightless = { targets: new Float32Array(6), weight: new Float32Array(3), zLoss: 0 };
    expect(
      numbers(call(name, { ...none(name), ...weightless, emptyMean: 'throw' }))[0],
    ).toBeCloseTo(0);
  });
});
