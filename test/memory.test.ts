import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import {
  crossEntropy,
  crossEntropyWithGradient,
  logSoftmax,
  logSumExp,
  softmax,
} from '../lib/index.js';

// Whose memory is read and written: detached, shared, resized, overlapping, of another realm, or
// pretending to be longer than it is.

const functions = { softmax, logSoftmax, logSumExp, crossEntropy, crossEntropyWithGradient };
type FunctionName = keyof typeof functions;
const functionNames = Object.keys(functions) as FunctionName[];
type Name = 'logits' | 'targets' | 'out' | 'gradient';
type Arrays = { [K in Name]?: Float32Array | Int32Array };

/** The arrays of each function and their elements, all of four bytes, for two rows of three. */
const lengths: Record<FunctionName, { [K in Name]?: number }> = {
  softmax: { logits: 6, out: 6 },
  logSoftmax: { logits: 6, out: 6 },
  logSumExp: { logits: 6, out: 2 },
  crossEntropy: { logits: 6, targets: 2, out: 2 },
  crossEntropyWithGradient: { logits: 6, targets: 2, out: 2, gradient: 6 },
};
const arraysOf = (name: FunctionName) => Object.entries(lengths[name]) as [Name, number][];
const everyArray = functionNames.flatMap((name) =>
  arraysOf(name).map(([array]) => ({ name, array })),
);
const contents = { logits: [1, -2, 3, 4, 5, 6], targets: [0, 2], out: [7, 7], gradient: [7, 7] };

const view = (array: Name, buffer: ArrayBufferLike, offset?: number, length?: number) =>
  array === 'targets'
    ? new Int32Array(buffer, offset, length)
    : new Float32Array(buffer, offset, length);
const separate = (array: Name, length: number) => view(array, new ArrayBuffer(4 * length));

/** All arrays of a function, each where `place` wants it. Inputs are written last. */
function arrange(name: FunctionName, place: typeof separate = separate): Arrays {
  const arrays: Arrays = Object.fromEntries(
    arraysOf(name).map(([array, length]) => [array, place(array, length)]),
  );
  for (const array of ['gradient', 'out', 'targets', 'logits'] as const) {
    arrays[array]?.set(contents[array].slice(0, arrays[array].length));
  }
  return arrays;
}

function call(
  name: FunctionName,
  { logits, targets, ...outputs }: Arrays,
  more: object = { shape: [2, 3] },
): unknown {
  const run = functions[name] as (...values: unknown[]) => unknown;
  // As they are: getters must run within the library.
  const options = Object.defineProperties(
    { ...outputs, ...(targets && { reduction: 'none' }) },
    Object.getOwnPropertyDescriptors(more),
  );
  return targets ? run(logits, targets, options) : run(logits, options);
}

/** A result as plain numbers. */
function numbers(result: unknown): number[] {
  if (typeof result === 'number') return [result];
  const { loss, gradient } = result as { loss?: ArrayLike<number>; gradient?: Float32Array };
  if (loss && gradient) return [...Array.from(loss), ...gradient];
  return Array.from(result as ArrayLike<number>);
}

const rightNumbers = (name: FunctionName) => numbers(call(name, arrange(name)));

type Coded = Error & { code: string };
const DETACHED = 'ERR_BUFFER_DETACHED';
const OVERLAP = 'ERR_BUFFER_OVERLAP';
const SHAPE = 'ERR_SHAPE_MISMATCH';

const bytesOf = (array: ArrayBufferView) =>
  array.byteLength === 0
    ? ''
    : Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('hex');

function thrownBy(run: () => unknown): Coded | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      code: expect.stringMatching(/^ERR_/),
      message: expect.stringMatching(/^Expected .+ for .+, received .+$/),
    });
    return error as Coded;
  }
}

/** The call fails with one of these codes, and all arrays hold what they held. */
function expectError(run: () => unknown, arrays: Arrays, ...codes: string[]): Coded {
  const before = Object.values(arrays).map(bytesOf);
  const error = thrownBy(run);
  expect(codes).toContain(error?.code);
  expect(Object.values(arrays).map(bytesOf)).toEqual(before);
  return error as Coded;
}

const detach = (array: ArrayBufferView) =>
  structuredClone(array.buffer, { transfer: [array.buffer as ArrayBuffer] });

describe('detached', () => {
  it.each(everyArray)('$array of $name', ({ name, array }) => {
    const arrays = arrange(name);
    detach(arrays[array] as Float32Array);
    const error = expectError(() => call(name, arrays), arrays, DETACHED);
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain(`for ${array}, received`);
  });

  it.each(functionNames)('an array without elements, for %s', (name) => {
    const arrays = { ...arrange(name), logits: new Float32Array(0) };
    detach(arrays.logits);
    expectError(() => call(name, arrays, {}), arrays, DETACHED);
  });

  it.each(everyArray)('$array of $name, while the options are read', ({ name, array }) => {
    const ways: ((detaching: (target: object, key: PropertyKey) => object) => object)[] = [
      (detaching) => detaching({ shape: [2, 3] }, 'shape'),
      (detaching) => detaching({ shape: [2, 3], axis: 1 }, 'axis'),
      (detaching) => ({ shape: detaching([2, 3], 1) }),
    ];
    for (const way of ways) {
      const { [array]: victim, ...others } = arrange(name);
      const options = way((target, key) => {
        const value = Reflect.get(target, key);
        const get = () => {
          if (victim && victim.length > 0) detach(victim);
          return value;
        };
        return Object.defineProperty(target, key, { enumerable: true, get });
      });
      const run = () => call(name, { ...others, [array]: victim }, options);
      expectError(run, others, DETACHED, SHAPE);
    }
  });

  it('logits, while targets are read', () => {
    const logits = new Float32Array(6);
    const get = () => {
      detach(logits);
      return 2;
    };
    const targets: number[] = Object.defineProperty([0, 2], 1, { get });
    const run = () => crossEntropy(logits, targets, { shape: [2, 3] });
    expectError(run, {}, DETACHED, SHAPE);
  });
});

type Resizable = ArrayBuffer & { resize(bytes: number): void };
type Growable = SharedArrayBuffer & { grow(bytes: number): void };

/** A buffer whose length may change: the types of ES2022 do not know it yet. */
const flexible = <T>(type: unknown, bytes: number, maxByteLength: number): T =>
  Reflect.construct(type as typeof ArrayBuffer, [bytes, { maxByteLength }]) as T;

describe.each([
  ['a fixed length', true],
  ['the length of its buffer', false],
])('a view with %s', (_, fixed) => {
  it.each(everyArray)('$array of $name: its buffer shrinks', ({ name, array }) => {
    let buffer = flexible<Resizable>(ArrayBuffer, 0, 0);
    const arrays = arrange(name, (key, length) => {
      if (key !== array) return separate(key, length);
      buffer = flexible<Resizable>(ArrayBuffer, 8 + length * 4, 64);
      return view(key, buffer, 8, fixed ? length : undefined);
    });
    const right = rightNumbers(name);
    expect(numbers(call(name, arrays))).toEqual(right);

    const bytes = buffer.byteLength;
    for (const shrunk of [bytes - 4, 8, 4, 0]) {
      buffer.resize(shrunk);
      expectError(() => call(name, arrays), arrays, DETACHED, SHAPE);
      // Without a shape too: a view out of its buffer's bounds is not an empty array.
      if (array === 'logits' && !arrays.targets && (fixed || shrunk < 8)) {
        const { logits } = arrays as { logits: Float32Array };
        expectError(() => call(name, { logits }, {}), { logits }, DETACHED, SHAPE);
      }
    }

    buffer.resize(bytes);
    arrays[array]?.set(contents[array].slice(0, arrays[array].length));
    expect(numbers(call(name, arrays))).toEqual(right);
  });

  it.each(functionNames)('%s: all buffers are shared and grow', (name) => {
    const buffers: [Growable, number][] = [];
    const arrays = arrange(name, (key, length) => {
      const buffer = flexible<Growable>(SharedArrayBuffer, fixed ? 8 + length * 4 : 8, 64);
      buffers.push([buffer, 8 + length * 4]);
      return view(key, buffer, 8, fixed ? length : undefined);
    });
    if (!fixed) expectError(() => call(name, arrays), arrays, SHAPE);
    for (const [buffer, bytes] of buffers) buffer.grow(bytes);
    arrays.targets?.set(contents.targets);
    arrays.logits?.set(contents.logits);
    expect(numbers(call(name, arrays))).toEqual(rightNumbers(name));
  });
});

describe('another realm', () => {
  const foreign = (code: string) => runInNewContext(code) as unknown;

  it.each(functionNames)('%s takes its arrays, shapes and options', (name) => {
    const typeName = (array: Name) => (array === 'targets' ? 'Int32Array' : 'Float32Array');
    const arrays = arrange(
      name,
      (array, length) => foreign(`new ${typeName(array)}(${length})`) as Float32Array,
    );
    expect(arrays.logits).not.toBeInstanceOf(Float32Array);
    const plain = arrays.targets && { ...arrays, targets: foreign('[0, 2]') as Int32Array };
    for (const given of [arrays, plain ?? arrays]) {
      const options = foreign('({ shape: [2, 3] })') as object;
      const result = call(name, given, options);
      expect(numbers(result)).toEqual(rightNumbers(name));
      expect((result as { loss?: unknown }).loss ?? result).toBe(arrays.out);
    }
  });

  it.each(everyArray)('$array of $name: a detached one, and a wrong one', ({ name, array }) => {
    const arrays = arrange(name);
    arrays[array] = foreign(
      array === 'targets' ? 'new Int32Array(4)' : 'new Float32Array(4)',
    ) as Float32Array;
    expectError(() => call(name, arrays), arrays, SHAPE);
    detach(arrays[array]);
    expectError(() => call(name, arrays), arrays, DETACHED);
    arrays[array] = foreign('new Float64Array(6)') as Float32Array;
    expectError(() => call(name, arrays), arrays, 'ERR_INVALID_ARG_TYPE');
  });
});

describe('a length that lies', () => {
  const lies = [0, 1, 2, 3, 12, 2 ** 45, -1, 1.5, NaN, Infinity, '6', null, Symbol('6')];

  /** Whatever `length` says, the call ends in an error or in its right result. */
  function expectNoBelief(name: FunctionName, make: () => Arrays, liar: Name, options?: object) {
    const right = numbers(call(name, make(), options));
    for (const lie of lies) {
      const arrays = make();
      Object.defineProperty(arrays[liar], 'length', { configurable: true, get: () => lie });
      const before = Object.values(arrays).map(bytesOf);
      let result: unknown;
      const error = thrownBy(() => {
        result = call(name, arrays, options);
      });
      Reflect.deleteProperty(arrays[liar] as object, 'length');
      if (error) expect(Object.values(arrays).map(bytesOf)).toEqual(before);
      else expect(numbers(result)).toEqual(right);
    }
  }

  it.each(everyArray)('$array of $name', ({ name, array }) => {
    expectNoBelief(name, () => arrange(name), array);
  });

  it.each(functionNames)('logits of %s without a shape', (name) => {
    const one = { targets: Int32Array.of(2), out: new Float32Array(1) };
    const make = () => ({ logits: Float32Array.of(3, 1, 2), ...(lengths[name].targets && one) });
    expectNoBelief(name, make, 'logits', {});
  });

  it.each([6, 12, 24])('logits of logSumExp, %d elements, axes apart', (length) => {
    const make = () => ({ logits: Float32Array.from({ length }, (_, i) => i) });
    const shape = [2, length / 2, 1];
    expectNoBelief('logSumExp', make, 'logits', { shape, axis: [0, 2] });
    // Twelve elements are a lie here, which an error must tell.
    const logits = Object.defineProperty(make().logits, 'length', { get: () => 12 });
    const options = { shape: [2, 3, 2], axis: [0, 2] };
    if (length !== 12) expectError(() => logSumExp(logits, options), { logits }, SHAPE);
  });
});

describe('overlap', () => {
  /** The pairs of arrays that must lie apart, `exactly` unless they are the same elements. */
  const pairs: { name: FunctionName; output: Name; other: Name; exactly?: true }[] = [
    { name: 'softmax', output: 'out', other: 'logits', exactly: true },
    { name: 'logSoftmax', output: 'out', other: 'logits', exactly: true },
    { name: 'logSumExp', output: 'out', other: 'logits' },
    { name: 'crossEntropy', output: 'out', other: 'logits' },
    { name: 'crossEntropy', output: 'out', other: 'targets' },
    { name: 'crossEntropyWithGradient', output: 'out', other: 'logits' },
    { name: 'crossEntropyWithGradient', output: 'out', other: 'targets' },
    { name: 'crossEntropyWithGradient', output: 'gradient', other: 'logits', exactly: true },
    { name: 'crossEntropyWithGradient', output: 'gradient', other: 'targets' },
    { name: 'crossEntropyWithGradient', output: 'gradient', other: 'out' },
  ];
  const memories: [string, () => ArrayBufferLike, (buffer: ArrayBufferLike) => ArrayBufferLike][] =
    [
      ['an ArrayBuffer', () => new ArrayBuffer(128), (buffer) => buffer],
      ['a SharedArrayBuffer', () => new SharedArrayBuffer(128), (buffer) => buffer],
      [
        'two SharedArrayBuffers',
        () => new SharedArrayBuffer(128),
        (buffer) => structuredClone(buffer),
      ],
    ];

  describe.each(memories)('within the memory of %s', (_, make, again) => {
    it.each(pairs)('$output and $other of $name', ({ name, output, other, exactly }) => {
      const size = (array: Name) => 4 * (lengths[name][array] as number);
      const at = 48;
      for (let offset = at - size(output); offset <= at + size(other); offset += 4) {
        const a = make();
        const b = again(a);
        const arrays = arrange(name, (array, length) => {
          if (array === output) return view(array, a, offset, length);
          return array === other ? view(array, b, at, length) : separate(array, length);
        });
        const apart = offset + size(output) <= at || offset >= at + size(other);
        const same = offset === at && size(output) === size(other);
        if (apart || (same && exactly)) {
          expect(numbers(call(name, arrays))).toEqual(rightNumbers(name));
        } else {
          const error = expectError(() => call(name, arrays), arrays, OVERLAP);
          expect(error).toBeInstanceOf(RangeError);
          expect(error.message).toMatch(/^Expected .* for (out|gradient), received /);
          expect(error.message).toContain(output);
          expect(error.message).toContain(other);
        }
      }
    });
  });

  it('of one byte of targets', () => {
    const out = new Float32Array(4);
    const logits = Float32Array.of(1, -2, 3, 4, 5, 6);
    const options = { shape: [2, 3], reduction: 'none', out: out.subarray(0, 2) } as const;
    const run = (at: number) => () =>
      crossEntropy(logits, new Uint8Array(out.buffer, at, 2), options);
    expectError(run(7), { out }, OVERLAP);
    expect(run(8)()).toBe(options.out);
  });

  it.each([
    ['one class', [6, 1], -1, 6],
    ['all axes', [2, 3], [0, 1], 1],
    ['axes apart', [2, 3, 1], [0, 2], 3],
    ['axes apart, nothing moves', [1, 6, 1], [0, 2], 6],
  ])('logSumExp into its logits: %s', (_, shape, axis, rows) => {
    const logits = new Float32Array(new SharedArrayBuffer(24));
    const again = new Float32Array(structuredClone(logits.buffer));
    for (const memory of [logits, again]) {
      const out = memory.subarray(0, rows);
      expectError(() => logSumExp(logits, { shape, axis, out }), { logits }, OVERLAP);
    }
  });
});

describe.each(['crossEntropy', 'crossEntropyWithGradient'] as const)(
  '%s: targets beyond the row',
  (name) => {
    type Targets = ArrayLike<number | bigint>;
    const logits = Float32Array.of(1, 2, 3, 4, -5, 6, 7, 8, 9, 0, 1, 0);
    const run = (targets: Targets, options: object) =>
      (functions[name] as (...values: unknown[]) => unknown)(logits, targets, {
        shape: [4, 3],
        ...options,
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
    ])('%s: the first one is named, and may be ignored', (_, make, wrong) => {
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
          for (const ignoreIndex of ignored) {
            const options = { ...layout, ...outputs, reduction: 'none', ignoreIndex };
            const code = 'ERR_TARGET_OUT_OF_RANGE';
            const error = expectError(() => run(targets, options), { logits, ...outputs }, code);
            expect(error).toBeInstanceOf(RangeError);
            expect({ ...error }).toEqual({ code, row: 1, target });
            expect(error.message).toBe(
              `Expected a class in [0, 3) or ignoreIndex for targets[1], received ${target}`,
            );
          }
        }
        const ignoreIndex = Number(target);
        if (Number.isSafeInteger(ignoreIndex)) {
          const rows = Float32Array.of(1, 2, 3, 7, 8, 9);
          const kept = crossEntropy(rows, [0, 2], { shape: [2, 3] });
          const result = run(targets, { ignoreIndex });
          expect(typeof result === 'number' ? result : (result as { loss: number }).loss).toBe(
            kept,
          );
        }
      }
    });
  },
);
