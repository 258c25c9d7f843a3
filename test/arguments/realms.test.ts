import { createContext, runInContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import * as logits from '../../lib/index.js';
import { Evaluator, type score } from '../../lib/index.js';
import { native } from '../../lib/native/addon.js';
import { nativeErrors } from '../../lib/native/boundary.js';
import {
  type Arguments,
  arrange,
  type Case,
  call,
  cases,
  contentsOf,
  errorOf,
  hasReduction,
  type Name,
  numbers,
  OVERLAP,
  RANGE,
  SHAPE,
  signatures,
  TYPE,
  VALUE,
} from '../support/tables/calls.js';
import { right, call as scoreCall } from '../support/tables/score-calls.js';
import { type AnyScores, scoreBytes } from '../support/tables/scores.js';

// What was made in another realm (a vm context, a window): arrays, lists, options and tensors of it work,
// code of it may call the functions, and errors are those of the realm that has loaded the package.
// memory/arrays.test.ts has the arrays of one realm for every function; here are the others, and mixtures.

const context = createContext({ logits });
const foreign = (code: string) => runInContext(code, context) as never;

/** The same value of the other realm: its arrays, lists and plain objects. */
function moved(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) {
    const array = value as Float32Array;
    const copy = foreign(`new ${array.constructor.name}(${array.length})`) as Float32Array;
    copy.set(array);
    return copy;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const list = foreign('[]') as unknown[];
    for (const one of value) list.push(moved(one));
    return list;
  }
  const object = foreign('({})') as Record<string, unknown>;
  for (const [key, one] of Object.entries(value)) object[key] = moved(one);
  return object;
}

const layout = ({ name }: Case): Arguments => ({
  shape: [2, 3],
  ...(hasReduction(name) && { reduction: 'none' }),
});
/** Arguments in order: the arrays, then all options. */
function argumentsOf(one: Case, given: Arguments): unknown[] {
  const { inputs, factors, outputs } = signatures[one.name];
  const options: Arguments = layout(one);
  for (const key of [...factors, ...outputs]) options[key] = given[key];
  return [...inputs.map((input) => given[input]), options];
}

describe.each(cases)('$title', (one) => {
  const expected = () => numbers(call(one.name, arrange(one), layout(one)));

  it('is called by code of another realm, which has made everything', () => {
    const given = argumentsOf(one, arrange(one)).map(moved);
    const run = foreign(`(given) => logits.${one.name}(...given)`) as (given: unknown[]) => unknown;
    expect(numbers(run(given))).toEqual(expected());
  });

  it('takes tensors, lists and memory of another realm among its own', () => {
    const [first] = signatures[one.name].inputs as [Name];
    const arrays: Arguments = arrange(one);
    const memory = foreign('new SharedArrayBuffer(64)') as SharedArrayBuffer;
    const array = arrays[first] as Float32Array;
    const type = array.constructor as Float32ArrayConstructor;
    const shared = new type(memory as unknown as ArrayBuffer, 8, array.length);
    shared.set(array);
    for (const data of [shared, moved(array)]) {
      for (const key of ['dims', 'shape']) {
        const tensor = moved({ [key]: [2, 3] }) as Arguments;
        tensor.data = data;
        const { shape: _, ...options } = layout(one);
        const result = call(one.name, { ...arrays, [first]: tensor }, options);
        expect(numbers(result)).toEqual(expected());
      }
    }
    const without = Object.assign(Object.create(null) as object, layout(one));
    expect(numbers(call(one.name, arrays, without))).toEqual(expected());
  });

  it('throws errors of its own realm, to code of another', () => {
    const attempts: [string, (given: unknown[]) => void][] = [
      [TYPE, (given) => given.splice(0, 1, moved(new Int32Array(6)))],
      [VALUE, (given) => Object.assign(given.at(-1) as object, { colour: 'red' })],
      [SHAPE, (given) => Object.assign(given.at(-1) as object, { shape: moved([2, 4]) })],
    ];
    // These are native code's.
    const { name } = one;
    if ('out' in signatures[name].sizes || name === 'softmax') {
      const memory = new Float64Array(24).buffer;
      const type = globalThis[one.float];
      attempts.push([
        OVERLAP,
        (given) => {
          const length = name === 'softmax' ? 6 : 2;
          given[0] = new type(memory, 0, 6).fill(-1);
          Object.assign(given.at(-1) as object, {
            out: new type(memory, 2 * type.BYTES_PER_ELEMENT, length),
          });
        },
      ]);
    }
    if (one.targets === 'Int32Array' && signatures[name].inputs.includes('targets')) {
      attempts.push([RANGE, (given) => given.splice(1, 1, moved(Int32Array.of(0, 3)))]);
      attempts.push([RANGE, (given) => given.splice(1, 1, moved([0, 3]))]);
    }
    const run = foreign(`(given) => {
      try {
        logits.${name}(...given);
      } catch (error) {
        return [error, error instanceof Error];
      }
    }`) as (given: unknown[]) => [Error & { code: string }, boolean];
    for (const [code, change] of attempts) {
      const given = argumentsOf(one, arrange(one)).map(moved);
      change(given);
      const [error, isForeign] = run(given);
      expect(error.code).toBe(code);
      expect(isForeign).toBe(false);
      expect(error).toBeInstanceOf(code === TYPE ? TypeError : RangeError);
    }
  });
});

describe('score', () => {
  const bytes = (scores: unknown) => scoreBytes(scores as AnyScores).toString('hex');

  it('takes everything of another realm', () => {
    const { logits: given, targets, ...options } = right();
    const run = foreign('(...given) => logits.score(...given)') as typeof score;
    const values = [given, targets, options].map(moved) as Parameters<typeof score>;
    expect(bytes(run(...values))).toBe(bytes(scoreCall(right())));
  });

  it('takes a tensor of it, and lists of targets', () => {
    const { logits: data, targets, shape, ...options } = right();
    const tensor = moved({ data, dims: shape });
    for (const list of [moved([...(targets as Int32Array)]), moved(targets)]) {
      const all = { ...options, logits: tensor, targets: list };
      expect(bytes(scoreCall(all))).toBe(bytes(scoreCall(right())));
    }
  });
});

describe('Evaluator', () => {
  const options = { classes: 3, top: [1, 2], confusion: true, ignoreIndex: [-100, 1] };
  const values = contentsOf(cases[0] as Case, 'logits');
  const expected = () =>
    new Evaluator(options).update(Float32Array.from(values), [0, 2], { shape: [2, 3], bytes: 5 });

  it('is made and updated by code of another realm, with what it has made', () => {
    const run = foreign(`(options, values) => new logits.Evaluator(options)
      .update(Float32Array.from(values), [0, 2], { shape: [2, 3], bytes: 5 })`) as (
      ...given: unknown[]
    ) => Evaluator;
    expect(JSON.stringify(run(moved(options), values))).toBe(JSON.stringify(expected()));
  });

  it('comes back from the JSON of another realm, and merges', () => {
    const state = JSON.stringify(expected());
    const value = (foreign('(text) => JSON.parse(text)') as (text: string) => unknown)(state);
    expect(value).not.toBeInstanceOf(Object);
    const again = Evaluator.fromJSON(value);
    expect(JSON.stringify(again)).toBe(state);
    expect(again.merge(expected()).summary().rows).toBe(4);
  });

  it('refuses what only looks like one', () => {
    const other = foreign('Object.create(logits.Evaluator.prototype)') as Evaluator;
    expect(() => expected().merge(other)).toThrow(expect.objectContaining({ code: TYPE }));
  });
});

it('the addon throws errors of the realm that has loaded it', () => {
  const run = foreign(
    '(addon) => { try { addon.softmax(); } catch (error) { return error; } }',
  ) as (addon: unknown) => unknown;
  const error = run(native) as { code: number };
  expect(error).toBeInstanceOf(Error);
  expect(nativeErrors[error.code]).toMatchObject({ code: TYPE });
});

it('errors leave the arrays of another realm alone', () => {
  for (const one of cases) {
    const given = Object.fromEntries(
      Object.entries(arrange(one)).map(([key, array]) => [key, moved(array)]),
    );
    errorOf(one.name, given, { ...layout(one), shape: moved([2, 4]) });
  }
});
