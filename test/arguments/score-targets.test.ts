import { describe, expect, it } from 'vitest';
import { RANGE, SHAPE, TYPE, thrownBy, VALUE } from '../support/tables/calls.js';
import { call, fails, right, unsafe } from '../support/tables/score-calls.js';

// The classes that score is given: targets and ids.

describe('ids', () => {
  it.each([1, 3, 5, 7])('are not %d for two rows', (length) => {
    fails({ ...right(), ids: new Int32Array(length) }, SHAPE, 'ids');
  });

  it('are none where there are no rows', () => {
    const none = { ...right(), logits: new Float32Array(0), targets: [], shape: [0, 3] };
    call({ ...none, ids: new Int32Array(0) });
    fails({ ...none, ids: new Int32Array(2) }, SHAPE, 'ids');
  });

  it.each([-1, 3, 4, -100, 2 ** 31 - 1, -(2 ** 31)])('are no %d of three classes', (target) => {
    for (const [ids, row] of [
      [[target, 0, 0, 0], 0],
      [[0, target, 0, 0], 0],
      [[0, 0, target, 0], 1],
      [[0, 0, 0, target], 1],
    ] as const) {
      const error = fails({ ...right(), ids: Int32Array.from(ids) }, RANGE);
      expect(error).toMatchObject({ row, target });
    }
    const error = fails({ ...right(), targets: undefined, ids: Int32Array.of(2, target) }, RANGE);
    expect(error).toMatchObject({ row: 1, target });
  });

  it('are all out of range where there is no class', () => {
    const logits = new Float32Array(0);
    const run = () => unsafe(logits, undefined, { shape: [2, 0], ids: Int32Array.of(0, 0) });
    expect(thrownBy(run)).toMatchObject({ code: RANGE, row: 0, target: 0 });
  });

  it('stay what they are', () => {
    const ids = Int32Array.of(0, 1, 2, 0);
    call({ ...right(), ids });
    expect([...ids]).toEqual([0, 1, 2, 0]);
  });
});

describe('targets', () => {
  it.each([
    [[0, 3], 1, 3],
    [[-1, 1], 0, -1],
    [[1, -101], 1, -101],
    [[2, 2 ** 40], 1, 2 ** 40],
    [Int8Array.of(-128, 0), 0, -128],
    [Uint32Array.of(0, 2 ** 32 - 1), 1, 2 ** 32 - 1],
    [BigInt64Array.of(0n, -(2n ** 63n)), 1, -(2n ** 63n)],
    [BigUint64Array.of(2n ** 64n - 1n, 9n), 0, 2n ** 64n - 1n],
  ])('%s: row %i is out of range', (targets, row, target) => {
    for (const more of [{}, { ids: undefined }, { top: undefined, rank: false }]) {
      const error = fails({ ...right(), targets, ...more }, RANGE, `targets[${row}]`);
      expect(error).toMatchObject({ row, target });
    }
  });

  it.each([
    ['a string', ['0', 1], TYPE],
    ['a hole', new Array(2), TYPE],
    ['a fraction', [0, 0.5], VALUE],
    ['NaN', [NaN, 0], VALUE],
    ['too few', [0], SHAPE],
    ['too many', [0, 1, 2], SHAPE],
    ['one a logit', Int32Array.of(0, 0, 0, 0, 0, 0), SHAPE],
  ])('%s among them is an error', (_, targets, code) => {
    fails({ ...right(), targets }, code, 'targets|targets[0]|targets[1]');
  });

  it.each([Float32Array, Float64Array])('are no %o', (type) => {
    fails({ ...right(), targets: new type(2) }, TYPE, 'targets');
    fails({ ...right(), targets: new type(6) }, TYPE, 'targets');
  });

  it('may be ignored whatever they are', () => {
    for (const target of [-1, 3, 2 ** 40, 0]) {
      const given = { ...right(), targets: [target, 2], ignoreIndex: [5, target] };
      expect(call(given)).toMatchObject({ ignored: 1 });
    }
  });
});
