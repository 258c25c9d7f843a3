import { describe, expect, it } from 'vitest';
import { Evaluator } from '../../lib/index.js';
import { stateOf } from '../support/evaluation/evaluators.js';
import { expectCode, TYPE, thrownBy, VALUE } from '../support/tables/calls.js';
import { values } from '../support/values.js';

// The errors of Evaluator; update.test.ts has those of update.

type Loose = new (options?: unknown) => Evaluator;
const Unsafe = Evaluator as unknown as Loose;
const make = (options: unknown) => new Unsafe(options);

describe('a new evaluator', () => {
  const right = { classes: 3, top: [1, 2], calibrationBins: 4, confusion: true, axis: 0 };

  it.each<[string, unknown, string, string?]>([
    ['classes', undefined, TYPE],
    ['classes', '3', TYPE],
    ['classes', 3n, TYPE],
    ['classes', null, TYPE],
    ['classes', 0, VALUE],
    ['classes', -1, VALUE],
    ['classes', 1.5, VALUE],
    ['classes', NaN, VALUE],
    ['classes', Infinity, VALUE],
    ['classes', 2 ** 53, VALUE],
    ['top', 0, VALUE],
    ['top', 1.5, VALUE],
    ['top', '1', TYPE],
    ['top', null, TYPE],
    ['top', Float32Array.of(1), TYPE],
    ['top', [0], VALUE, 'top[0]'],
    ['top', [1, -1], VALUE, 'top[1]'],
    ['top', [1.5], VALUE, 'top[0]'],
    ['top', ['1'], TYPE, 'top[0]'],
    ['top', new Array(1), TYPE, 'top[0]'],
    ['calibrationBins', 0, VALUE],
    ['calibrationBins', -1, VALUE],
    ['calibrationBins', 2.5, VALUE],
    ['calibrationBins', '15', TYPE],
    ['calibrationBins', [15], TYPE],
    ['calibrationBins', null, TYPE],
    ['confusion', 1, TYPE],
    ['confusion', null, TYPE],
    ['confusion', 'true', TYPE],
    ['confusion', {}, TYPE],
    ['ignoreIndex', '-100', TYPE],
    ['ignoreIndex', [0.5], VALUE, 'ignoreIndex[0]'],
    ['ignoreIndex', Float32Array.of(1), TYPE],
    ['classes', [], VALUE],
    ['classes', ['cat', 2], TYPE, 'classes[1]'],
    ['axis', 0.5, VALUE],
    ['axis', '0', TYPE],
    ['axis', null, TYPE],
  ])('has no %s of %o', (option, value, code, about = option) => {
    expectCode(
      thrownBy(() => make({ ...right, [option]: value })),
      code,
      about,
    );
  });

  it.each(Object.keys(values))('is not made of %s', (label) => {
    const options = values[label]?.();
    expectCode(
      thrownBy(() => make(options)),
      `${TYPE}|${VALUE}`,
    );
  });

  it('refuses unknown options by name, and those of update', () => {
    for (const option of ['bins', 'shape', 'k', 'Classes', 'temperature', 'bytes', 'toString']) {
      const error = thrownBy(() => make({ ...right, [option]: 1 }));
      expect(expectCode(error, VALUE, 'options').message).toContain(`'${option}'`);
      make({ ...right, [option]: undefined });
    }
  });

  it('takes each option left out or undefined, but classes', () => {
    for (const option of ['top', 'calibrationBins', 'confusion', 'ignoreIndex', 'axis']) {
      make({ ...right, [option]: undefined });
    }
    make({ classes: 3 });
    make(Object.assign(Object.create(null), { classes: 3 }));
  });

  it('keeps no reference to its options', () => {
    const options = { classes: 3, top: [1, 2], ignoreIndex: [7, 8] };
    const evaluator = new Evaluator(options);
    const before = stateOf(evaluator);
    options.top[0] = 3;
    options.ignoreIndex[0] = 0;
    expect(stateOf(evaluator)).toBe(before);
  });

  it('is no function', () => {
    expect(() => (Evaluator as unknown as (options: object) => unknown)(right)).toThrow(TypeError);
  });

  it('of more pairs of classes than fit into memory is an error', () => {
    const error = thrownBy(() => make({ classes: 2 ** 29, confusion: true }));
    expect(error.code).toBe('ERR_MEMORY_ALLOCATION_FAILED');
  });
});

describe('merge', () => {
  const options = {
    classes: 3,
    top: [1, 2],
    calibrationBins: 5,
    confusion: true,
    ignoreIndex: -100,
    axis: -1,
  };

  it.each([
    { classes: 4 },
    { top: [1] },
    { top: [1, 3] },
    { calibrationBins: 6 },
    { confusion: false },
  ])('refuses one with %j', (other) => {
    const evaluator = new Evaluator(options);
    const before = stateOf(evaluator);
    const merge = () => evaluator.merge(new Evaluator({ ...options, ...other }));
    expectCode(thrownBy(merge), VALUE, 'other');
    expect(stateOf(evaluator)).toBe(before);
  });

  it.each(Object.keys(values))('refuses %s', (label) => {
    const evaluator = new Evaluator(options);
    const merge = () => evaluator.merge(values[label]?.() as Evaluator);
    expectCode(thrownBy(merge), TYPE, 'other');
  });

  it('refuses more than can be counted, and is as it was', () => {
    const evaluator = new Evaluator({ classes: 2 });
    evaluator.update(Float32Array.of(0, 1), [1], { bytes: 2 ** 52 });
    const before = stateOf(evaluator);
    expectCode(
      thrownBy(() => evaluator.merge(evaluator)),
      VALUE,
      'other',
    );
    const update = () => evaluator.update(Float32Array.of(0, 1), [1], { bytes: 2 ** 52 });
    expectCode(thrownBy(update), VALUE, 'bytes');
    expect(stateOf(evaluator)).toBe(before);

    const doubled = new Evaluator({ classes: 2 }).update(Float32Array.of(0, 1), [1]);
    expectCode(
      thrownBy(() => {
        for (let times = 0; times < 60; times++) doubled.merge(doubled);
      }),
      VALUE,
      'other',
    );
    expect(doubled.summary().rows).toBe(2 ** 52);
    expect(stateOf(Evaluator.fromJSON(JSON.parse(stateOf(doubled))))).toBe(stateOf(doubled));
  });

  it('refuses what only looks like an evaluator', () => {
    const evaluator = new Evaluator(options);
    for (const other of [
      Object.create(Evaluator.prototype),
      evaluator.toJSON(),
      new Proxy(evaluator, {}),
    ]) {
      expectCode(
        thrownBy(() => evaluator.merge(other as Evaluator)),
        TYPE,
        'other',
      );
    }
  });
});

it.each(['update', 'merge', 'summary', 'toJSON'] as const)('%s is of evaluators alone', (name) => {
  const method = Evaluator.prototype[name] as (...values: unknown[]) => unknown;
  for (const self of [undefined, {}, Object.create(Evaluator.prototype)]) {
    expect(() => method.call(self, Float32Array.of(1, 2, 3), [0])).toThrow(TypeError);
  }
});
