import { describe, expect, it } from 'vitest';
import * as logits from '../../lib/index.js';
import * as promises from '../../lib/promises.js';
import { normalLogits, randomTargets, truncated } from '../support/inputs.js';
import { describeEachIsa } from '../support/isas.js';
import {
  callInBackground,
  described,
  inBackground,
  inShared,
  rejection,
} from '../support/promises.js';
import {
  type Arguments,
  arrange,
  arraysOf,
  type Case,
  call,
  cases,
  detached,
  type FunctionName,
  functionNames,
  hasReduction,
  type Name,
  numbers,
  rightArguments,
  separate,
  signatures,
  thrownBy,
  view,
} from '../support/tables/calls.js';
import { type AnyScores, scoreBytes } from '../support/tables/scores.js';

// logits/promises beside logits: the same results and the same errors, whatever memory they are in.

const layout = ({ name }: Case): Arguments => ({
  shape: [2, 3],
  ...(hasReduction(name) && { reduction: 'none' }),
});

const kinds: Record<string, Parameters<typeof arrange>[1]> = {
  'memory of its own': (_, type, length) => separate(type, length),
  'shared memory': (_, type, length) => view(type, new SharedArrayBuffer(256), 64, length),
  'parts of a buffer': (_, type, length) => view(type, new ArrayBuffer(256), 64, length),
};

it('has the functions of logits', () => {
  const { isArgumentError: _i, runtime: _r, setThreads: _s, toRows: _t, ...functions } = logits;
  const expected = Object.keys(functions).sort();
  expect(Object.keys(promises).sort()).toEqual(expected);
});

describe.each(cases)('$title', (one) => {
  const { inputs, outputs } = signatures[one.name];
  const right = numbers(call(one.name, arrange(one), layout(one)));

  it.each(Object.keys(kinds))('in %s', async (kind) => {
    const arrays = arrange(one, kinds[kind]);
    const result = await callInBackground(one.name, arrays, layout(one));
    expect(numbers(result)).toEqual(right);
    const before = arrange(one);
    for (const name of arraysOf(one)) {
      if (!outputs.includes(name)) expect(arrays[name]).toEqual(before[name]);
    }
    for (const output of outputs) {
      const own = result as { loss?: unknown; gradient?: unknown };
      expect([result, own.loss, own.gradient]).toContain(arrays[output]);
    }
  });

  it('with arrays of its own for results', async () => {
    const arrays: Arguments = arrange(one);
    for (const output of outputs) delete arrays[output];
    const result = await callInBackground(one.name, arrays, layout(one));
    expect(numbers(result)).toEqual(right);
    expect(result).toEqual(call(one.name, arrays, layout(one)));
    for (const reduction of hasReduction(one.name) ? ['sum', 'mean'] : []) {
      const options = { shape: [2, 3], reduction };
      const { upstream: _, ...others } = arrays as { upstream?: unknown };
      const given = one.name === 'crossEntropyWithGradient' ? others : arrays;
      expect(await callInBackground(one.name, given, options)).toEqual(
        call(one.name, given, options),
      );
    }
  });

  it('in place', async () => {
    const output: Name = outputs.includes('gradient') ? 'gradient' : 'out';
    const input = inputs[0] as Name;
    for (const place of Object.values(kinds)) {
      const arrays = arrange(one, place);
      if (arrays[output]?.length !== arrays[input]?.length) return;
      arrays[output] = arrays[input] as Float32Array;
      const expected = arrange(one);
      expected[output] = expected[input] as Float32Array;
      const result = call(one.name, expected, layout(one));
      expect(await callInBackground(one.name, arrays, layout(one))).toEqual(result);
      expect(arrays[output]).toEqual(expected[output]);
    }
  });

  it('without rows, and without classes', async () => {
    for (const shape of [
      [0, 3],
      [2, 0],
      [0, 0],
    ] as const) {
      const given: Arguments = {};
      for (const input of inputs) {
        const isRows = input === 'targets' && one.targets === 'Int32Array';
        given[input] = separate(isRows ? 'Int32Array' : (one.float as 'Float32Array'), 0);
        if (input === 'targets' && !isRows) given[input] = separate(one.targets, 0);
        if (isRows) given[input] = new Int32Array(shape[0]).fill(-100);
      }
      expect(await callInBackground(one.name, given, { shape })).toEqual(
        call(one.name, given, { shape }),
      );
    }
  });
});

it('rows beyond number of no class take no time', async () => {
  const none = new Float32Array(0);
  const options = { shape: [2 ** 50, 0] };
  expect(await promises.softmax(none, options)).toEqual(none);
  expect(await promises.softmaxGradient(none, none, options)).toEqual(none);
});

/** As if they returned what they promise: every caller awaits it. */
const inPromises = promises as unknown as typeof logits;

/** A call of a function of either package. */
type Run = (functions: typeof logits) => unknown;
type Elements = Float32Array | Float64Array | Uint16Array;

/** Every function on these elements, with the result arrays `resultOf` makes, or its own. */
function runsOf(
  elements: Elements,
  other: Elements,
  options: { shape: readonly number[]; axis: number; dtype?: 'bfloat16'; rowStride?: number },
  memory: <T extends Elements | Int32Array>(array: T) => T,
  resultOf: ((length: number) => Float32Array) | undefined,
): Record<string, Run> {
  const { shape, axis } = options;
  const classes = shape[axis] as number;
  const length = shape.reduce((a, b) => a * b, 1);
  const rows = length / classes;
  const x = memory(elements);
  const y = memory(other);
  const targets = memory(randomTargets(rows, classes, 5));
  for (let row = 0; row < rows; row += 13) targets[row] = -100;
  const q = memory(normalLogits(length, { seed: 3 }).map(Math.abs));
  const out = (size: number) => (resultOf === undefined ? undefined : resultOf(size));
  const all = { ...options, out: out(length) };
  const none = { ...options, reduction: 'none', out: out(rows) } as const;
  return {
    softmax: (f) => f.softmax(x, all),
    'softmax, scaled': (f) => f.softmax(x, { ...all, temperature: 0.7, softcap: 20 }),
    logSoftmax: (f) => f.logSoftmax(x, all),
    logSumExp: (f) => f.logSumExp(x, { ...options, out: out(rows) }),
    softmaxGradient: (f) => f.softmaxGradient(x, y as typeof x, all),
    logSoftmaxGradient: (f) => f.logSoftmaxGradient(x, y as typeof x, all),
    crossEntropy: (f) => f.crossEntropy(x, targets, options),
    'crossEntropy, every loss': (f) => f.crossEntropy(x, targets, { ...none, labelSmoothing: 0.1 }),
    'crossEntropy, probabilities': (f) => f.crossEntropy(x, q, options),
    crossEntropyWithGradient: (f) =>
      f.crossEntropyWithGradient(x, targets, { ...options, gradient: out(length) }),
    'crossEntropyWithGradient, probabilities': (f) =>
      f.crossEntropyWithGradient(x, q, { ...options, gradient: out(length), zLoss: 1e-3 }),
    nllLoss: (f) => f.nllLoss(x, targets, options),
    klDivergence: (f) => f.klDivergence(x, y as typeof x, none),
    binaryCrossEntropy: (f) => f.binaryCrossEntropy(x, q, { ...none, out: out(length) }),
    score: (f) => f.score(x, targets, { ...options, entropy: true, margin: true, top: 3 }),
    Evaluator: async (f) => {
      const evaluator = new f.Evaluator({ classes, axis, top: [1, 3], confusion: false });
      const { axis: _, ...update } = options;
      await evaluator.update(x, targets, { ...update, bytes: 7 });
      return evaluator.toJSON();
    },
  };
}

function bytesOf(result: unknown): string {
  if (ArrayBuffer.isView(result)) {
    return Buffer.from(result.buffer, result.byteOffset, result.byteLength).toString('latin1');
  }
  if (typeof result === 'object' && result !== null && 'logSumExp' in result) {
    return scoreBytes(result as AnyScores).toString('latin1');
  }
  if (typeof result === 'object' && result !== null && 'gradient' in result) {
    const { loss, gradient } = result as { loss: unknown; gradient: unknown };
    return `${bytesOf(loss)} ${bytesOf(gradient)}`;
  }
  return typeof result === 'number' ? bytesOf(Float64Array.of(result)) : JSON.stringify(result);
}

const layouts: Record<string, { shape: readonly number[]; axis: number; rowStride?: number }> = {
  'rows that follow each other': { shape: [900, 1000], axis: 1 },
  'short rows': { shape: [50_021, 7], axis: 1 },
  'rows with padding': { shape: [700, 1001], axis: 1, rowStride: 1009 },
  'rows longer than a piece': { shape: [3, 300_007], axis: 1 },
  'a row that threads share': { shape: [1, 1_500_001], axis: 1 },
  'rows side by side': { shape: [37, 21, 900], axis: 1 },
  'all rows side by side': { shape: [1300, 501], axis: 0 },
};

describe.each(Object.entries(layouts))('%s', (_, options) => {
  const { shape, rowStride } = options;
  const length = shape.reduce((a, b) => a * b, 1);
  const dense = length / (shape[0] as number);
  const stored = rowStride === undefined ? length : (shape[0] as number) * rowStride;
  const x = normalLogits(stored, { seed: 1, deviation: 3 });
  const y = normalLogits(stored, { seed: 2, deviation: 2 });
  const memories = {
    ordinary: <T extends Elements | Int32Array>(array: T) => array,
    shared: <T extends Elements | Int32Array>(array: T) => inShared(array, 3),
  };

  it.each(['ordinary', 'shared'] as const)(
    'in %s memory, results in arrays of its own',
    async (kind) => {
      const runs = runsOf(x, y, options, memories[kind], undefined);
      for (const [name, run] of Object.entries(runs)) {
        const [expected, actual] = [await run(logits), await run(inPromises)];
        expect(bytesOf(actual) === bytesOf(expected), name).toBe(true);
      }
    },
  );

  it.each(['ordinary', 'shared'] as const)('in %s memory, results where it says', async (kind) => {
    const results: Float32Array[] = [];
    const resultOf = (size: number) => {
      const result = memories[kind](new Float32Array(size));
      results.push(result);
      return result;
    };
    const runs = runsOf(x, y, options, memories[kind], resultOf);
    for (const [name, run] of Object.entries(runs)) {
      const expected = bytesOf(await run(logits));
      for (const result of results) result.fill(7);
      expect(bytesOf(await run(inPromises)) === expected, name).toBe(true);
    }
  });

  it('in place, all at once, on any number of threads', async () => {
    const expected = logits.softmax(x.slice(), { ...options, out: undefined });
    const copies = [1, 2, 3, 8, undefined].map(async (threads) => {
      const copy = x.slice();
      const given = threads === undefined ? options : { ...options, threads };
      expect(await promises.softmax(copy, { ...given, out: copy })).toBe(copy);
      for (let row = 0; row < (shape[0] as number); row++) {
        const at = row * (rowStride ?? dense);
        const own = Buffer.from(copy.buffer, 4 * at, 4 * dense);
        const wanted = Buffer.from(expected.buffer, 4 * row * dense, 4 * dense);
        if (!own.equals(wanted)) expect.fail(`row ${row} on ${threads} threads`);
        const padding = copy.subarray(at + dense, rowStride === undefined ? at : at + rowStride);
        expect(padding).toEqual(x.subarray(at + dense, at + dense + padding.length));
      }
    });
    await Promise.all(copies);
  });
});

describeEachIsa('every element type', () => {
  const shape = [300, 1023];
  const x = normalLogits(300 * 1023, { seed: 1, deviation: 3 });
  const y = normalLogits(300 * 1023, { seed: 2, deviation: 3 });
  it.each([
    ['float32', x, y, undefined],
    ['float64', Float64Array.from(x), Float64Array.from(y), undefined],
    ['bfloat16', truncated(x, 'bfloat16'), truncated(y, 'bfloat16'), 'bfloat16'],
  ] as const)('%s', async (_, a, b, dtype) => {
    const options = dtype === undefined ? { shape, axis: 1 } : { shape, axis: 1, dtype };
    const runs = Object.entries(runsOf(a, b, options, (array) => array, undefined));
    const expected = runs.map(([, run]) => run(logits));
    const actual = await Promise.all(runs.map(([, run]) => run(inPromises)));
    for (const [i, [name]] of runs.entries()) {
      expect(bytesOf(actual[i]) === bytesOf(await expected[i]), name).toBe(true);
    }
  });
});

describe('errors', () => {
  const wrong: Record<string, (name: FunctionName) => Arguments> = {
    'another value for the first array': (name) => ({
      ...rightArguments(name),
      [signatures[name].inputs[0] as Name]: 'logits',
    }),
    'a detached array': (name) => ({
      ...rightArguments(name),
      [signatures[name].inputs[0] as Name]: detached(new Float32Array(6)),
    }),
    'a shape that does not fit': (name) => ({ ...rightArguments(name), shape: [3, 3] }),
    'an unknown option': (name) => ({ ...rightArguments(name), temprature: 2 }),
    'a wrong number of threads': (name) => ({ ...rightArguments(name), threads: 0 }),
    'results over an input': (name) => {
      const given = rightArguments(name);
      const input = given[signatures[name].inputs[0] as Name] as Float32Array;
      const output = signatures[name].outputs.at(-1) as Name;
      const { length } = given[output] as Float32Array;
      const memory = new Float32Array(20);
      memory.set(input);
      return {
        ...given,
        [signatures[name].inputs[0] as Name]: memory.subarray(0, input.length),
        [output]: memory.subarray(1, 1 + length),
      };
    },
  };

  it.each(functionNames)('%s rejects with what is thrown without promises', async (name) => {
    for (const [what, make] of Object.entries(wrong)) {
      const given = make(name);
      const thrown = described(thrownBy(() => call(name, given)));
      const promise = callInBackground(name, given);
      expect(promise, what).toBeInstanceOf(Promise);
      const reason = described(await rejection(promise));
      // The list of options has one more.
      if (what === 'an unknown option')
        expect(reason).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' });
      else expect(reason, what).toEqual(thrown);
    }
  });

  it.each(functionNames)('%s: an error thrown by a getter rejects', async (name) => {
    const thrown = new Error('own');
    const options = {
      get shape() {
        throw thrown;
      },
    };
    const run = inBackground[name] as (...values: unknown[]) => Promise<unknown>;
    const { inputs } = signatures[name];
    const given = rightArguments(name);
    const promise = run(...inputs.map((input) => given[input]), options);
    expect(await rejection(promise)).toBe(thrown);
  });

  it('a target out of range is named', async () => {
    const promise = promises.crossEntropy(new Float32Array(6), [0, 3], { shape: [2, 3] });
    expect(await rejection(promise)).toMatchObject({
      code: 'ERR_TARGET_OUT_OF_RANGE',
      row: 1,
      target: 3,
    });
  });

  it('an empty mean', async () => {
    const options = { ignoreIndex: 1, emptyMean: 'throw' } as const;
    const promise = promises.crossEntropy(new Float32Array(3), [1], options);
    expect(await rejection(promise)).toMatchObject({ code: 'ERR_EMPTY_MEAN' });
  });

  it('an evaluator that is none, or of other classes', async () => {
    const x = new Float32Array(6);
    const { update } = promises.Evaluator.prototype;
    const none = update.call({} as promises.Evaluator, x, [0]);
    expect(await rejection(none)).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' });
    const evaluator = new promises.Evaluator({ classes: 4 });
    const other = evaluator.update(x, [0]);
    expect(await rejection(other)).toMatchObject({ code: 'ERR_SHAPE_MISMATCH' });
    expect(evaluator.summary().rows).toBe(0);
  });
});

describe('a pending call', () => {
  const shape = [400, 1000];
  const x = normalLogits(400_000, { seed: 4 });

  it('has copied its targets, weights and options', async () => {
    const targets = randomTargets(400, 1000, 1);
    const weight = Float32Array.from({ length: 1000 }, (_, i) => (i % 7) + 0.5);
    const ids = randomTargets(800, 1000, 2);
    const options = { shape, weight, temperature: 2 };
    const expected = [
      logits.crossEntropy(x, targets, options),
      bytesOf(logits.score(x, targets, { shape, ids })),
    ];
    const pending = [
      promises.crossEntropy(x, targets, options),
      promises.score(x, targets, { shape, ids }),
    ];
    targets.fill(999);
    weight.fill(NaN);
    ids.fill(0);
    options.temperature = 1;
    shape[0] = 400;
    const [loss, scores] = await Promise.all(pending);
    expect([loss, bytesOf(scores)]).toEqual(expected);
  });

  it('lets a small one that comes later be done first', async () => {
    const long = normalLogits(6_000_000, { seed: 5 });
    const order: string[] = [];
    const first = promises
      .klDivergence(long, long, { shape: [6000, 1000] })
      .then(() => order.push('long'));
    const second = promises.softmax(Float32Array.of(1, 2, 3)).then(() => order.push('small'));
    await Promise.all([first, second]);
    expect(order).toEqual(['small', 'long']);
  });

  it('is one of thousands', async () => {
    const pending = Array.from({ length: 5000 }, (_, i) =>
      promises.logSumExp(Float32Array.of(i, i + 1, -i)),
    );
    const results = await Promise.all(pending);
    for (const [i, result] of results.entries()) {
      expect(result).toEqual(logits.logSumExp(Float32Array.of(i, i + 1, -i)));
    }
  });

  it('of an evaluator adds to it in any order', async () => {
    const targets = randomTargets(400, 1000, 3);
    const whole = new logits.Evaluator({ classes: 1000 }).update(x, targets, { shape });
    const evaluator = new promises.Evaluator({ classes: 1000 });
    const parts = Array.from({ length: 40 }, (_, i) =>
      evaluator.update(
        x.subarray(i * 10_000, (i + 1) * 10_000),
        targets.subarray(i * 10, (i + 1) * 10),
        { shape: [10, 1000] },
      ),
    );
    expect(await Promise.all(parts)).toEqual(new Array(40).fill(evaluator));
    expect(evaluator.toJSON()).toEqual(whole.toJSON());
  });
});
