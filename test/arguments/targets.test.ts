import { describe, expect, it } from 'vitest';
import {
  type Arguments,
  call,
  classLossNames,
  expectError,
  numbers,
  RANGE,
  SHAPE,
  TYPE,
  VALUE,
} from '../support/tables/calls.js';

// The targets: classes for three losses, labels for one.

const floats = { Float32Array, Float64Array };
type Targets = ArrayLike<number | bigint>;

describe.each(classLossNames)('the classes of %s', (name) => {
  const first = name === 'nllLoss' ? 'logProbabilities' : 'logits';
  const values = [-1, -2, -3, -4, -5, -6, -7, -8, -9, 0, -1, 0];
  const given = (targets: unknown, more: Arguments = {}): Arguments => ({
    [first]: Float32Array.from(values),
    shape: [4, 3],
    targets,
    ...more,
  });

  it.each([
    ['holes', new Array(2 ** 32 - 1), TYPE, 'targets[0]'],
    ['a string', [0, '1', 2, 0], TYPE, 'targets[1]'],
    ['null', [0, 1, null, 0], TYPE, 'targets[2]'],
    ['undefined', [0, 1, undefined, 0], TYPE, 'targets[2]'],
    ['a large bigint', [0, 1, 2n ** 53n, 0], VALUE, 'targets[2]'],
    ['a boolean', [true, 1, 2, 0], TYPE, 'targets[0]'],
    ['a symbol', [0, Symbol('x'), 2, 0], TYPE, 'targets[1]'],
    ['a fraction', [0, 0.5, 2, 0], VALUE, 'targets[1]'],
    ['NaN', [0, 1, 2, NaN], VALUE, 'targets[3]'],
    ['Infinity', [0, 1, 2, Infinity], VALUE, 'targets[3]'],
    ['2^53', [0, 2 ** 53, 2, 0], VALUE, 'targets[1]'],
    ['too few', [0, 1, 2], SHAPE, 'targets'],
    ['too many', [0, 1, 2, 0, 1], SHAPE, 'targets'],
  ])('are no plain array with %s', (_, targets, code, about) => {
    expectError(name, given(targets), code, about);
  });

  it('are no clamped bytes', () => {
    expectError(name, given(new Uint8ClampedArray(4)), TYPE, 'targets');
  });

  it('may be a tensor, whose dimensions are those of the rows', () => {
    const expected = call(name, given([0, 1, 2, 0]));
    const data = BigInt64Array.of(0n, 1n, 2n, 0n);
    for (const dims of [[4], [4, 1], [1, 4], [2, 2], Int32Array.of(4), undefined]) {
      expect(call(name, given({ data, dims }))).toEqual(expected);
    }
    const rows = { shape: [2, 2, 3] };
    expect(call(name, given({ data, shape: [2, 2] }, rows))).toEqual(expected);
    for (const dims of [[3], [2, 3], [4, 2]]) {
      expectError(name, given({ data, dims }), SHAPE, 'targets');
    }
    const logits = { [first]: new Float32Array(24), shape: [2, 4, 3] };
    const eight = { data: new Int32Array(8), dims: [4, 2] };
    expectError(name, given(eight, logits), SHAPE, 'targets');
    expectError(name, given({ dims: [4] }), TYPE, 'targets.data');
  });

  it('may be bigints, and lists of lists', () => {
    const expected = call(name, given([0, 1, 2, 0]));
    expect(call(name, given([0n, 1n, 2n, 0n]))).toEqual(expected);
    expect(
      call(
        name,
        given(
          [
            [0, 1],
            [2, 0],
          ],
          { shape: [2, 2, 3] },
        ),
      ),
    ).toEqual(expected);
    expectError(name, given([[0, 1], [2]], { shape: [2, 2, 3] }), SHAPE, 'targets[1]');
    expectError(name, given([0n, 3n, 2n, 0n]), RANGE, 'targets[1]');
  });

  it('say how many rows there are where no shape does', () => {
    const { shape: _, ...rest } = given([0, 1, 2, 0]);
    expect(call(name, rest)).toEqual(call(name, given([0, 1, 2, 0])));
    for (const count of [0, 5, 12]) {
      expectError(name, { ...rest, targets: new Int32Array(count) }, SHAPE, 'targets');
    }
  });

  it('are no floats of one a row', () => {
    for (const type of Object.values(floats)) {
      const code = name === 'nllLoss' ? TYPE : SHAPE;
      expectError(name, given(new type(4)), code, 'targets');
    }
  });

  it('are no floats at all for nllLoss', () => {
    if (name !== 'nllLoss') return;
    for (const type of Object.values(floats)) {
      expectError(name, given(new type(12)), TYPE, 'targets');
    }
  });

  it('may be -0, which is 0', () => {
    const zero = call(name, given([0, 1, 2, 0]));
    expect(call(name, given([-0, 1, 2, -0]))).toEqual(zero);
    expect(call(name, given([0, 1, 2, 0], { ignoreIndex: -0 }))).not.toEqual(zero);
    expect(call(name, given([0, 1, 2, 0], { ignoreIndex: [-0] }))).toEqual(
      call(name, given([-0, 1, 2, -0], { ignoreIndex: 0 })),
    );
  });

  it.each<[string, (values: never[]) => Targets, (number | bigint)[]]>([
    ['Int8Array', (list) => Int8Array.from(list), [-1, 3, 127, -128]],
    ['Uint8Array', (list) => Uint8Array.from(list), [3, 255]],
    ['Int16Array', (list) => Int16Array.from(list), [-1, 3, -32768]],
    ['Uint16Array', (list) => Uint16Array.from(list), [3, 65535]],
    ['Int32Array', (list) => Int32Array.from(list), [-1, 3, -(2 ** 31)]],
    ['Uint32Array', (list) => Uint32Array.from(list), [3, 2 ** 32 - 1]],
    ['BigInt64Array', (list) => BigInt64Array.from(list), [-1n, 3n, 2n ** 62n, -(2n ** 63n)]],
    ['BigUint64Array', (list) => BigUint64Array.from(list), [3n, 2n ** 63n, 2n ** 64n - 1n]],
    ['plain array', (list) => list, [-1, 3, 2 ** 31, 2 ** 40, -(2 ** 53 - 1)]],
  ])('beyond the row, in a %s: the first one is named, and may be ignored', (_, make, wrong) => {
    for (const target of wrong) {
      const good = typeof target === 'bigint' ? [0n, 2n] : [0, 2];
      const targets = make([good[0], target, good[1], target] as never[]);
      const outputs = {
        out: new Float32Array(4).fill(7),
        ...(name === 'crossEntropyWithGradient' && { gradient: new Float32Array(12).fill(7) }),
      };
      const layouts = [
        { shape: [4, 3] },
        { shape: [3, 4], axis: 0 },
        { shape: [2, 3, 2], axis: 1 },
      ];
      // What is not ignored stays wrong, whatever 64 bits wrap around to.
      const ignored = [-100, 2 ** 53 - 1, -(2 ** 53 - 1)].filter((n) => n !== Number(target));
      for (const layout of layouts) {
        for (const ignoreIndex of [...ignored, ignored, []]) {
          const options = { ...layout, ...outputs, reduction: 'none', ignoreIndex };
          const error = expectError(name, given(targets, options), RANGE, 'targets[1]');
          const argument = 'targets[1]';
          expect({ ...error }).toEqual({ code: RANGE, argument, row: 1, target });
          expect(error.received).toBe(target);
          expect(error.message).toContain(
            `${name}: targets[1] is ${target}, but there are 3 classes (0 to 2). `,
          );
        }
      }
      for (const reduction of ['mean', 'sum']) {
        const gradient = outputs.gradient && { gradient: outputs.gradient };
        expectError(name, given(targets, { reduction, ...gradient }), RANGE, 'targets[1]');
      }
      const ignoreIndex = Number(target);
      if (Number.isSafeInteger(ignoreIndex)) {
        const rows = [...values.slice(0, 3), ...values.slice(6, 9)];
        const kept = { [first]: Float32Array.from(rows), shape: [2, 3], targets: [0, 2] };
        const expected = numbers(call(name, kept))[0];
        for (const several of [ignoreIndex, [ignoreIndex], [-5, ignoreIndex, 1]]) {
          expect(numbers(call(name, given(targets, { ignoreIndex: several })))[0]).toBe(expected);
        }
      }
    }
  });

  it('beyond a row are told also where the row is padded, weightless or of float64', () => {
    const wrong = [0, 1, 3, 0];
    const weight = new Float32Array(3);
    const padded = new Float32Array(20);
    const about = 'targets[2]';
    expectError(name, given(wrong, { weight }), RANGE, about);
    expectError(name, given(wrong, { [first]: padded, rowStride: 5 }), RANGE, about);
    expectError(name, given(wrong, { [first]: new Float64Array(12) }), RANGE, about);
    const halves = { [first]: new Uint16Array(12), dtype: 'bfloat16' };
    expectError(name, given(wrong, halves), RANGE, about);
    // Before there is nothing to average.
    const ignored = { ignoreIndex: [0, 1], emptyMean: 'throw' };
    expectError(name, given(wrong, ignored), RANGE, about);
  });

  it('are all out of range where there is no class', () => {
    const empty = { [first]: new Float32Array(0), shape: [2, 0], targets: [-100, 0] };
    const error = expectError(name, empty, RANGE, 'targets[1]');
    expect(error).toMatchObject({ argument: 'targets[1]', row: 1, target: 0 });
  });
});

describe('the labels of binaryCrossEntropy', () => {
  const name = 'binaryCrossEntropy';
  const given = (targets: unknown): Arguments => ({
    logits: Float32Array.of(1, -2, 3, 4, -5, 6),
    shape: [2, 3],
    targets,
  });
  const labels = [0, 1, 1, 0, 0, 1];

  it.each([
    Int8Array,
    Uint8Array,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
  ])('may be in a %o', (type) => {
    const expected = call(name, given(labels));
    expect(call(name, given(type.from(labels)))).toBe(expected);
    for (const length of [0, 2, 5, 7]) {
      expectError(name, given(new type(length)), SHAPE, 'targets');
    }
  });

  it.each([BigInt64Array, BigUint64Array, Uint8ClampedArray])('are not in a %o', (type) => {
    expectError(name, given(new type(6)), TYPE, 'targets');
    expectError(name, given(new type(0)), TYPE, 'targets');
  });

  it.each([
    ['a string', [0, 1, '1', 0, 0, 1], 2],
    ['null', [0, 1, null, 0, 0, 1], 2],
    ['a boolean', [0, 1, 1, 0, 0, true], 5],
    ['holes', new Array(6), 0],
  ])('are no plain array with %s', (_, targets, index) => {
    expectError(name, given(targets), TYPE, `targets[${index}]`);
  });

  it('are no plain array of another length', () => {
    expectError(name, given([]), SHAPE, 'targets');
    expectError(name, given([0, 1]), SHAPE, 'targets');
    expectError(name, given([...labels, 0]), SHAPE, 'targets');
    expectError(name, given(new Array(2 ** 32 - 1)), `${SHAPE}|${TYPE}`, 'targets');
  });

  it('are of any size', () => {
    for (const value of [-1, 2, 0.5, 1e300, NaN, Infinity]) {
      const plain = call(name, given(labels.map(() => value)));
      const array = call(name, given(Float64Array.from(labels, () => value)));
      expect(plain).toEqual(array);
    }
  });

  it('may be negative integers', () => {
    const plain = call(name, given([-1, 2, 0, 1, 1, 127]));
    expect(call(name, given(Int8Array.of(-1, 2, 0, 1, 1, 127)))).toBe(plain);
  });
});
