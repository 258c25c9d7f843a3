import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Evaluator, type EvaluatorOptions, type EvaluatorState } from '../../lib/index.js';
import { runs } from '../support/arbitraries.js';
import { type Coded, thrownBy } from '../support/errors.js';
import { stateOf } from '../support/evaluation/evaluators.js';
import { mixedRows, randomTargets } from '../support/inputs.js';
import { values } from '../support/values.js';

// An evaluator as JSON and back: nothing is lost, and nothing wrong is taken.

type Options = EvaluatorOptions & { readonly classes: number };

function filled(options: Options, rows = 20, bytes: number | undefined = 7): Evaluator {
  const { classes } = options;
  const logits = mixedRows(rows, classes, rows);
  const targets = randomTargets(rows, classes);
  const shape = [rows, classes];
  return new Evaluator(options).update(logits, targets, {
    shape,
    ...(bytes !== undefined && { bytes }),
  });
}

const examples: Record<string, () => Evaluator> = {
  'an empty one': () => new Evaluator({ classes: 3 }),
  'one of few rows': () => filled({ classes: 3 }),
  'one with a confusion': () => filled({ classes: 4, confusion: true, top: [1, 2, 3] }),
  'one without bytes': () => filled({ classes: 3 }, 10, undefined),
  'one with all options': () =>
    filled({
      classes: 5,
      top: [5, 1],
      calibrationBins: 3,
      confusion: true,
      ignoreIndex: [-1, 4],
      axis: 1,
    }),
  'one of infinite losses': () =>
    new Evaluator({ classes: 2 }).update(Float32Array.of(0, -Infinity), [1]),
  'one of the smallest and the largest losses': () =>
    new Evaluator({ classes: 2 }).update(
      Float64Array.of(0, 700, 0, 740, 1.7e308, 0, 1.7e308, 0),
      [1, 1, 1, 1],
      { shape: [4, 2] },
    ),
};

const parsed = (evaluator: Evaluator) => JSON.parse(stateOf(evaluator)) as EvaluatorState;

describe.each(Object.entries(examples))('%s', (_, make) => {
  it('is itself again', () => {
    const evaluator = make();
    const again = Evaluator.fromJSON(parsed(evaluator));
    expect(again).toBeInstanceOf(Evaluator);
    expect(stateOf(again)).toBe(stateOf(evaluator));
    expect(again.summary()).toEqual(evaluator.summary());
    expect(stateOf(Evaluator.fromJSON(evaluator.toJSON()))).toBe(stateOf(evaluator));
  });

  it('goes on as if nothing had been', () => {
    const options = make().toJSON().options as Options;
    const { classes } = options;
    const more = (evaluator: Evaluator) =>
      evaluator
        .update(mixedRows(6, classes, 9), new Int32Array(6), { shape: [6, classes], bytes: 2 })
        .merge(filled(options));
    const expected = more(make());
    expect(stateOf(more(Evaluator.fromJSON(parsed(make()))))).toBe(stateOf(expected));
    const merged = new Evaluator(options).merge(Evaluator.fromJSON(parsed(expected)));
    expect(stateOf(merged)).toBe(stateOf(expected));
  });

  it('is plain data of version 1 that is not the evaluator itself', () => {
    const evaluator = make();
    const before = stateOf(evaluator);
    const state = evaluator.toJSON();
    expect(state.version).toBe(1);
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
    for (const group of [state.counts, state.sums, state.options]) {
      for (const value of Object.values(group)) if (Array.isArray(value)) value.fill(9);
      for (const key of Object.keys(group)) Reflect.deleteProperty(group, key);
    }
    expect(stateOf(evaluator)).toBe(before);
    const given = parsed(evaluator);
    const again = Evaluator.fromJSON(given);
    for (const value of Object.values(given.counts)) if (Array.isArray(value)) value.fill(9);
    expect(stateOf(again)).toBe(before);
  });
});

it('options are what they were, defaults included', () => {
  expect(new Evaluator({ classes: 7 }).toJSON().options).toEqual({
    classes: 7,
    top: [1],
    calibrationBins: 15,
    confusion: false,
    ignoreIndex: -100,
    axis: -1,
  });
  const all = {
    classes: 5,
    top: [5, 1],
    calibrationBins: 3,
    confusion: true,
    ignoreIndex: [-1, 4],
    axis: 1,
  };
  expect(new Evaluator(all).toJSON().options).toEqual(all);
});

type Path = readonly (string | number)[];

/** Every place of a JSON value. */
function* pathsOf(value: unknown, path: Path = []): Generator<Path> {
  yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    yield* pathsOf(inner, [...path, Array.isArray(value) ? Number(key) : key]);
  }
}

/** A copy with something else at a place; nothing at all where the value is `absent`. */
const absent = Symbol('absent');
function replaced(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<
    string | number,
    unknown
  >;
  if (rest.length === 0 && by === absent) delete copy[key];
  else copy[key] = replaced(copy[key], rest, by);
  return copy;
}

/** An error with a code, or an evaluator that works. */
function answer(value: unknown): Coded | undefined {
  let evaluator: Evaluator;
  try {
    evaluator = Evaluator.fromJSON(value);
  } catch {
    return thrownBy(() => Evaluator.fromJSON(value));
  }
  evaluator.summary();
  expect(stateOf(Evaluator.fromJSON(parsed(evaluator)))).toBe(stateOf(evaluator));
  return undefined;
}

const full = () => parsed(filled({ classes: 3, confusion: true, top: [1, 2] }));
const places = [...pathsOf(full())].filter((path) => path.length > 0);
const inGroup = (...names: string[]) =>
  places.filter((path) => path.length > 1 && names.includes(path[0] as string));

describe('a wrong state is an error', () => {
  it.each(Object.keys(values))('%s', (label) => {
    const value = values[label]?.();
    expect(thrownBy(() => Evaluator.fromJSON(value))).toBeDefined();
  });

  it.each([0, 2, '1', null, 1.5, undefined])('of version %j', (version) => {
    expect(answer({ ...full(), version })).toBeDefined();
  });

  it('without one of its parts', () => {
    for (const path of places.filter((one) => typeof one.at(-1) === 'string')) {
      // An option that is left out has its default.
      const state = replaced(full(), path, absent);
      if (path[0] !== 'options' || path.length === 1) {
        expect(answer(state), path.join()).toBeDefined();
      } else answer(state);
    }
  });

  it('with counts that are none', () => {
    // What occurs is listed: a list may be empty.
    for (const path of inGroup('counts').filter((one) => one.at(-1) !== 'confusion')) {
      for (const value of [-1, 0.5, NaN, Infinity, 2 ** 53, 'x', '5', true, {}, [], undefined]) {
        expect(answer(replaced(full(), path, value)), `${path} ${String(value)}`).toBeDefined();
      }
    }
  });

  it('with sums that are none', () => {
    for (const path of inGroup('sums')) {
      for (const value of ['', 'xyz', '-', '1.5', '0x', ' ', '1n', 5, -1, null, true, {}, []]) {
        expect(answer(replaced(full(), path, value)), `${path} ${String(value)}`).toBeDefined();
      }
    }
  });

  it('with lists that are too short or too long', () => {
    const lists = places.filter((path) => {
      const value = path.reduce<unknown>(
        (inner, key) => (inner as Record<string | number, unknown>)[key],
        full(),
      );
      return Array.isArray(value) && path[0] !== 'options' && path.at(-1) !== 'confusion';
    });
    expect(lists.length).toBeGreaterThan(2);
    for (const path of lists) {
      for (const list of [[], [1], new Array(100).fill(1), new Array(2 ** 32 - 1), ['1']]) {
        expect(answer(replaced(full(), path, list)), `${path}`).toBeDefined();
      }
    }
  });

  it('with pairs of classes that are none', () => {
    const path = ['counts', 'confusion'];
    for (const pairs of [[1], [9, 1], [-1, 1], [0, -1], [0.5, 1], [0, '1'], '', null, {}]) {
      expect(answer(replaced(full(), path, pairs)), JSON.stringify(pairs)).toBeDefined();
    }
  });

  it('with options that are none', () => {
    for (const [key, wrong] of Object.entries({
      classes: [0, -1, 1.5, '3', null, 2 ** 60],
      top: [[0], [1.5], ['1'], '1', null],
      calibrationBins: [0, -1, 1.5, '3', 2 ** 60],
      confusion: [1, 'true', null],
      ignoreIndex: ['x', [0.5], null, [null]],
      axis: [0.5, 'x', null],
      unknown: [1],
    })) {
      for (const value of wrong) {
        const state = replaced(full(), ['options', key], value);
        expect(answer(state), `${key} ${String(value)}`).toBeDefined();
      }
    }
  });

  it('with numbers of any length', () => {
    for (const path of inGroup('sums')) {
      for (const digits of [1000, 1073, 5000, 100_000]) {
        answer(replaced(full(), path, 'f'.repeat(digits)));
      }
    }
  });
});

describe('edited states', () => {
  const anything = fc.anything({ withBigInt: true, withSparseArray: true, withTypedArray: true });

  it('with anything anywhere are answered', () => {
    fc.assert(
      fc.property(fc.constantFrom(...places), anything, (path, value) => {
        answer(replaced(full(), path, value));
      }),
      { ...runs, numRuns: 2000 },
    );
  });

  it('with other bytes in their text are answered', () => {
    const text = stateOf(filled({ classes: 3, confusion: true, top: [1, 2] }));
    fc.assert(
      fc.property(
        fc.nat({ max: text.length - 1 }),
        fc.nat({ max: 3 }),
        fc.constantFrom('0', '9', '-', '"', 'f', 'z', ',', '[', '1e9', '.5', 'null', ''),
        (at, count, insertion) => {
          const edited = text.slice(0, at) + insertion + text.slice(at + count);
          let value: unknown;
          try {
            value = JSON.parse(edited);
          } catch {
            return;
          }
          answer(value);
        },
      ),
      { ...runs, numRuns: 3000 },
    );
  });
});
