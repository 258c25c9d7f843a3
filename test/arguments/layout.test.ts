import { describe, expect, it } from 'vitest';
import { logSumExp, softmax } from '../../lib/index.js';
import {
  type Arguments,
  call,
  caseOf,
  elementsOf,
  expectError,
  functionNames,
  MEMORY,
  numbers,
  rightArguments,
  SHAPE,
  signatures,
  TYPE,
  VALUE,
} from '../support/tables/calls.js';

// How flat arrays are laid out: shape, axis, dtype, rowStride.

/** Right arguments without those that are tied to the layout. */
function loose(name: (typeof functionNames)[number]): Arguments {
  const { dtype: _, rowStride: __, ...rest } = rightArguments(name);
  return rest;
}

describe.each(functionNames)('%s', (name) => {
  const { inputs, outputs, factors, sizes } = signatures[name];
  const withoutOutputs = (given: Arguments) => ({
    ...given,
    ...Object.fromEntries(outputs.map((output) => [output, undefined])),
  });

  it.each([
    // biome-ignore lint/suspicious/noSparseArray: the hole is the case
    ['a hole', [2, , 3], TYPE, 'shape[1]'],
    ['holes only', new Array(2 ** 32 - 1), TYPE, 'shape[0]'],
    ['a string', [2, '3'], TYPE, 'shape[1]'],
    ['a bigint', [2n, 3], TYPE, 'shape[0]'],
    ['null', [null, 3], TYPE, 'shape[0]'],
    ['a symbol', [2, Symbol('x')], TYPE, 'shape[1]'],
    ['an array', [[2, 3]], TYPE, 'shape[0]'],
    ['floats', Float32Array.of(2, 3), TYPE, 'shape'],
    ['a typed array of too few', Int32Array.of(2, 2), SHAPE, 'shape'],
    ['something like an array', { length: 2, 0: 2, 1: 3 }, TYPE, 'shape'],
    ['a fraction', [2, 3.5], VALUE, 'shape[1]'],
    ['NaN', [NaN, 3], VALUE, 'shape[0]'],
    ['Infinity', [2, Infinity], VALUE, 'shape[1]'],
    ['2^53', [2 ** 53, 3], VALUE, 'shape[0]'],
    ['negatives', [-2, -3], VALUE, 'shape[0]'],
    ['too few elements', [2, 2], SHAPE, 'shape'],
    ['no elements', [2, 0], SHAPE, 'shape'],
    ['a product of 2^64', [2 ** 32, 2 ** 32], SHAPE, 'shape'],
    ['a product beyond float64', new Array(30).fill(2 ** 50), SHAPE, 'shape'],
    ['an infinite product by zero', [...new Array(30).fill(2 ** 50), 0], SHAPE, 'shape'],
  ])('refuses a shape with %s', (_, shape, code, about) => {
    expectError(name, { ...loose(name), shape }, code, about);
    expectError(name, withoutOutputs({ ...loose(name), shape }), code, about);
  });

  it.each([
    [[-0, 3], 1, 0],
    [[3, -0], 0, 0],
    [[0, 3], -0, 3],
  ])('takes the shape %j and the axis %d', (shape, axis, rows) => {
    const one = caseOf(name);
    const given = Object.fromEntries(inputs.map((input) => [input, new Float32Array(0)]));
    if (inputs.includes('targets')) {
      const perLogit = elementsOf(one, 'targets') === 6;
      Object.assign(given, { targets: perLogit ? [] : new Int32Array(rows) });
    }
    const ignored = signatures[name].settings.includes('ignoreIndex') && { ignoreIndex: 0 };
    call(name, { ...given, options: { shape, axis, ...ignored } });
  });

  it.each([2, -3, 0.5, Infinity])('refuses the axis %d', (axis) => {
    expectError(name, { ...loose(name), axis }, VALUE, 'axis');
  });

  it.each(inputs.slice(1))('refuses too few and too many elements of %s', (input) => {
    const right = loose(name);
    const array = right[input] as Float32Array;
    const type = array.constructor as new (length: number) => Float32Array;
    for (const length of [0, array.length - 1, array.length + 1, 3 * array.length]) {
      expectError(name, { ...right, [input]: new type(length) }, SHAPE, `shape|${input}`);
    }
  });

  it.each([...factors, ...outputs])('refuses too few and too many elements of %s', (option) => {
    const right = loose(name);
    const { length } = right[option] as Float32Array;
    // The weight of binaryCrossEntropy has one element per class or per logit: 3 or 6.
    for (const wrong of [0, 1, length - 1, length + 1, 4 * length].filter((n) => n !== length)) {
      expectError(name, { ...right, [option]: new Float32Array(wrong) }, SHAPE, option);
    }
  });

  it.each([
    ['float64', VALUE],
    ['float16', VALUE],
    ['bfloat16', VALUE],
    ['Float32', VALUE],
    ['int32', VALUE],
    ['toString', VALUE],
    ['', VALUE],
    [5, TYPE],
    [['float32'], TYPE],
  ])('refuses the dtype %j for a Float32Array', (dtype, code) => {
    expectError(name, { ...rightArguments(name), dtype }, code, 'dtype');
  });

  describe('of a Uint16Array', () => {
    /** Powers of two, whose bits are easily told: float16 first, then bfloat16. */
    const bits = { float16: [0x3c00, 0x4000, 0xc000], bfloat16: [0x3f80, 0x4000, 0xc000] };
    const values = [1, 2, -2, 1, 1, 2];
    const indices = [0, 1, 2, 0, 0, 1];
    const likeLogits = inputs.filter((input) => input !== 'targets');
    const given = (make: () => unknown) => ({
      ...withoutOutputs(loose(name)),
      ...Object.fromEntries(likeLogits.map((input) => [input, make()])),
    });

    it.each(['float16', 'bfloat16'] as const)('takes the dtype %s', (dtype) => {
      const halves = () => Uint16Array.from(indices, (index) => bits[dtype][index] as number);
      const result = call(name, { ...given(halves), dtype, rowStride: 3 });
      const expected = call(
        name,
        given(() => Float32Array.from(values)),
      );
      expect(result).toEqual(expected);
    });

    it('needs a dtype, and that of 16 bits', () => {
      const halves = () => new Uint16Array(6);
      for (const dtype of [undefined, 'float32', 'float64', 'uint16']) {
        expectError(name, { ...given(halves), dtype }, VALUE, 'dtype');
      }
      expectError(name, { ...given(halves), dtype: null }, TYPE, 'dtype');
    });

    it('is written nowhere: results are Float32Arrays', () => {
      const halves = new Uint16Array(6);
      for (const output of outputs) {
        const more = { dtype: 'float16', [output]: halves };
        expectError(name, { ...given(() => halves), ...more }, TYPE, output);
      }
    });
  });

  it('of a Float64Array writes Float64Arrays alone', () => {
    const right = rightArguments(name, caseOf(name, 'Float64Array'));
    for (const output of outputs) {
      const { length } = right[output] as Float64Array;
      expectError(name, { ...right, [output]: new Float32Array(length) }, TYPE, output);
    }
    expectError(name, { ...right, dtype: 'float32' }, VALUE, 'dtype');
    call(name, right);
  });

  describe('rowStride', () => {
    const padded = (length: number) => new Float32Array(length).fill(0.5);
    const likeLogits = inputs.filter((input) => input !== 'targets');
    /** Rows of three elements, `length` elements in all for every input like the logits. */
    const strided = (rowStride: unknown, length: number): Arguments => ({
      ...loose(name),
      ...Object.fromEntries(likeLogits.map((input) => [input, padded(length)])),
      rowStride,
    });

    it.each([2, 1, 0, -3, 2.5, NaN, Infinity, 2 ** 53])('refuses %d for three classes', (value) => {
      expectError(name, { ...loose(name), rowStride: value }, VALUE, 'rowStride');
    });

    it.each([null, '3', 3n, [3]])('refuses %o', (value) => {
      expectError(name, { ...loose(name), rowStride: value }, TYPE, 'rowStride');
    });

    it.each([8, 9, 10])('of 5: %d elements for two rows are enough', (length) => {
      call(name, strided(5, length));
    });

    it.each([0, 6, 7, 11, 15])('of 5: %d elements for two rows do not fit', (length) => {
      const about = `shape|rowStride|${likeLogits.join('|')}`;
      expectError(name, strided(5, length), SHAPE, about);
    });

    it.each([2 ** 31, 2 ** 32, 2 ** 52, Number.MAX_SAFE_INTEGER])('of %d', (rowStride) => {
      expectError(name, strided(rowStride, 6), SHAPE);
      // One row has no other.
      const one = { ...strided(rowStride, 3), shape: [1, 3] };
      for (const [key, per] of Object.entries(sizes)) {
        if (per === 'row') Object.assign(one, { [key]: undefined });
      }
      const perLogit = elementsOf(caseOf(name), 'targets') === 6;
      if (inputs.includes('targets')) Object.assign(one, { targets: perLogit ? [0, 1, 0] : [1] });
      call(name, withoutOutputs(one));
    });

    it.each([0, -2])('refuses the axis %d', (axis) => {
      const given = withoutOutputs({ ...loose(name), axis, rowStride: 3 });
      expectError(name, given, `${VALUE}|${SHAPE}`);
      const square = { ...given, rowStride: 6 };
      expectError(name, square, `${VALUE}|${SHAPE}`);
    });

    it.each(likeLogits.slice(1))('holds for %s too', (input) => {
      const about = `shape|rowStride|${input}`;
      expectError(name, { ...strided(5, 8), [input]: padded(6) }, SHAPE, about);
      call(name, { ...strided(5, 8), [input]: padded(10) });
    });

    it('leaves results dense', () => {
      for (const output of outputs) {
        const { length } = loose(name)[output] as Float32Array;
        const wrong = { ...strided(5, 8), [output]: new Float32Array(length + 2) };
        expectError(name, wrong, SHAPE, output);
        const result = call(name, strided(5, 8));
        expect(numbers(result)).toEqual(numbers(call(name, strided(3, 6))));
      }
    });
  });
});

it('rowStride is refused by name where the axis is not the last', () => {
  const logits = new Float32Array(6);
  expectError('softmax', { logits, shape: [2, 3], axis: 0, rowStride: 3 }, VALUE, 'rowStride');
  expectError(
    'logSumExp',
    { logits, shape: [2, 3, 1], axis: [0, 2], rowStride: 3 },
    VALUE,
    'rowStride',
  );
  expect(softmax(logits, { shape: [2, 3], axis: -1, rowStride: 3 })).toHaveLength(6);
});

describe('the axes of logSumExp', () => {
  it.each([
    [[], VALUE, 'axis'],
    [[0, -2], VALUE, 'axis'],
    [[-0, 0], VALUE, 'axis'],
    [[1, 0, -1], VALUE, 'axis'],
    [[0, 2], VALUE, 'axis[1]'],
    [[0.5], VALUE, 'axis[0]'],
    [['0'], TYPE, 'axis[0]'],
    [[[0]], TYPE, 'axis[0]'],
    [new Array(2), TYPE, 'axis[0]'],
    [Float32Array.of(0, 1), TYPE, 'axis'],
  ])('%j', (axis, code, about) => {
    expectError('logSumExp', { ...loose('logSumExp'), axis }, code, about);
  });

  it.each([
    ['one axis', [2 ** 40, 0], 1],
    ['neighbours', [2 ** 40, 0, 3], [1, 2]],
    ['axes apart', [0, 2 ** 40, 3], [0, 2]],
    ['many rows', [0, 2 ** 52, 2], 0],
  ])('%s with more rows than an array can have', (_, shape, axis) => {
    expectError('logSumExp', { logits: new Float32Array(0), shape, axis }, MEMORY, 'out');
  });

  it('may be among many', () => {
    const [data, shape] = [Float32Array.of(0, 1), [1, 2, ...new Array(20_000).fill(1)]];
    const expected = logSumExp(data, { shape: [2, 1] });
    expect(logSumExp(data, { shape, axis: [0, 2] })).toEqual(expected);
  });

  it('may be apart for every type of element', () => {
    const values = [1, -2, 3, 4, 5, 6];
    const options = { shape: [3, 2, 1], axis: [0, 2] };
    const single = logSumExp(Float32Array.from(values), options);
    const double = logSumExp(Float64Array.from(values), options);
    expect(double).toBeInstanceOf(Float64Array);
    for (const [row, value] of single.entries()) {
      expect(value / (double[row] as number)).toBeCloseTo(1, 6);
    }
    const half = Uint16Array.of(0x3c00, 0xc000, 0x4200, 0x4400, 0x4500, 0x4600);
    expect(logSumExp(half, { ...options, dtype: 'float16' })).toEqual(single);
  });
});
