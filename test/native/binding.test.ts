import { describe, expect, it } from 'vitest';
import {
  crossEntropy,
  crossEntropyWithGradient,
  logSumExp,
  nllLoss,
  softmax,
} from '../../lib/index.js';
import { native } from '../../lib/native/addon.js';
import {
  countParts,
  counts,
  exactSum,
  nativeErrors,
  type OperationName,
  operations,
  reductionCodes,
  sums,
} from '../../lib/native/boundary.js';
import { uniform } from '../support/inputs.js';
import { blockOf, numbersOf, passingIn } from '../support/numbers.js';
import { detached } from '../support/tables/calls.js';
import { knownOperations, listedOptions } from '../support/tables/operation-files.js';

// The addon itself, called with anything: a result or an error with a code, and no memory touched
// but the outputs'. And calls within calls, whose numbers share one place.

const rows = 2;
const classes = 3;

/**
 * A mean over two rows of three, with -100 ignored; two classes of each row; two bins of an evaluator.
 */
const numbers = numbersOf({
  outer: rows,
  classes,
  outerStride: classes,
  reduction: reductionCodes.mean,
  ignoreIndex: -100,
  top: 2,
  bins: 2,
});
const call = (given: readonly unknown[], values: readonly number[] = numbers) => [
  blockOf(values, given),
  ...given,
];

const GUARD = 12345;
const guarded: Float32Array[] = [];

/** Six elements with others before and behind them, which nothing may change. */
function output(): Float32Array {
  const whole = new Float32Array(10).fill(GUARD);
  guarded.push(whole);
  return whole.subarray(2, 8);
}

/** The same as integers; a row or two of them. */
const integers = (length: number) => new Int32Array(output().buffer, 8, length);

function expectGuards(): void {
  for (const whole of guarded.splice(0)) {
    expect([0, 1, 8, 9].map((i) => whole[i])).toEqual([GUARD, GUARD, GUARD, GUARD]);
  }
}

const logits = () => Float32Array.of(1, -2, 3, 4, 5, 6);
const perRow = () => output().subarray(0, rows);
const topCounts = { top: 2, bins: 2 };

/** Right arguments by their names, ... */
const values: Record<string, () => unknown> = {
  logits,
  otherLogits: logits,
  probabilities: logits,
  logProbabilities: logits,
  upstream: () => null,
  targets: () => Int32Array.of(0, 2),
  ignored: () => null,
  logitsSource: () => null,
  targetsSource: () => null,
  weight: () => Float64Array.of(1, 0.5, 2),
  positiveWeight: () => Float64Array.of(1, 0.5, 2),
  out: () => null,
  gradient: output,
  ids: () => Int32Array.of(2, 1),
  counts: () => new Float64Array(2),
  logSumExp: perRow,
  predictions: () => integers(rows),
  maxLogProbs: perRow,
  logProbs: perRow,
  ranks: () => integers(rows),
  entropies: perRow,
  margins: perRow,
  topIndices: () => integers(2 * rows),
  topLogProbs: () => output().subarray(0, 2 * rows),
  idLogProbs: perRow,
};
/** ... those of single functions, as what is known of the operations says, ... */
function ownOf(name: OperationName): Record<string, () => unknown> {
  const known = knownOperations[name];
  if (known === undefined) return {};
  const given: Record<string, () => unknown> = {};
  if (known.inputs.includes('upstream')) given.upstream = logits;
  if (known.targets.includes('labels')) given.targets = logits;
  const isReduced = listedOptions(name).includes('reduction');
  if (known.outputs.length > 0 && !isReduced)
    given.out = known.sizes.out === 'row' ? perRow : output;
  return given;
}
/** ... and those of an evaluator. */
const own: { readonly [Name in OperationName]?: Record<string, () => unknown> } = {
  evaluate: {
    top: () => Float64Array.of(1, 2),
    counts: () => {
      const parts = Object.values(countParts).map((size) => topCounts[size]);
      return new Float64Array(parts.reduce((a, b) => a + b, Object.keys(counts).length));
    },
    sums: () => new BigInt64Array((Object.keys(sums).length + 2) * exactSum.digits),
    confusion: () => new Float64Array(classes * classes),
    losses: () => new Float64Array(rows),
  },
};
const names = Object.keys(operations) as OperationName[];
const rightOf = (name: OperationName, given: Record<string, () => unknown> = {}) =>
  operations[name].arguments.map((argument) =>
    ({ ...values, ...ownOf(name), ...own[name], ...given })[argument]?.(),
  );

const garbage: (() => unknown)[] = [
  () => undefined,
  () => null,
  () => true,
  () => NaN,
  () => 7,
  () => 2n ** 64n,
  () => 'x',
  () => Symbol('x'),
  () => () => 1,
  () => ({}),
  () => [1, 2, 3],
  () => new Proxy(logits(), {}),
  () => Object.create(Float32Array.prototype),
  () => new ArrayBuffer(0),
  () => new ArrayBuffer(8),
  () => detached(Float64Array.from(numbers)).buffer,
  () => new SharedArrayBuffer(8 * numbers.length),
  () => new DataView(new ArrayBuffer(48)),
  () => detached(logits()),
  () => new Float32Array(0),
  () => new Float32Array(5),
  () => new Float32Array(6),
  () => new Float64Array(6),
  () => new Float64Array(2),
  () => new Uint16Array(6),
  () => new Int8Array(2),
  () => new Uint8ClampedArray(2),
  () => BigUint64Array.of(0n, 2n ** 64n - 1n),
  () => BigInt64Array.of(-1n, 0n),
];

const numbersBeside = [
  NaN,
  Infinity,
  -Infinity,
  -1,
  -0,
  0,
  0.5,
  1,
  2,
  3,
  6,
  2 ** 53 - 1,
  2 ** 53,
  -(2 ** 53),
  2 ** 62,
  1e300,
];

/** How arguments may be said to be passed: lengths of copies that do not fit, and none, among them. */
const passings = [
  0,
  1,
  2,
  3,
  2 * 4 + 3,
  6 * 4 + 2,
  32 * 4 + 2,
  33 * 4 + 3,
  2 ** 31 - 1,
  -1,
  -(2 ** 31),
];

/** Nothing, or an error of the boundary's kinds, about one of the arguments or the numbers. */
function expectAnswer(name: OperationName, given: unknown[]): void {
  const run = native[name];
  try {
    expect(run(...given)).toBe(undefined);
  } catch (error) {
    const { code, argument } = error as { code: number; argument: number };
    expect(nativeErrors[code]).toBeDefined();
    expect(argument).toBeGreaterThanOrEqual(0);
    expect(argument).toBeLessThanOrEqual(operations[name].arguments.length);
  }
  expectGuards();
}

describe.each(names)('%s', (name) => {
  const right = () => rightOf(name);
  const run = native[name];

  it('takes its right arguments', () => {
    run(...call(right()));
    expectGuards();
  });

  it('answers any value in the place of any argument, and missing ones', () => {
    const count = right().length + 1;
    for (let index = 0; index < count; index++) {
      for (const make of garbage) {
        const given = call(right().map((own, i) => (i + 1 === index ? make() : own)));
        if (index === 0) given[0] = make();
        expectAnswer(name, given);
      }
      expectAnswer(name, call(right()).slice(0, index));
      for (const passing of passings) {
        const given = call(right());
        passingIn(given[0] as ArrayBuffer)[index] = passing;
        expectAnswer(name, given);
      }
    }
    expectAnswer(name, call([...right(), ...right(), ...right()]));
  });

  it('answers any number in the place of any', () => {
    for (let index = 0; index < numbers.length; index++) {
      for (const value of numbersBeside)
        expectAnswer(name, call(right(), Object.assign([...numbers], { [index]: value })));
    }
  });

  it('answers any mixture', () => {
    const random = uniform(20_077);
    const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
    for (let round = 0; round < 3000; round++) {
      const mixed = numbers.map((own) => (random() < 0.3 ? pick(numbersBeside) : own));
      const given = right().map((own) => (random() < 0.2 ? pick(garbage)() : own));
      const whole = call(given, mixed);
      if (random() < 0.3) {
        const passing = passingIn(whole[0] as ArrayBuffer);
        passing[1 + Math.floor(random() * given.length)] = pick(passings);
      }
      expectAnswer(name, whole);
    }
  });
});

it('rows whose predictions lie under their losses are added within the state', () => {
  const memory = new ArrayBuffer(8 * rows);
  for (const large of [Float32Array.of(0, 1e30, 0, 3, -1e-30, 0), logits()]) {
    const given = rightOf('evaluate', {
      logits: () => large,
      losses: () => new Float64Array(memory),
      predictions: () => new Int32Array(memory, 0, rows),
    });
    expectAnswer('evaluate', call(given));
  }
});

describe('a call in the middle of another, from a getter', () => {
  const wide = Float32Array.from({ length: 12 }, (_, i) => Math.sin(i));
  const inner = () => {
    crossEntropyWithGradient(Float64Array.from(wide), [1, -7], {
      shape: [6, 2],
      axis: 0,
      temperature: 3,
      softcap: 9,
      threads: 3,
      reduction: 'sum',
      emptyMean: 'zero',
      ignoreIndex: -7,
      labelSmoothing: 0.5,
      zLoss: 0.25,
      upstream: 2,
    });
  };
  const outer: Record<string, (options: object) => unknown> = {
    softmax: (options) => softmax(wide, options),
    logSumExp: (options) => logSumExp(wide, options),
    crossEntropy: (options) => crossEntropy(wide, [1, 2, 0], options),
    crossEntropyWithGradient: (options) => crossEntropyWithGradient(wide, [1, 2, 0], options),
    nllLoss: (options) => nllLoss(wide, [1, 2, 0], options),
  };

  it.each(Object.keys(outer))('leaves %s as it is', (name) => {
    const compute = outer[name] as (options: object) => unknown;
    const expected = compute({ shape: [3, 4] });
    for (const option of ['shape', 'axis', 'dtype', 'rowStride', 'out', 'threads']) {
      const options = Object.defineProperty({ shape: [3, 4] }, option, {
        enumerable: true,
        get: () => {
          inner();
          return option === 'shape' ? [3, 4] : undefined;
        },
      });
      expect(compute(options)).toEqual(expected);
    }
    const shape = Object.defineProperty([3, 4], 1, {
      get: () => {
        inner();
        return 4;
      },
    });
    expect(compute({ shape })).toEqual(expected);
  });
});
