import { describe, expect, it } from 'vitest';
import { Evaluator } from '../../lib/index.js';
import { stateOf } from '../support/evaluation/evaluators.js';
import {
  type Arguments,
  type Coded,
  DETACHED,
  detached,
  expectCode,
  memoryOf,
  RANGE,
  SHAPE,
  TYPE,
  thrownBy,
  VALUE,
} from '../support/tables/calls.js';

// The errors of update, each of which leaves the evaluator as it was.

describe('update', () => {
  const filled = () =>
    new Evaluator({ classes: 3, confusion: true, ignoreIndex: [-100, 9] }).update(
      Float32Array.of(0, 1, 2),
      [1],
      { bytes: 4 },
    );
  const right = (): Arguments => ({
    logits: Float32Array.of(1, -2, 3, 4, 5, 6),
    targets: Int32Array.of(0, 2),
    shape: [2, 3],
    dtype: 'float32',
    rowStride: 3,
    temperature: 2,
    softcap: 50,
    threads: 2,
    bytes: 10,
  });

  function run(evaluator: Evaluator, { logits, targets, ...options }: Arguments): unknown {
    return evaluator.update(logits as Float32Array, targets as Int32Array, options);
  }

  /** The error of an update, which has changed nothing. */
  function fails(given: Arguments, codes: string, about = ''): Coded {
    const evaluator = filled();
    const before = stateOf(evaluator);
    const memory = memoryOf(given);
    const error = thrownBy(() => run(evaluator, given));
    expect(stateOf(evaluator)).toBe(before);
    expect(memoryOf(given)).toEqual(memory);
    return expectCode(error, codes, about);
  }

  it('gives the evaluator itself, and takes each option left out or undefined', () => {
    for (const option of ['dtype', 'rowStride', 'temperature', 'softcap', 'threads', 'bytes']) {
      const evaluator = filled();
      expect(run(evaluator, { ...right(), [option]: undefined })).toBe(evaluator);
    }
  });

  it.each<[string, unknown, string, string?]>([
    ['logits', [1, 2, 3, 4, 5], SHAPE, 'shape|logits'],
    ['logits', [1, '2'], TYPE, 'logits[1]'],
    ['logits', undefined, TYPE],
    ['logits', new Int32Array(6), TYPE],
    ['logits', new Float32Array(5), SHAPE, 'shape|logits'],
    ['logits', new Uint16Array(6), VALUE, 'dtype'],
    ['targets', undefined, TYPE],
    ['targets', null, TYPE],
    ['targets', '01', TYPE],
    ['targets', new Float32Array(2), TYPE],
    ['targets', new Float32Array(6), TYPE],
    ['targets', [0], SHAPE],
    ['targets', [0, 1, 2], SHAPE],
    ['targets', [0, '1'], TYPE, 'targets[1]'],
    ['targets', [0.5, 1], VALUE, 'targets[0]'],
    ['targets', [0, 3], RANGE, 'targets[1]'],
    ['targets', Int32Array.of(-1, 0), RANGE, 'targets[0]'],
    ['shape', [3, 2], SHAPE, 'shape'],
    ['shape', [6], SHAPE, 'shape'],
    ['shape', [2, '3'], TYPE, 'shape[1]'],
    ['rowStride', 2, VALUE],
    ['temperature', 0, VALUE],
    ['temperature', '1', TYPE],
    ['softcap', -1, VALUE],
    ['threads', 0, VALUE],
    ['dtype', 'float16', VALUE],
    ['bytes', -1, VALUE],
    ['bytes', 0.5, VALUE],
    ['bytes', NaN, VALUE],
    ['bytes', 2 ** 53, VALUE],
    ['bytes', '4', TYPE],
    ['bytes', 4n, TYPE],
    ['bytes', null, TYPE],
  ])('has no %s of %o', (name, value, code, about = name) => {
    const { rowStride, ...rest } = right();
    const given = name === 'shape' ? rest : { ...rest, rowStride };
    fails({ ...given, [name]: value }, code, about);
  });

  it.each(['axis', 'ignoreIndex', 'reduction', 'classes', 'top', 'out', 'rank'])(
    'has no option %s',
    (option) => {
      const error = fails({ ...right(), [option]: 1 }, VALUE, 'options');
      expect(error.message).toContain(`'${option}'`);
    },
  );

  it('names the first target that is no class', () => {
    const error = fails({ ...right(), targets: [9, 3] }, RANGE, 'targets[1]');
    expect(error).toMatchObject({ row: 1, target: 3 });
    // A wrong target behind rows that would count adds none of them.
    const rows = 5000;
    const targets = new Int32Array(rows);
    targets[rows - 1] = 4;
    const many = { logits: new Float32Array(3 * rows), targets, shape: [rows, 3] };
    expect({ ...fails(many, RANGE) }).toMatchObject({ code: RANGE, row: rows - 1, target: 4 });
  });

  it('takes no detached array, nor one that is lost while options are read', () => {
    for (const name of ['logits', 'targets'] as const) {
      const given = right();
      detached(given[name] as Float32Array);
      fails(given, DETACHED, name);

      const late = right();
      const evaluator = filled();
      const before = stateOf(evaluator);
      Object.defineProperty(late, 'shape', {
        enumerable: true,
        get: () => {
          if ((late[name] as Float32Array).length > 0) detached(late[name] as Float32Array);
          return [2, 3];
        },
      });
      const { logits, targets, ...options } = Object.getOwnPropertyDescriptors(late);
      const code = expect.stringMatching(`^(${DETACHED}|${SHAPE})$`);
      expect(() =>
        evaluator.update(
          logits?.value as Float32Array,
          targets?.value as Int32Array,
          Object.defineProperties({}, options),
        ),
      ).toThrow(expect.objectContaining({ code }));
      expect(stateOf(evaluator)).toBe(before);
    }
  });

  it('lets the errors of getters through, and may be called by them', () => {
    const own = new Error('mine');
    const evaluator = filled();
    const before = stateOf(evaluator);
    const options = {
      get bytes(): number {
        throw own;
      },
    };
    expect(() => evaluator.update(Float32Array.of(1, 2, 3), [0], options)).toThrow(own);
    expect(stateOf(evaluator)).toBe(before);
    const nested = filled();
    nested.update(Float32Array.of(1, 2, 3), [0], {
      get bytes() {
        nested.update(Float32Array.of(3, 2, 1), [1], { bytes: 1 });
        return 2;
      },
    });
    const flat = filled();
    flat.update(Float32Array.of(1, 2, 3, 3, 2, 1), [0, 1], { shape: [2, 3], bytes: 3 });
    expect(stateOf(nested)).toBe(stateOf(flat));
  });
});
