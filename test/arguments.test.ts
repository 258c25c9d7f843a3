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
const optionNames = (name: FunctionName) => [
  'shape',
  'axis',
  'out',
  ...(hasTargets(name) ? ['reduction', 'ignoreIndex'] : []),
  ...(name === 'crossEntropyWithGradient' ? ['gradient'] : []),
];
const parameters = (name: FunctionName) => [
  'logits',
  ...(hasTargets(name) ? ['targets'] : []),
  'options',
  ...optionNames(name),
];

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

function call(name: FunctionName, given: Arguments): unknown {
  const { logits: input, targets, options: replaced, ...rest } = given;
  const options = 'options' in given ? replaced : rest;
  const run = functions[name] as (...values: unknown[]) => unknown;
  return hasTargets(name) ? run(input, targets, options) : run(input, options);
}

const classes: Record<string, new (message: string) => Error> = {
  ERR_INVALID_ARG_TYPE: TypeError,
  ERR_BUFFER_DETACHED: TypeError,
  ERR_INVALID_ARG_VALUE: RangeError,
  ERR_SHAPE_MISMATCH: RangeError,
  ERR_BUFFER_OVERLAP: RangeError,
  ERR_TARGET_OUT_OF_RANGE: RangeError,
};
type Coded = Error & { code: string; row?: number; target?: unknown };

const bytesOf = (value: unknown) =>
  ArrayBuffer.isView(value)
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

const laterOptions = (
  'weight labelSmoothing zLoss emptyMean upstream temperature softcap dtype rowStride threads ' +
  'signal Axis toString __proto__x'
).split(' ');

const TYPE = 'ERR_INVALID_ARG_TYPE';
const VALUE = 'ERR_INVALID_ARG_VALUE';
const SHAPE = 'ERR_SHAPE_MISMATCH';

function detached<T extends ArrayBufferView>(array: T): T {
  structuredClone(array.buffer, { transfer: [array.buffer as ArrayBuffer] });
  return array;
}

const typedArrays = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
];
const targetTypes = typedArrays
  .map(({ name }) => name)
  .filter((name) => !name.startsWith('Float') && name !== 'Uint8ClampedArray');

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
  ...Object.fromEntries(typedArrays.map((type) => [type.name, () => new type(3)])),
  DataView: () => new DataView(new ArrayBuffer(24)),
  ArrayBuffer: () => new ArrayBuffer(24),
  SharedArrayBuffer: () => new SharedArrayBuffer(24),
  'a detached array': () => detached(new Float32Array(6)),
  'an empty array': () => new Float32Array(0),
  'a proxy': () => new Proxy(new Float32Array(6), {}),
  'an heir without elements': () => Object.create(Float32Array.prototype),
  'getters that throw': () =>
    Object.defineProperties(
      {},
      Object.fromEntries(
        ['length', 'buffer', 'name', 'toString', Symbol.toStringTag, Symbol.iterator].map((key) => [
          key,
          { get: () => expect.unreachable(`${String(key)} was read`) },
        ]),
      ),
    ),
};

const outputs = {
  Float32Array: SHAPE,
  'an empty array': SHAPE,
  'a detached array': 'ERR_BUFFER_DETACHED',
};
const integers = { NaN: VALUE, '2^53': VALUE, '-1': 'fine' };
// Objects without any property of their own are options without any option.
const objects = ['{}', '[]', 'DataView', 'ArrayBuffer', 'SharedArrayBuffer', 'a detached array'];
objects.push('an empty array', 'an heir without elements', 'getters that throw', 'a proxy');

/** What each value is for each parameter: ERR_INVALID_ARG_TYPE unless listed here. */
const verdicts: Record<string, Record<string, string>> = {
  logits: outputs,
  targets: { '[]': SHAPE, ...Object.fromEntries(targetTypes.map((type) => [type, SHAPE])) },
  options: Object.fromEntries(
    [...objects, ...typedArrays.map(({ name }) => name)].map((label) => [label, 'error or not']),
  ),
  shape: { '[]': SHAPE },
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
    try {
      call(name, given);
    } catch {
      errorOf(name, given);
    }
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
      call(name, { ...right(), [option]: undefined });
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

  it.each(laterOptions)('refuses the option %s by name, and accepts it undefined', (option) => {
    for (const value of [null, 0, 1, 'x', new Float32Array(3)]) {
      const error = errorOf(name, { ...right(), [option]: value });
      expect(error.code).toBe(VALUE);
      expect(error.message).toContain(`'${option}'`);
    }
    call(name, { ...right(), [option]: undefined });
  });

  it('refuses the options of other functions by name', () => {
    const foreign = ['reduction', 'ignoreIndex', 'gradient'].filter(
      (option) => !optionNames(name).includes(option),
    );
    for (const option of foreign) {
      expect(expectError(name, { ...right(), [option]: 1 }, VALUE, 'options').message).toContain(
        `'${option}'`,
      );
    }
  });

  it.each([
    ['a hole', [2, undefined, 3].filter(() => true), TYPE, 'shape[1]'],
    // biome-ignore lint/suspicious/noSparseArray: the hole is the case
    ['a true hole', [2, , 3], TYPE, 'shape[1]'],
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
    ['too many elements', [3, 3], SHAPE, 'shape'],
    ['none', [2, 0], SHAPE, 'shape'],
    ['a product of 2^60', [2 ** 30, 2 ** 30], SHAPE, 'shape'],
    ['a product of 2^64', [2 ** 32, 2 ** 32], SHAPE, 'shape'],
    ['a product of 2^64 + 6', [2 ** 53 - 1, 2 ** 53 - 1], SHAPE, 'shape'],
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

  it.each([
    [2, VALUE],
    [-3, VALUE],
    [0.5, VALUE],
    [Infinity, VALUE],
    ['1', TYPE],
    [null, TYPE],
  ])('refuses the axis %j', (axis, code) => {
    expectError(name, { ...right(), axis }, code, 'axis');
  });

  it('lets the errors of getters through', () => {
    const own = new Error('mine');
    const trap = (target: object, key: PropertyKey) =>
      Object.defineProperty(target, key, {
        enumerable: true,
        get() {
          throw own;
        },
      });
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
    const anything = fc.anything({
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withSet: true,
      withSparseArray: true,
      withTypedArray: true,
    });
    const known = fc.record(
      Object.fromEntries(parameters(name).map((parameter) => [parameter, anything])),
      { requiredKeys: [] },
    );
    const check = (replaced: Arguments) => {
      const { options, ...others } = replaced;
      for (const [parameter, value] of Object.entries({ ...others, options })) {
        const given = { ...right(), ...(value !== undefined && { [parameter]: value }) };
        try {
          call(name, given);
        } catch {
          errorOf(name, given);
        }
      }
    };
    fc.assert(fc.property(known, check), { numRuns: 300 });
  });
});

describe('the axes of logSumExp', () => {
  it.each([
    [[], VALUE, 'axis'],
    [[0, 0], VALUE, 'axis'],
    [[0, -2], VALUE, 'axis'],
    [[-0, 0], VALUE, 'axis'],
    [[1, 0, -1], VALUE, 'axis'],
    [[0, 2], VALUE, 'axis[1]'],
    [[-3], VALUE, 'axis[0]'],
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
    expectError('logSumExp', { logits: new Float32Array(0), shape, axis }, SHAPE, 'shape');
  });

  it('works for many dimensions', () => {
    const data = Float32Array.of(0, 0);
    const shape = [1, 2, ...new Array(20_000).fill(1)];
    const out = logSumExp(data, { shape, axis: [0, 2] });
    expect([...out]).toEqual([0, 0]);
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
    const lossOf = (result: unknown) =>
      typeof result === 'number' ? result : (result as { loss: number }).loss;

    it.each<[string, (values: never[]) => ArrayLike<number | bigint>, (number | bigint)[]]>([
      ['Int8Array', (list) => Int8Array.from(list), [-1, 3, 127, -128]],
      ['Uint8Array', (list) => Uint8Array.from(list), [3, 255]],
      ['Int16Array', (list) => Int16Array.from(list), [-1, 3, -32768]],
      ['Uint16Array', (list) => Uint16Array.from(list), [3, 65535]],
      ['Int32Array', (list) => Int32Array.from(list), [-1, 3, -(2 ** 31)]],
      ['Uint32Array', (list) => Uint32Array.from(list), [3, 2 ** 32 - 1]],
      ['BigInt64Array', (list) => BigInt64Array.from(list), [-1n, 3n, 2n ** 62n, -(2n ** 63n)]],
      ['BigUint64Array', (list) => BigUint64Array.from(list), [3n, 2n ** 63n, 2n ** 64n - 1n]],
      ['plain array', (list) => list, [-1, 3, 2 ** 31, 2 ** 40, -(2 ** 53 - 1)]],
    ])('%s: the first one out of range is named, and may be ignored', (_, make, wrong) => {
      for (const target of wrong) {
        const of = (n: number) => (typeof target === 'bigint' ? BigInt(n) : n);
        const targets = make([of(0), target, of(2), of(1) === target ? of(0) : target] as never[]);
        for (const shape of [
          { shape: [4, 3] },
          { shape: [3, 4], axis: 0 },
          { shape: [2, 3, 2], axis: 1 },
        ]) {
          const gradient = name === 'crossEntropyWithGradient' && new Float32Array(12).fill(7);
          const given = run(targets, { ...shape, ...(gradient && { gradient }) });
          const error = errorOf(name, given);
          expect(error).toMatchObject({ code: 'ERR_TARGET_OUT_OF_RANGE', row: 1 });
          expect(error.target).toBe(target);
          expect(error.message).toBe(
            `Expected a class in [0, 3) or ignoreIndex for targets[1], received ${target}`,
          );
        }
        const ignoreIndex = Number(target);
        if (Number.isSafeInteger(ignoreIndex)) {
          const kept = call(name, {
            logits: Float32Array.of(1, 2, 3, 7, 8, 9),
            shape: [2, 3],
            targets: [0, 2],
          });
          expect(lossOf(call(name, run(targets, { ignoreIndex })))).toBe(lossOf(kept));
        } else {
          // No ignoreIndex equals it, whatever 64 bits wrap around to.
          for (const other of [-1, 0, 2 ** 53 - 1, -(2 ** 53 - 1)]) {
            const row = other === 0 ? 1 : 1;
            expect(errorOf(name, run(targets, { ignoreIndex: other }))).toMatchObject({
              row,
              target,
            });
          }
        }
      }
    });

    it.each([
      ['a hole', new Array(4), TYPE, 'targets[0]'],
      ['a string', [0, '1', 2, 0], TYPE, 'targets[1]'],
      ['null', [0, 1, null, 0], TYPE, 'targets[2]'],
      ['a bigint', [0, 1, 2n, 0], TYPE, 'targets[2]'],
      ['true', [true, 1, 2, 0], TYPE, 'targets[0]'],
      ['a fraction', [0, 0.5, 2, 0], VALUE, 'targets[1]'],
      ['NaN', [0, 1, 2, NaN], VALUE, 'targets[3]'],
      ['Infinity', [0, Infinity, 2, 0], VALUE, 'targets[1]'],
      ['2^53', [0, 2 ** 53, 2, 0], VALUE, 'targets[1]'],
      ['too few', [0, 1, 2], SHAPE, 'targets'],
      ['too many', [0, 1, 2, 0, 1], SHAPE, 'targets'],
      ['billions of holes', new Array(2 ** 32 - 1), TYPE, 'targets[0]'],
    ])('a plain array with %s', (_, targets, code, about) => {
      expectError(name, run(targets), code, about);
    });

    it('takes -0 as 0', () => {
      expect(lossOf(call(name, run([-0, 1, 2, -0])))).toBe(lossOf(call(name, run([0, 1, 2, 0]))));
      expect(lossOf(call(name, run([0, 1, 2, 3], { ignoreIndex: 3 })))).toBeLessThan(10);
      expect(call(name, run([0, 0, 0, 0], { ignoreIndex: -0, reduction: 'none' }))).toBeDefined();
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
