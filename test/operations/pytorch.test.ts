import { describe, expect, it } from 'vitest';
import * as logits from '../../lib/index.js';
import {
  type Fixture,
  type FixtureArray,
  families,
  type Outcome,
  readFixtures,
} from '../support/fixtures.js';
import { describeEachIsa } from '../support/isas.js';
import { type KnownOperation, knownOperations } from '../support/tables/operation-files.js';

type Result = number | Float32Array | Float64Array;
type Call<R> = (...inputsAndOptions: unknown[]) => R;

// What the files hold has no static types: the signatures are set aside here, and only here.
const functions = logits as unknown as Record<string, Call<Result>>;
const withGradient = logits.crossEntropyWithGradient as Call<{
  loss: Result;
  gradient: Float32Array | Float64Array;
}>;

/** How far a result may be from the exact one: the sum of the parts. */
interface Bound {
  /** Of the value, where that is what its error is relative to. */
  readonly relative: number;
  /** Of the sum of the absolute terms, where several terms may cancel. */
  readonly scaled: number;
  /** Of the value, for its own rounding to float32 at the end. */
  readonly rounding: number;
  /** Whatever the value is. */
  readonly floor: number;
}

/** Bounds of native/NUMERICS.md, section 5, for float32, float16 and bfloat16 logits. */
const single = {
  softmax: { relative: 3e-7, scaled: 3e-7, rounding: 0, floor: 0 }, // 2.5 ulp
  logSoftmax: { relative: 4.8e-7, scaled: 4.8e-7, rounding: 0, floor: 0 }, // 4 ulp
  // 1.5 ulp, and near 0 what the sum's own rounding leaves.
  logSumExp: { relative: 1.8e-7, scaled: 1.8e-7, rounding: 0, floor: 1.5e-7 },
  // One logarithm a row; with weights, smoothing or probabilities several, each to float32's precision.
  crossEntropy: { relative: 4e-7, scaled: 1e-6, rounding: 0, floor: 0 },
  gradient: { relative: 5e-7, scaled: 5e-7, rounding: 0, floor: 0 },
  softmaxGradient: { relative: 2e-7, scaled: 2e-7, rounding: 0, floor: 0 },
  logSoftmaxGradient: { relative: 2e-7, scaled: 2e-7, rounding: 0, floor: 0 },
  binaryCrossEntropy: { relative: 4e-7, scaled: 4e-7, rounding: 2 ** -24, floor: 0 },
  // Float64 arithmetic for every type of logits, then one rounding.
  others: { relative: 1e-14, scaled: 1e-14, rounding: 2 ** -24, floor: 0 },
} satisfies Record<string, Bound>;

/** Float64 logits: a few roundings of float64, 2^-53 each, of every term. */
const few: Bound = { relative: 2e-15, scaled: 2e-15, rounding: 0, floor: 0 };
const some: Bound = { ...few, relative: 1e-14, scaled: 1e-14 };
const double: Record<keyof typeof single, Bound> = {
  softmax: few,
  logSoftmax: few,
  logSumExp: { ...few, floor: 2 ** -52 }, // near 0, what the sum's own rounding leaves
  crossEntropy: few,
  gradient: few,
  softmaxGradient: some,
  logSoftmaxGradient: some,
  binaryCrossEntropy: some,
  others: some,
};

/** One step of the subnormal numbers, which hold nothing smaller; the float64 results of reductions need none. */
function smallest(result: Result): number {
  return result instanceof Float32Array
    ? 2 ** -149
    : result instanceof Float64Array
      ? 2 ** -1074
      : 0;
}

function at(values: number | ArrayLike<number>, i: number): number {
  return typeof values === 'number' ? values : (values[i] as number);
}

/** What is wrong with a result, in words; NaN and infinities must be what they are. */
function differences(actual: Result, { values, scales }: Outcome, bound: Bound): string[] {
  const length = typeof values === 'number' ? 1 : values.length;
  const actualLength = typeof actual === 'number' ? 1 : actual.length;
  if (typeof actual !== typeof values || actualLength !== length) {
    return [`${actualLength} values, ${typeof actual}, instead of ${length}, ${typeof values}`];
  }
  const found: string[] = [];
  for (let i = 0; i < length; i++) {
    const [value, exact] = [at(actual, i), at(values, i)];
    if (value === exact || (Number.isNaN(value) && Number.isNaN(exact))) continue;
    const error =
      scales === undefined
        ? bound.relative * Math.abs(exact)
        : bound.scaled * Math.abs(at(scales, i));
    const rounding = actual instanceof Float32Array ? bound.rounding * Math.abs(exact) : 0;
    const allowed = Math.max(error + rounding + smallest(actual), bound.floor);
    if (!Number.isFinite(exact) || !(Math.abs(value - exact) <= allowed)) {
      const errors = `off by ${Math.abs(value - exact)} of ${allowed}`;
      found.push(`[${i}] ${value} instead of ${exact}, ${errors}`);
    }
  }
  return found;
}

function sameBytes(a: Result, b: Result): boolean {
  if (typeof a === 'number' || typeof b === 'number') return Object.is(a, b);
  const bytes = (array: ArrayBufferView) =>
    new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return a.constructor === b.constructor && Buffer.compare(bytes(a), bytes(b)) === 0;
}

/** An array of the kind of `like`, filled with what no result is. */
function blank<A extends Float32Array | Float64Array>(like: A): A {
  return like.slice().fill(123) as A;
}

/** What the memory of an input must hold after its rows were replaced: the padding as it was. */
function replaced<A extends Float32Array | Float64Array>(
  input: A,
  rows: A,
  { shape, rowStride }: Fixture['options'],
): A {
  const result = input.slice() as A;
  const width = shape.at(-1) as number;
  if (rowStride === undefined) result.set(rows);
  for (let row = 0; rowStride !== undefined && row * width < rows.length; row++) {
    result.set(rows.subarray(row * width, (row + 1) * width), row * rowStride);
  }
  return result;
}

/** The inputs that a result of the type of `result` can replace: results of logits' shape only. */
function replaceable({ operation, inputs }: Fixture, result: Result): number[] {
  const { sizes, inputs: names } = knownOperations[operation] as KnownOperation;
  if (sizes.out === 'row') return [];
  const candidates = [...names.keys()].filter((place) => names[place] !== 'targets');
  return candidates.filter((place) => inputs[place]?.constructor === result.constructor);
}

/** What is wrong where the caller names the memory: a new array, and where it can be, an input's own. */
function differencesInPlace(fixture: Fixture, result: Result, call: Call<Result>): string[] {
  if (typeof result === 'number') return [];
  const { inputs, options } = fixture;
  const found: string[] = [];
  const out = blank(result);
  if (call(...inputs, { ...options, out }) !== out) found.push('out is not what is returned');
  if (!sameBytes(out, result)) found.push('another result in out');
  for (const place of replaceable(fixture, result)) {
    const copies = inputs.map((input) => input.slice());
    const own = copies[place] as typeof result;
    const wanted = replaced(own, result, options);
    call(...copies, { ...options, out: own });
    if (!sameBytes(own, wanted)) found.push(`another result in place of input ${place}`);
  }
  return found;
}

function gradientDifferences(fixture: Fixture, loss: Result, wanted: Outcome, bound: Bound) {
  const { inputs, options } = fixture;
  const [given, targets] = inputs as [FixtureArray, FixtureArray];
  const found: string[] = [];
  const result = withGradient(given, targets, options);
  if (!sameBytes(result.loss, loss)) found.push('another loss with the gradient');
  found.push(...differences(result.gradient, wanted, bound).map((text) => `gradient ${text}`));

  const gradient = blank(result.gradient);
  const again = withGradient(given, targets, { ...options, gradient });
  if (again.gradient !== gradient) found.push('gradient is not what is returned');
  if (!sameBytes(gradient, result.gradient)) found.push('another gradient where it is given');
  if (given.constructor === gradient.constructor) {
    const own = given.slice() as typeof gradient;
    const all = replaced(own, result.gradient, options);
    const { loss: lossInPlace } = withGradient(own, targets, {
      ...options,
      gradient: own,
    });
    if (!sameBytes(own, all)) found.push('another gradient in place');
    if (!sameBytes(lossInPlace, loss)) found.push('another loss in place');
  }
  return found;
}

/** What is wrong with a fixture's call, in words; empty if nothing is. */
function check(fixture: Fixture): string[] {
  const { operation, inputs, options, result: wanted, gradient } = fixture;
  const bounds = inputs[0] instanceof Float64Array ? double : single;
  const bound = bounds[operation as keyof typeof bounds] ?? bounds.others;
  const { upstream: _, ...own } = options;
  const call = functions[operation] as Call<Result>;
  const result = call(...inputs, own);
  return [
    ...differences(result, wanted, bound),
    ...differencesInPlace({ ...fixture, options: own }, result, call),
    ...(gradient ? gradientDifferences(fixture, result, gradient, bounds.gradient) : []),
  ];
}

function report(fixture: Fixture): string[] {
  try {
    return check(fixture).map((text) => `${fixture.name}: ${text}`);
  } catch (error) {
    return [`${fixture.name}: ${error}`];
  }
}

const files = families.map((family) => ({ family, groups: readFixtures(family) }));

describe('fixtures', () => {
  it('are all there, and of one name each', () => {
    const names = files.flatMap(({ groups }) =>
      groups.flatMap(({ fixtures }) => fixtures.map(({ name }) => name)),
    );
    expect(names.length).toBeGreaterThan(5000);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe.each(files)('PyTorch agrees, $family', ({ groups }) => {
  describeEachIsa('with', () => {
    it.each(groups)('$name', ({ fixtures }) => {
      expect(fixtures.flatMap(report)).toEqual([]);
    });
  });
});
