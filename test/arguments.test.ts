import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  crossEntropy,
  crossEntropyWithGradient,
  logSoftmax,
  logSumExp,
  softmax,
} from '../lib/index.js';

// Every argument and every option of every function, replaced by everything that it is not.

const functions = { softmax, logSoftmax, logSumExp, crossEntropy, crossEntropyWithGradient };
type FunctionName = keyof typeof functions;
const functionNames = Object.keys(functions) as FunctionName[];
type Arguments = Record<string, unknown>;

const hasTargets = (name: FunctionName) => name.startsWith('cross');
/** Right arguments, flat: two rows of three classes, every option given. */
function rightArguments(name: FunctionName): Arguments {
  const perRow = name !== 'softmax' && name !== 'logSoftmax';
  return {
    logits: Float32Array.of(1, -2, 3, 4, 5, 6),
    shape: [2, 3],
    axis: 1,
    out: new Float32Array(perRow ? 2 : 6).fill(7),
    ...(hasTargets(name) && {
      targets: Int32Array.of(0, 2),
      reduction: 'none',
      ignoreIndex: -100,
    }),
    ...(name === 'crossEntropyWithGradient' && { gradient: new Float32Array(6).fill(7) }),
  };
}

const optionNames = (name: FunctionName) =>
  Object.keys(rightArguments(name)).filter((key) => key !== 'logits' && key !== 'targets');
const parameters = (name: FunctionName) => ['options', ...Object.keys(rightArguments(name))];

function call(name: FunctionName, given: Arguments): unknown {
  const { logits, targets, options: replaced, ...rest } = given;
  const options = 'options' in given ? replaced : rest;
  const run = functions[name] as (...values: unknown[]) => unknown;
  return hasTargets(name) ? run(logits, targets, options) : run(logits, options);
}

const classes: Record<string, new (message: string) => Error> = {
  ERR_INVALID_ARG_TYPE: TypeError,
  ERR_BUFFER_DETACHED: TypeError,
  ERR_INVALID_ARG_VALUE: RangeError,
  ERR_SHAPE_MISMATCH: RangeError,
  ERR_TARGET_OUT_OF_RANGE: RangeError,
  ERR_MEMORY_ALLOCATION_FAILED: RangeError,
};
type Coded = Error & { code: string };

const bytesOf = (value: unknown) =>
  ArrayBuffer.isView(value) && value.byteLength > 0
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')
    : '';

/** The call's error, which has a class, a code and a sentence, and has left all memory alone. */
function errorOf(name: FunctionName, given: Arguments): Coded {
  const before = Object.values(given).map(bytesOf);
  let error: unknown;
  try {
    call(name, given);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(Error);
  const coded = error as Coded;
  expect(Object.keys(classes)).toContain(coded.code);
  expect(Object.getPrototypeOf(coded)).toBe(classes[coded.code]?.prototype);
  expect(coded.message).toMatch(/^Expected .+ for \S+, received .+$/s);
  expect(Object.values(given).map(bytesOf)).toEqual(before);
  return coded;
}

function expectError(name: FunctionName, given: Arguments, code: string, about: string): Coded {
  const error = errorOf(name, given);
  expect(error).toMatchObject({ code, message: expect.stringContaining(` for ${about}`) });
  return error;
}

/** Either a result or such an error. */
function expectAnswer(name: FunctionName, given: Arguments): void {
  try {
    call(name, given);
  } catch {
    errorOf(name, given);
  }
}

/** Options of other functions, of later versions, and mistypings. */
const unknownOptions = (
  'weight labelSmoothing zLoss emptyMean upstream temperature softcap dtype rowStride threads ' +
  'signal Axis toString __proto__x reduction ignoreIndex gradient'
).split(' ');

const TYPE = 'ERR_INVALID_ARG_TYPE';
const VALUE = 'ERR_INVALID_ARG_VALUE';
const SHAPE = 'ERR_SHAPE_MISMATCH';

function detached<T extends ArrayBufferView>(array: T): T {
  structuredClone(array.buffer, { transfer: [array.buffer as ArrayBuffer] });
  return array;
}

const targetTypes = [Int8Array, Uint8Array, Int16Array, Uint16Array, Int32Array, Uint32Array];
const bigTargetTypes = [BigInt64Array, BigUint64Array];
const otherTypes = [Uint8ClampedArray, Float32Array, Float64Array];

/** Everything that someone may pass: made anew for each case. */
const values: Record<string, () => unknown> = {
  null: () => null,
  NaN: () => NaN,
  '-1': () => -1,
  '2^53': () => 2 ** 53,
  'an empty string': () => '',
  'a string': () => 'x',
  true: () => true,
  'a symbol': () => Symbol('x'),
  'a function': () => () => 1,
  'a class': () => Float32Array,
  '{}': () => ({}),
  '[]': () => [],
  'a bigint': () => 1n,
  ...Object.fromEntries(
    [...targetTypes, ...bigTargetTypes, ...otherTypes].map((type) => [
      type.name,
      () => new type(3),
    ]),
  ),
  DataView: () => new DataView(new ArrayBuffer(24)),
  ArrayBuffer: () => new ArrayBuffer(24),
  SharedArrayBuffer: () => new SharedArrayBuffer(24),
  'a detached array': () => detached(new Float32Array(6)),
  'an empty array': () => new Float32Array(0),
  'a proxy': () => new Proxy(new Float32Array(6), {}),
  'an heir without elements': () => Object.create(Float32Array.prototype),
  'an array whose properties throw': () =>
    new Proxy({}, { get: (_, key) => key in Float32Array.prototype && expect.unreachable() }),
};

const outputs = {
  Float32Array: SHAPE,
  'an empty array': SHAPE,
  'a detached array': 'ERR_BUFFER_DETACHED',
};
const integers = { NaN: VALUE, '2^53': VALUE, '-1': 'fine' };

/** What each value is for each parameter: ERR_INVALID_ARG_TYPE unless listed here. */
const verdicts: Record<string, Record<string, string>> = {
  logits: outputs,
  targets: {
    '[]': SHAPE,
    ...Object.fromEntries([...targetTypes, ...bigTargetTypes].map(({ name }) => [name, SHAPE])),
  },
  // An object without any property of its own is options without any option.
  options: Object.fromEntries(
    Object.keys(values).map((label) => [
      label,
      typeof values[label]?.() === 'object' && label !== 'null' ? 'error or not' : TYPE,
    ]),
  ),
  // No dimensions: one number, so that there is no axis 1.
  shape: { '[]': 'error or not' },
  axis: integers,
  reduction: { 'an empty string': VALUE, 'a string': VALUE },
  ignoreIndex: integers,
  out: outputs,
  gradient: outputs,
};

const cells = functionNames.flatMap((name) =>
  parameters(name).flatMap((parameter) =>
    Object.keys(values).map((label) => ({
      name,
      parameter,
      label,
      verdict:
        name === 'logSumExp' && parameter === 'axis' && label === '[]'
          ? VALUE
          : (verdicts[parameter]?.[label] ?? TYPE),
    })),
  ),
);

it.each(cells)('$name: $label as $parameter: $verdict', ({ name, parameter, label, verdict }) => {
  const given = { ...rightArguments(name), [parameter]: values[label]?.() };
  if (verdict === 'fine') {
    call(name, given);
  } else if (verdict === 'error or not') {
    expectAnswer(name, given);
  } else {
    // Logits that are too few are told by the shape.
    const about = parameter === 'logits' && verdict === SHAPE ? 'shape' : parameter;
    expectError(name, given, verdict, about);
  }
});

describe.each(functionNames)('%s', (name) => {
  const right = () => rightArguments(name);

  it('takes its right arguments, and every option left out or undefined', () => {
    call(name, right());
    for (const option of optionNames(name).filter((key) => key !== 'shape')) {
      const out = option === 'reduction' ? undefined : right().out;
      call(name, { ...right(), out, [option]: undefined });
    }
    const empty = { logits: Float32Array.of(1, 2, 3), ...(hasTargets(name) && { targets: [1] }) };
    for (const options of [undefined, {}, Object.create(null)]) call(name, { ...empty, options });
  });

  it('words its errors', () => {
    const message = (given: Arguments) => errorOf(name, { ...right(), ...given }).message;
    const length = (right().out as Float32Array).length;
    expect(message({ logits: [1, 2] })).toBe(
      'Expected a Float32Array for logits, received [ 1, 2 ]',
    );
    expect(message({ logits: undefined })).toBe(
      'Expected a Float32Array for logits, received undefined',
    );
    expect(message({ axis: 2 })).toBe('Expected an integer from -2 to 1 for axis, received 2');
    expect(message({ shape: [-2, 3] })).toBe('Expected an integer >= 0 for shape[0], received -2');
    expect(message({ out: new Float32Array(5) })).toBe(
      `Expected ${length} elements for out, received 5`,
    );
    expect(message({ logits: detached(new Float32Array(6)) })).toMatch(/logits, received .*detach/);
    expect(message({ logits: 'x'.repeat(1e5) }).length).toBeLessThan(300);
    expect(message({ logits: new Error('x'.repeat(1e5)) }).length).toBeLessThan(300);
  });

  const foreign = unknownOptions.filter((option) => !optionNames(name).includes(option));
  it.each(foreign)('refuses the option %s by name, and accepts it undefined', (option) => {
    for (const value of [null, 0, 'x', new Float32Array(3)]) {
      const error = expectError(name, { ...right(), [option]: value }, VALUE, 'options');
      expect(error.message).toContain(`'${option}'`);
    }
    call(name, { ...right(), [option]: undefined });
  });

  it.each([
    // biome-ignore lint/suspicious/noSparseArray: the hole is the case
    ['a hole', [2, , 3], TYPE, 'shape[1]'],
    ['holes only', new Array(2 ** 32 - 1), TYPE, 'shape[0]'],
    ['a string', [2, '3'], TYPE, 'shape[1]'],
    ['a bigint', [2n, 3], TYPE, 'shape[0]'],
    ['null', [null, 3], TYPE, 'shape[0]'],
    ['an array', [[2, 3]], TYPE, 'shape[0]'],
    ['a typed array', Int32Array.of(2, 3), TYPE, 'shape'],
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
    expectError(name, { ...right(), shape }, code, about);
    expectError(name, { ...right(), shape, out: undefined, gradient: undefined }, code, about);
  });

  it.each([
    [[-0, 3], 1, 0],
    [[3, -0], 0, 0],
    [[0, 3], -0, 3],
  ])('takes the shape %j and the axis %d', (shape, axis, rows) => {
    const targets = new Int32Array(rows);
    const options = { shape, axis, ...(hasTargets(name) && { ignoreIndex: 0 }) };
    call(name, { logits: new Float32Array(0), targets, options });
  });

  it.each([2, -3, 0.5, Infinity])('refuses the axis %d', (axis) => {
    expectError(name, { ...right(), axis }, VALUE, 'axis');
  });

  it('lets the errors of getters through', () => {
    const own = new Error('mine');
    const throwOwn = () => {
      throw own;
    };
    const trap = (target: object, key: PropertyKey) =>
      Object.defineProperty(target, key, { enumerable: true, get: throwOwn });
    for (const option of [...optionNames(name), 'unknown']) {
      expect(() => call(name, { ...right(), options: trap({}, option) })).toThrow(own);
    }
    expect(() => call(name, { ...right(), shape: trap([2, 3], 1) })).toThrow(own);
    if (hasTargets(name)) {
      expect(() => call(name, { ...right(), targets: trap([0, 1], 1) })).toThrow(own);
    }
    if (name === 'logSumExp') {
      expect(() => call(name, { ...right(), axis: trap([0, 1], 1) })).toThrow(own);
    }
  });

  it('reads options that a class defines as accessors', () => {
    class Accessors {
      get shape() {
        return [2, 3];
      }
    }
    const { logits, targets } = right();
    const expected = call(name, { logits, targets, shape: [2, 3] });
    expect(call(name, { logits, targets, options: new Accessors() })).toEqual(expected);
  });

  it('answers anything with a result or an error with a code', () => {
    const anything = fc.anything({ withBigInt: true, withSparseArray: true, withTypedArray: true });
    const known = fc.record(
      Object.fromEntries(parameters(name).map((parameter) => [parameter, anything])),
      { requiredKeys: [] },
    );
    const check = (replaced: Arguments) => {
      for (const [parameter, value] of Object.entries(replaced)) {
        expectAnswer(name, { ...right(), [parameter]: value });
      }
    };
    fc.assert(fc.property(known, check), { seed: 1, numRuns: 300 });
  });
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
    [Int32Array.of(0, 1), TYPE, 'axis'],
  ])('%j', (axis, code, about) => {
    expectError('logSumExp', { ...rightArguments('logSumExp'), axis }, code, about);
  });

  it.each([
    ['one axis', [2 ** 40, 0], 1],
    ['neighbours', [2 ** 40, 0, 3], [1, 2]],
    ['axes apart', [0, 2 ** 40, 3], [0, 2]],
    ['many rows', [0, 2 ** 52, 2], 0],
  ])('%s with more rows than an array can have', (_, shape, axis) => {
    const given = { logits: new Float32Array(0), shape, axis };
    expectError('logSumExp', given, 'ERR_MEMORY_ALLOCATION_FAILED', 'out');
  });

  it('may be among many', () => {
    const [data, shape] = [Float32Array.of(0, 1), [1, 2, ...new Array(20_000).fill(1)]];
    const expected = logSumExp(data, { shape: [2, 1] });
    expect(logSumExp(data, { shape, axis: [0, 2] })).toEqual(expected);
  });
});

describe.each(['crossEntropy', 'crossEntropyWithGradient'] as const)(
  'the targets of %s',
  (name) => {
    const run = (targets: unknown, more: Arguments = {}) => ({
      logits: Float32Array.of(1, 2, 3, 4, -5, 6, 7, 8, 9, 0, 1, 0),
      shape: [4, 3],
      targets,
      ...more,
    });

    it.each([
      ['holes', new Array(2 ** 32 - 1), TYPE, 'targets[0]'],
      ['a string', [0, '1', 2, 0], TYPE, 'targets[1]'],
      ['null', [0, 1, null, 0], TYPE, 'targets[2]'],
      ['a bigint', [0, 1, 2n, 0], TYPE, 'targets[2]'],
      ['a fraction', [0, 0.5, 2, 0], VALUE, 'targets[1]'],
      ['NaN', [0, 1, 2, NaN], VALUE, 'targets[3]'],
      ['2^53', [0, 2 ** 53, 2, 0], VALUE, 'targets[1]'],
      ['too few', [0, 1, 2], SHAPE, 'targets'],
      ['too many', [0, 1, 2, 0, 1], SHAPE, 'targets'],
    ])('a plain array with %s', (_, targets, code, about) => {
      expectError(name, run(targets), code, about);
    });

    it('takes -0 as 0', () => {
      const zero = call(name, run([0, 1, 2, 0]));
      expect(call(name, run([-0, 1, 2, -0]))).toEqual(zero);
      expect(call(name, run([0, 1, 2, 0], { ignoreIndex: -0 }))).not.toEqual(zero);
    });

    it.each(['Mean', 'avg', 'toString', '__proto__', 'none '])('the reduction %j', (reduction) => {
      expectError(name, run([0, 1, 2, 0], { reduction }), VALUE, 'reduction');
    });

    it.each(['mean', 'sum', undefined])('out with the reduction %j', (reduction) => {
      const out = new Float32Array(4).fill(7);
      expectError(name, run([0, 1, 2, 0], { reduction, out }), VALUE, 'out');
    });
  },
);
