import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { crossEntropy, logSumExp, softmax } from '../../lib/index.js';
import { resizesBuffers } from '../support/host.js';
import {
  type Arguments,
  arrange,
  arraysOf,
  type Case,
  call,
  caseOf,
  cases,
  contentsOf,
  DETACHED,
  detached,
  elementSize,
  errorOf,
  expectError,
  functionNames,
  hasReduction,
  memoryOf,
  type Name,
  numbers,
  SHAPE,
  separate,
  signatures,
  TYPE,
  typeOf,
  view,
} from '../support/tables/calls.js';

// Whose memory is read: detached, shared, resized, of another realm, or pretending to be longer
// than it is. overlap.test.ts has the rest.

const everyArray = cases.flatMap((one) =>
  arraysOf(one).map((array) => ({ one, title: one.title, array })),
);

/** The options of a call with all its arrays: the losses of every row. */
const layout = ({ name }: Case): Arguments => ({
  shape: [2, 3],
  ...(hasReduction(name) && { reduction: 'none' }),
});
const run = (one: Case, arrays: Arguments, more: object = layout(one)) =>
  call(one.name, arrays, more);
const rightNumbers = (one: Case) => numbers(run(one, arrange(one)));
const fails = (one: Case, arrays: Arguments, codes: string, more: object = layout(one)) =>
  expectError(one.name, arrays, codes, '', more);

const detach = (array: ArrayBufferView) => detached(array);

/** The call fails after it has lost one of its arrays itself; the others hold what they held. */
function failsLosing(one: Case, lost: Name, arrays: Arguments, options: object = layout(one)) {
  const { [lost]: _, ...others } = arrays;
  const before = memoryOf(others);
  const code = expect.stringMatching(`^(${DETACHED}|${SHAPE})$`);
  expect(() => run(one, arrays, options)).toThrow(expect.objectContaining({ code }));
  expect(memoryOf(others)).toEqual(before);
}

describe('detached', () => {
  it.each(everyArray)('$array of $title', ({ one, array }) => {
    const arrays = arrange(one);
    detach(arrays[array] as Float32Array);
    const error = fails(one, arrays, DETACHED);
    expect(error.argument).toBe(array);
  });

  it.each(cases)('arrays without elements, of $title', (one) => {
    for (const input of signatures[one.name].inputs) {
      const empty = Object.fromEntries(
        signatures[one.name].inputs.map((key) => [key, separate(typeOf(one, key), 0)]),
      );
      detach(empty[input] as Float32Array);
      fails(one, empty, DETACHED, { shape: [0, 3] });
    }
    for (const output of signatures[one.name].outputs) {
      const empty: Arguments = Object.fromEntries(
        [...signatures[one.name].inputs, output].map((key) => [key, separate(typeOf(one, key), 0)]),
      );
      detach(empty[output] as Float32Array);
      fails(one, empty, DETACHED, { ...layout(one), shape: [0, 3] });
    }
  });

  it.each(everyArray)('$array of $title, while the options are read', ({ one, array }) => {
    type Detaching = (target: object, key: PropertyKey) => object;
    const { settings } = signatures[one.name];
    const ways: ((detaching: Detaching) => object)[] = [
      ...settings.map((option) => (detaching: Detaching) => {
        const options: Arguments = { ...layout(one), axis: 1 };
        return detaching({ [option]: undefined, ...options }, option);
      }),
      (detaching) => ({ ...layout(one), shape: detaching([2, 3], 1) }),
      (detaching) => detaching({ ...layout(one), unknown: undefined }, 'unknown'),
    ];
    if (settings.includes('ignoreIndex')) {
      ways.push((detaching) => ({ ...layout(one), ignoreIndex: detaching([-100], 0) }));
    }
    if (one.name === 'logSumExp') {
      ways.push((detaching) => ({ ...layout(one), axis: detaching([1], 0) }));
    }
    for (const way of ways) {
      const arrays = arrange(one);
      const victim = arrays[array];
      const options = way((target, key) => {
        const value = Reflect.get(target, key);
        const get = () => {
          if (victim && victim.length > 0) detach(victim);
          return value;
        };
        return Object.defineProperty(target, key, { enumerable: true, get });
      });
      failsLosing(one, array, arrays, options);
    }
  });

  it.each(everyArray)('$array of $title, while another array option is read', ({ one, array }) => {
    const { factors, outputs } = signatures[one.name];
    for (const option of [...factors, ...outputs].filter((key) => key !== array)) {
      const { [option]: value, ...rest }: Arguments = arrange(one);
      const get = () => {
        detach(rest[array] as Float32Array);
        return value;
      };
      const options = Object.defineProperty(layout(one), option, { enumerable: true, get });
      failsLosing(one, array, rest, options);
    }
  });

  it.each(['crossEntropy', 'crossEntropyWithGradient', 'nllLoss', 'binaryCrossEntropy'] as const)(
    'any other array of %s, while plain targets are read',
    (name) => {
      const one = caseOf(name);
      for (const array of arraysOf(one).filter((key) => key !== 'targets')) {
        const arrays = arrange(one);
        const get = () => {
          const victim = arrays[array] as Float32Array;
          if (victim.length > 0) detach(victim);
          return 1;
        };
        const plain = Array.from(arrays.targets as Int32Array);
        const targets = Object.defineProperty(plain, 1, { get });
        failsLosing(one, array, { ...arrays, targets });
      }
    },
  );

  it.each(functionNames)(
    'the data of a tensor for %s, while its dims and type are read',
    (name) => {
      const one = caseOf(name);
      const [first] = signatures[name].inputs as [Name];
      for (const field of ['dims', 'type']) {
        const arrays = arrange(one);
        const data = arrays[first] as Float32Array;
        const value = field === 'dims' ? [2, 3] : 'float32';
        const get = () => {
          if (data.length > 0) detach(data);
          return value;
        };
        const tensor = Object.defineProperty({ data, dims: [2, 3] }, field, { get });
        const { shape: _, ...options } = layout(one);
        failsLosing(one, first, { ...arrays, [first]: tensor }, options);
      }
    },
  );
});

type Resizable = ArrayBuffer & { resize(bytes: number): void };
type Growable = SharedArrayBuffer & { grow(bytes: number): void };

/** A buffer whose length may change: the types of ES2022 do not know it yet. */
const flexible = <T>(type: unknown, bytes: number): T =>
  Reflect.construct(type as typeof ArrayBuffer, [bytes, { maxByteLength: 64 }]) as T;

describe.runIf(resizesBuffers).each([
  ['a fixed length', true],
  ['the length of its buffer', false],
])('a view with %s', (_, fixed) => {
  it.each(everyArray)('$array of $title: its buffer shrinks', ({ one, array }) => {
    let buffer = flexible<Resizable>(ArrayBuffer, 0);
    const arrays = arrange(one, (key, type, length) => {
      if (key !== array) return separate(type, length);
      buffer = flexible<Resizable>(ArrayBuffer, 8 + length * elementSize(type));
      return view(type, buffer, 8, fixed ? length : undefined);
    });
    const right = rightNumbers(one);
    expect(numbers(run(one, arrays))).toEqual(right);

    const bytes = buffer.byteLength;
    for (const shrunk of [bytes - elementSize(typeOf(one, array)), 8, 4, 0]) {
      buffer.resize(shrunk);
      fails(one, arrays, `${DETACHED}|${SHAPE}`);
      // Without a shape too: a view out of its buffer's bounds is not an empty array.
      const { inputs } = signatures[one.name];
      if (inputs.length === 1 && array === inputs[0] && (fixed || shrunk < 8)) {
        fails(one, { [array]: arrays[array] }, `${DETACHED}|${SHAPE}`, {});
      }
    }

    buffer.resize(bytes);
    arrays[array]?.set(contentsOf(one, array));
    expect(numbers(run(one, arrays))).toEqual(right);
  });

  it.each(everyArray)(
    '$array of $title: its buffer shrinks while options are read',
    ({ one, array }) => {
      let buffer = flexible<Resizable>(ArrayBuffer, 0);
      const arrays = arrange(one, (key, type, length) => {
        if (key !== array) return separate(type, length);
        buffer = flexible<Resizable>(ArrayBuffer, length * elementSize(type));
        return view(type, buffer, 0, fixed ? length : undefined);
      });
      const get = () => {
        buffer.resize(buffer.byteLength - elementSize(typeOf(one, array)));
        return [2, 3];
      };
      const options = Object.defineProperty(layout(one), 'shape', { enumerable: true, get });
      failsLosing(one, array, arrays, options);
    },
  );

  it.each(['crossEntropyWithGradient', 'nllLoss', 'binaryCrossEntropy'] as const)(
    'any array of %s: its buffer shrinks while plain targets are read',
    (name) => {
      const one = caseOf(name);
      for (const array of arraysOf(one).filter((key) => key !== 'targets')) {
        const buffer = flexible<Resizable>(ArrayBuffer, 48);
        const arrays: Arguments = arrange(one, (key, type, length) => {
          if (key !== array) return separate(type, length);
          buffer.resize(length * elementSize(type));
          return view(type, buffer, 0, fixed ? length : undefined);
        });
        const get = () => {
          buffer.resize(elementSize(typeOf(one, array)));
          return 1;
        };
        const plain = numbers(arrays.targets);
        const targets = Object.defineProperty(plain, 1, { get });
        failsLosing(one, array, { ...arrays, targets });
      }
    },
  );

  it.each(cases)('$title: all buffers are shared and grow', (one) => {
    const buffers: [Growable, number][] = [];
    const arrays = arrange(one, (_, type, length) => {
      const bytes = 8 + length * elementSize(type);
      const buffer = flexible<Growable>(SharedArrayBuffer, fixed ? bytes : 8);
      buffers.push([buffer, bytes]);
      return view(type, buffer, 8, fixed ? length : undefined);
    });
    if (!fixed) fails(one, arrays, SHAPE);
    for (const [buffer, bytes] of buffers) buffer.grow(bytes);
    for (const array of arraysOf(one)) arrays[array]?.set(contentsOf(one, array));
    expect(numbers(run(one, arrays))).toEqual(rightNumbers(one));
  });
});

describe('another realm', () => {
  const foreign = (code: string) => runInNewContext(code) as unknown;
  /** The options without the shape. */
  const rest = (given: Arguments, one: Case) => {
    const { shape: _, ...others } = layout(one);
    const { factors, outputs } = signatures[one.name];
    const arrays = [...factors, ...outputs].map((key) => [key, given[key]]);
    return { ...others, ...Object.fromEntries(arrays) };
  };

  it.each(cases)('$title takes its arrays, shapes and options', (one) => {
    const arrays = arrange(
      one,
      (_, type, length) => foreign(`new ${type}(${length})`) as Float32Array,
    );
    const [first] = signatures[one.name].inputs as [Name];
    expect(arrays[first]).not.toBeInstanceOf(Float32Array);
    const lists: Arguments[] = [arrays];
    // A list holds classes or labels, but no probabilities of classes.
    if (one.targets === 'Int32Array' ? arrays.targets : one.name === 'binaryCrossEntropy') {
      lists.push({ ...arrays, targets: foreign(`[${contentsOf(one, 'targets')}]`) });
    }
    for (const given of lists) {
      const options = Object.assign(foreign('({ shape: [2, 3] })') as object, rest(given, one));
      const result = call(one.name, { ...given, options });
      expect(numbers(result)).toEqual(rightNumbers(one));
      expect((result as { loss?: unknown }).loss ?? result).toBe(arrays.out);
    }
    const tensor = foreign('(data) => ({ data, dims: [2, 3] })') as (data: unknown) => object;
    const wrapped = { ...arrays, [first]: tensor(arrays[first]) };
    const { shape: _, ...options } = layout(one);
    expect(numbers(run(one, wrapped, options))).toEqual(rightNumbers(one));
  });

  it.each(everyArray)('$array of $title: a detached one, and a wrong one', ({ one, array }) => {
    const arrays: Arguments = arrange(one);
    const other = foreign(`new ${typeOf(one, array)}(4)`) as Float32Array;
    arrays[array] = other;
    fails(one, arrays, SHAPE);
    detach(other);
    fails(one, arrays, DETACHED);
    arrays[array] = foreign('new Uint8ClampedArray(6)');
    fails(one, arrays, TYPE);
  });
});

describe('a length that lies', () => {
  const lies = [0, 1, 2, 3, 12, 2 ** 45, -1, 1.5, NaN, Infinity, '6', null, Symbol('6')];

  /** Whatever `length` says, the call ends in an error or in its right result. */
  function expectNoBelief(one: Case, make: () => Arguments, liar: Name, options?: object) {
    const right = numbers(run(one, make(), options));
    for (const lie of lies) {
      const arrays = make();
      const properties = { configurable: true, get: () => lie };
      for (const key of ['length', 'byteLength', 'byteOffset']) {
        Object.defineProperty(arrays[liar], key, properties);
      }
      Object.defineProperty(arrays[liar], Symbol.toStringTag, { ...properties, get: () => 'Map' });
      let result: unknown;
      try {
        result = run(one, arrays, options);
      } catch {
        for (const key of ['byteLength', 'byteOffset']) {
          Reflect.deleteProperty(arrays[liar] as object, key);
        }
        errorOf(one.name, arrays, options ?? layout(one));
        continue;
      }
      for (const array of Object.values(arrays)) Reflect.deleteProperty(array as object, 'length');
      expect(numbers(result)).toEqual(right);
    }
  }

  it.each(everyArray)('$array of $title', ({ one, array }) => {
    expectNoBelief(one, () => arrange(one), array);
  });

  it.each(cases)('inputs of $title without a shape', (one) => {
    const { inputs } = signatures[one.name];
    const perRow = (array: Name) => array === 'targets' && one.targets === 'Int32Array';
    for (const input of inputs) {
      const make = () =>
        Object.fromEntries(
          inputs.map((array) => {
            const values = perRow(array) ? [2] : [0.5, 0.25, 0.25];
            const type = typeOf(one, array);
            const made = separate(type, values.length);
            made.set(values);
            return [array, made];
          }),
        );
      expectNoBelief(one, make, input, {});
    }
  });

  it.each([6, 12, 24])('logits of logSumExp, %d elements, axes apart', (length) => {
    const one = caseOf('logSumExp');
    const make = () => ({ logits: Float32Array.from({ length }, (_, i) => i) });
    const shape = [2, length / 2, 1];
    expectNoBelief(one, make, 'logits', { shape, axis: [0, 2] });
    // Twelve elements are a lie here, which an error must tell.
    const logits = Object.defineProperty(make().logits, 'length', { get: () => 12 });
    if (length !== 12) {
      expectError('logSumExp', { logits, shape: [2, 3, 2], axis: [0, 2] }, SHAPE);
    }
  });
});

it('subclasses, and arrays within larger buffers, are read where they lie', () => {
  class Own extends Float32Array {}
  const values = [1, -2, 3, 4, 5, 6];
  const options = { shape: [2, 3] };
  const expected = softmax(Float32Array.from(values), options);
  expect(softmax(Own.from(values) as Float32Array, options)).toEqual(expected);
  const wide = Float32Array.of(NaN, ...values, NaN);
  expect(softmax(wide.subarray(1, 7), options)).toEqual(expected);
  expect(logSumExp(wide.subarray(1, 7), options)).not.toContain(NaN);
  expect(crossEntropy(wide.subarray(1, 7), [0, 1], options)).not.toBeNaN();
});
