import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { score } from '../../lib/index.js';
import { guarded } from '../support/guarded.js';
import { resizesBuffers } from '../support/host.js';
import { normalLogits, normalLogits64, randomTargets, truncated } from '../support/inputs.js';
import { describeEachIsa } from '../support/isas.js';
import { type Arguments, DETACHED, detached, memoryOf, SHAPE } from '../support/tables/calls.js';
import { call, fails, parameters, right, unsafe } from '../support/tables/score-calls.js';
import { type AnyScores, floatsOf, integersOf, scoreBytes } from '../support/tables/scores.js';

// Whose memory score touches: guards around what it reads; buffers that are shared, lost or shrunk.

const everything = { rank: true, entropy: true, margin: true, top: 3 } as const;
const lengths = [...Array.from({ length: 70 }, (_, i) => i + 1), 127, 128, 129, 1000, 1023, 4097];
const arrayNames = ['logits', 'targets', 'ids'] as const;

function expectEqual(actual: AnyScores, expected: AnyScores, what: string): void {
  expect(scoreBytes(actual).equals(scoreBytes(expected)), what).toBe(true);
}

describeEachIsa('guards', () => {
  it.each([
    ['float32', (count: number, seed: number) => normalLogits(count, { seed, deviation: 3 })],
    ['float64', (count: number, seed: number) => normalLogits64(count, { seed, deviation: 3 })],
    [
      'float16',
      (count: number, seed: number) => truncated(normalLogits(count, { seed }), 'float16'),
    ],
  ] as const)('every length of %s, at several offsets, leaves its inputs alone', (dtype, make) => {
    for (const classes of lengths) {
      const rows = classes > 1000 ? 2 : 3;
      const values = make(rows * classes, classes);
      const type = values.constructor as Float32ArrayConstructor;
      const targets = randomTargets(rows, classes);
      const ids = randomTargets(rows * 2, classes, 3);
      const shape = [rows, classes];
      const expected = score(values, targets, { ...everything, dtype, shape, ids });
      for (const offset of [0, 1, 3, 7, 8, 13]) {
        const memory = [
          guarded(values, offset, type),
          guarded(targets, offset, Int32Array),
          guarded(ids, (offset * 5) % 16, Int32Array),
        ] as const;
        const [x, y, z] = memory;
        const options = { ...everything, dtype, shape, ids: z.view };
        const actual = score(x.view, y.view, options);
        for (const one of memory) one.check();
        expectEqual(actual, expected, `${classes} classes at ${offset}`);
        expect(Buffer.from(x.view.buffer, x.view.byteOffset, x.view.byteLength)).toEqual(
          Buffer.from(values.buffer, values.byteOffset, values.byteLength),
        );
        expect([...y.view, ...z.view]).toEqual([...targets, ...ids]);
      }
    }
  });

  it('padding is never read, nor what lies behind the last row', () => {
    for (const classes of [1, 5, 16, 33, 100]) {
      const stride = classes + 7;
      const plain = normalLogits(3 * classes, { seed: classes });
      const padded = new Float32Array(2 * stride + classes).fill(NaN);
      for (let row = 0; row < 3; row++) {
        padded.set(plain.subarray(row * classes, (row + 1) * classes), row * stride);
      }
      const memory = guarded(padded, 3);
      const options = { ...everything, shape: [3, classes] };
      const expected = score(plain, undefined, options);
      const actual = score(memory.view, undefined, { ...options, rowStride: stride });
      memory.check();
      expectEqual(actual, expected, `${classes} classes`);
    }
  });
});

describe('results', () => {
  const rows = 5;
  const logits = normalLogits(rows * 4, { seed: 1 });
  const options = { ...everything, shape: [rows, 4], ids: new Int32Array(2 * rows) };

  it('have their lengths', () => {
    const scores = score(logits, new Int32Array(rows), options);
    for (const [name, array] of Object.entries({ ...floatsOf(scores), ...integersOf(scores) })) {
      const width = name.startsWith('top') ? 3 : name === 'idLogProbs' ? 2 : 1;
      expect(array, name).toHaveLength(width * rows);
    }
  });

  it('lie apart, from each other and from what is read', () => {
    const targets = new Int32Array(rows);
    const scores = score(logits, targets, options);
    const before = scoreBytes(scores).toString('hex');
    const arrays = [...Object.values(floatsOf(scores)), ...Object.values(integersOf(scores))];
    const kept = arrays.map((array) => array.slice());
    for (const [i, array] of arrays.entries()) {
      array.fill(99);
      for (const [j, other] of arrays.entries()) {
        if (j !== i) expect(other).toEqual(kept[j]);
      }
      array.set(kept[i] as Float32Array);
    }
    logits.slice().fill(0);
    expect(scoreBytes(scores).toString('hex')).toBe(before);
    expect([...options.ids, ...targets]).toEqual(new Array(3 * rows).fill(0));
  });

  it('keep no reference to what was read', () => {
    const own = logits.slice();
    const targets = new Int32Array(rows);
    const scores = score(own, targets, options);
    const before = scoreBytes(scores).toString('hex');
    own.fill(NaN);
    targets.fill(3);
    expect(scoreBytes(scores).toString('hex')).toBe(before);
  });
});

describe.each(arrayNames)('%s', (name) => {
  const result = (given: Arguments) => scoreBytes(call(given) as AnyScores).toString('hex');

  it('in shared memory, at an offset', () => {
    const given = right();
    const array = given[name] as Int32Array;
    const type = array.constructor as Int32ArrayConstructor;
    const bytes = array.byteLength + 24;
    for (const buffer of [new SharedArrayBuffer(bytes), new ArrayBuffer(bytes)]) {
      const view = new type(buffer as ArrayBuffer, 8, array.length);
      view.set(array);
      expect(result({ ...given, [name]: view })).toBe(result(right()));
    }
  });

  it('of another realm', () => {
    const given = right();
    const array = given[name] as Int32Array;
    const type = array.constructor;
    const foreign = runInNewContext(`new ${type.name}(${array.length})`) as Int32Array;
    foreign.set(array);
    expect(foreign).not.toBeInstanceOf(type);
    expect(result({ ...given, [name]: foreign })).toBe(result(right()));
  });

  it('without elements, detached', () => {
    const type = (right()[name] as Int32Array).constructor as Int32ArrayConstructor;
    const empty: Arguments = {
      logits: new Float32Array(0),
      targets: new Int32Array(0),
      ids: new Int32Array(0),
      shape: [0, 3],
    };
    call(empty);
    fails({ ...empty, [name]: detached(new type(0)) }, DETACHED, name);
  });

  it('detached while the options are read', () => {
    for (const option of [...parameters.slice(2), 'unknown'].filter((key) => key !== name)) {
      const { [option]: value, ...given } = right();
      const array = given[name] as Int32Array;
      const { [name]: _, ...others } = given;
      const before = memoryOf(others);
      Object.defineProperty(given, option, {
        enumerable: true,
        get: () => {
          if (array.length > 0) detached(array);
          return value;
        },
      });
      const { logits, targets, ...options } = Object.getOwnPropertyDescriptors(given);
      const code = expect.stringMatching(`^(${DETACHED}|${SHAPE})$`);
      expect(
        () => unsafe(logits?.value, targets?.value, Object.defineProperties({}, options)),
        option,
      ).toThrow(expect.objectContaining({ code }));
      expect(memoryOf(others)).toEqual(before);
    }
  });

  it('detached while plain targets are read', () => {
    if (name === 'targets') return;
    const given = right();
    const get = () => {
      const array = given[name] as Int32Array;
      if (array.length > 0) detached(array);
      return 1;
    };
    const targets = Object.defineProperty([0, 2], 1, { get });
    const code = expect.stringMatching(`^(${DETACHED}|${SHAPE})$`);
    expect(() => call({ ...given, targets })).toThrow(expect.objectContaining({ code }));
  });

  it.runIf(resizesBuffers).each([true, false])(
    'in a buffer that shrinks; of a fixed length: %s',
    (fixed) => {
      const given = right();
      const array = given[name] as Int32Array;
      const type = array.constructor as Int32ArrayConstructor;
      const bytes = array.byteLength + 8;
      const buffer = Reflect.construct(ArrayBuffer, [
        bytes,
        { maxByteLength: 64 },
      ]) as ArrayBuffer & {
        resize(bytes: number): void;
      };
      const view = new type(buffer, 8, fixed ? array.length : undefined);
      view.set(array);
      const all = { ...given, [name]: view };
      expect(result(all)).toBe(result(right()));
      for (const shrunk of [bytes - 4, 8, 4, 0]) {
        // A view that follows its buffer has none left at 8: no ids are asked for.
        if (name === 'ids' && !fixed && shrunk === 8) continue;
        buffer.resize(shrunk);
        fails(all, `${DETACHED}|${SHAPE}`);
      }
    },
  );

  it('whose length lies', () => {
    for (const lie of [0, 1, 2, 12, 2 ** 45, -1, 1.5, NaN, '6', null]) {
      const given = right();
      for (const key of ['length', 'byteLength', 'byteOffset']) {
        Object.defineProperty(given[name], key, { configurable: true, get: () => lie });
      }
      let bytes: string | undefined;
      try {
        bytes = result(given);
      } catch (error) {
        expect(error).toHaveProperty('code');
      }
      if (bytes !== undefined) expect(bytes).toBe(result(right()));
    }
  });
});
