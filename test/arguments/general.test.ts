import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Arguments,
  call,
  caseOf,
  DETACHED,
  detached,
  elementsOf,
  errorOf,
  expectAnswer,
  expectError,
  type FunctionName,
  functionNames,
  memoryOf,
  optionNames,
  rightArguments,
  SHAPE,
  signatures,
  TYPE,
  VALUE,
} from '../support/tables/calls.js';
import { bigTypes, integerTypes, namesOf, values } from '../support/values.js';

// Every argument and every option of every function, replaced by everything that it is not.

const all = (labels: string[], verdict: string) =>
  Object.fromEntries(labels.map((label) => [label, verdict]));
const either = `${SHAPE}|${TYPE}|${VALUE}`;

// Several codes: two things are wrong, and nobody promised which is told.
const arrays = {
  Float32Array: SHAPE,
  'an empty array': SHAPE,
  'a detached array': DETACHED,
};
const integerNames = namesOf([...integerTypes, ...bigTypes, Uint8ClampedArray]);
const inputs = { ...arrays, '[]': SHAPE, Float64Array: either, Uint16Array: `${VALUE}|${SHAPE}` };
const factors = { undefined: 'fine', ...arrays, '[]': SHAPE, Float64Array: SHAPE };
const perClass = { ...factors, Float32Array: 'fine', Float64Array: 'fine' };
const numbers = { undefined: 'fine', ...all(['NaN', 'Infinity', '2^53'], VALUE) };
const words = { undefined: 'fine', ...all(['an empty string', 'a string', "'2'"], VALUE) };
const positive = { ...numbers, '2^53': 'fine', ...all(['-1', '-0'], VALUE) };
const classIndices = {
  '[]': SHAPE,
  ...all(namesOf([...integerTypes, ...bigTypes]), SHAPE),
};

/** What each value is for each parameter: ERR_INVALID_ARG_TYPE unless listed here. */
const verdicts: Record<string, Record<string, string>> = {
  logits: inputs,
  probabilities: inputs,
  logProbabilities: inputs,
  otherLogits: { ...inputs, Uint16Array: either },
  upstream: { ...inputs, Uint16Array: either },
  // An object without any property of its own is options without any option.
  options: all(
    Object.keys(values).filter((label) => {
      const value = values[label]?.();
      return value === undefined || (typeof value === 'object' && value !== null);
    }),
    'error or not',
  ),
  // No dimensions: one number, so that there is no axis 1.
  shape: {
    '[]': 'error or not',
    undefined: VALUE,
    ...all(integerNames, `${VALUE}|${SHAPE}`),
  },
  axis: { ...numbers, '-1': 'fine', '-0': `${VALUE}|${SHAPE}` },
  dtype: words,
  rowStride: { ...numbers, '-1': VALUE, '-0': VALUE },
  threads: { ...numbers, '-1': VALUE, '-0': VALUE },
  temperature: positive,
  softcap: positive,
  labelSmoothing: { ...numbers, '-1': VALUE, '-0': 'fine' },
  zLoss: { ...numbers, '2^53': 'fine', '-1': VALUE, '-0': 'fine' },
  // The mean fills no array.
  reduction: { ...words, undefined: VALUE },
  emptyMean: words,
  ignoreIndex: {
    ...numbers,
    ...all(['-1', '-0', '[]', ...integerNames], 'fine'),
  },
  weight: perClass,
  positiveWeight: {
    ...perClass,
    ...all(['-1', '-0', '2^53'], 'fine'),
    ...all(['NaN', 'Infinity'], 'error or not'),
  },
  out: { undefined: 'fine', ...arrays },
  gradient: { undefined: 'fine', ...arrays },
};

/** Where a function differs. */
const ownVerdicts: { [K in FunctionName]?: Record<string, Record<string, string>> } = {
  logSumExp: { axis: { ...verdicts.axis, '[]': VALUE, ...all(integerNames, VALUE) } },
  crossEntropy: { targets: { ...classIndices, ...factors, undefined: TYPE } },
  crossEntropyWithGradient: {
    targets: { ...classIndices, ...factors, undefined: TYPE },
    upstream: {
      ...factors,
      ...all(['-1', '-0', '2^53'], 'fine'),
      ...all(['NaN', 'Infinity'], VALUE),
    },
  },
  nllLoss: { targets: { ...classIndices, 'a detached array': DETACHED } },
  binaryCrossEntropy: {
    targets: {
      ...arrays,
      Float64Array: SHAPE,
      ...all(namesOf(integerTypes), SHAPE),
      '[]': SHAPE,
      'an array of holes': `${TYPE}|${SHAPE}`,
    },
  },
};

const parameters = (name: FunctionName) => [
  ...signatures[name].inputs,
  'options',
  ...optionNames(name),
];

const cells = functionNames.flatMap((name) =>
  parameters(name).flatMap((parameter) =>
    Object.keys(values).map((label) => {
      const own = ownVerdicts[name]?.[parameter] ?? verdicts[parameter];
      return { name, parameter, label, verdict: own?.[label] ?? TYPE };
    }),
  ),
);

it.each(cells)('$name: $label as $parameter: $verdict', ({ name, parameter, label, verdict }) => {
  const given = { ...rightArguments(name), [parameter]: values[label]?.() };
  if (verdict === 'fine') {
    call(name, given);
  } else if (verdict === 'error or not') {
    expectAnswer(name, given);
  } else {
    // Logits that are too few are told by the shape; where two things are wrong, either may be told.
    const firstArray = parameter === signatures[name].inputs[0] && verdict === SHAPE;
    const several = verdict.includes('|') || verdict === VALUE;
    const about = firstArray ? `shape|rowStride|${parameter}` : several ? '' : parameter;
    const error = expectError(name, given, verdict, about);
    if (verdict === VALUE && !['shape', 'reduction'].includes(parameter)) {
      expect(error.argument).toContain(parameter);
    }
  }
});

describe.each(functionNames)('%s', (name) => {
  const right = () => rightArguments(name);
  const { inputs, outputs, settings } = signatures[name];
  const first = inputs[0] as string;
  const bare = () => Object.fromEntries(inputs.map((input) => [input, right()[input]]));

  it('takes its right arguments, and every option left out or undefined', () => {
    call(name, right());
    for (const option of optionNames(name).filter((key) => key !== 'shape')) {
      const given = right();
      // The mean fills no array and takes no array of factors.
      if (option === 'reduction') {
        for (const key of ['out', 'upstream'] as const) {
          if (!(inputs as string[]).includes(key)) delete given[key];
        }
      }
      call(name, { ...given, [option]: undefined });
      delete given[option];
      call(name, given);
    }
  });

  it('takes no options at all: one row', () => {
    const row = Float32Array.of(0.25, 0.25, 0.5);
    const one: Arguments = {
      ...Object.fromEntries(inputs.map((input) => [input, row])),
      ...(inputs.includes('targets') && { targets: [1] }),
      ...(name === 'binaryCrossEntropy' && { targets: [1, 0, 0.5] }),
    };
    for (const options of [undefined, {}, Object.create(null)]) call(name, { ...one, options });
  });

  it('gives the outputs that it was given', () => {
    const given = right();
    const result = call(name, given);
    if (name !== 'crossEntropyWithGradient') expect(result).toBe(given.out);
    else expect(result).toEqual({ loss: given.out, gradient: given.gradient });
    for (const output of outputs) expect(given[output]).not.toContain(7);
  });

  it('words its errors', () => {
    const message = (given: Arguments) => errorOf(name, { ...right(), ...given }).message;
    const length = (right().out as Float32Array).length;
    expect(message({ [first]: [1, '2'] })).toBe(`${name}: ${first}[1] is '2', not a number`);
    expect(message({ [first]: undefined })).toContain(
      `${name}: ${first} is missing: it must be a `,
    );
    expect(message({ axis: 2 })).toBe(
      `${name}: axis is 2, not an integer from -2 to 1, as the shape has 2 dimensions`,
    );
    expect(message({ shape: [-2, 3] })).toContain(`${name}: shape[0] is -2, not an integer >= 0. `);
    expect(message({ out: new Float32Array(5) })).toBe(
      `${name}: out has 5 elements, not ${length} (as the result has)`,
    );
    expect(message({ [first]: detached(new Float32Array(6)) })).toContain(
      `${first} has lost its memory`,
    );
    expect(message({ [first]: 'x'.repeat(1e5) }).length).toBeLessThan(300);
    expect(message({ [first]: new Error('x'.repeat(1e5)) }).length).toBeLessThan(300);
    expect(message({ [first]: new Array(1e5).fill('x'.repeat(1e3)) }).length).toBeLessThan(300);
  });

  it('shows values without running their code', () => {
    const unreachable = () => expect.unreachable();
    const hostile = {
      toString: unreachable,
      toJSON: unreachable,
      valueOf: unreachable,
      [Symbol.toPrimitive]: unreachable,
      [Symbol.for('nodejs.util.inspect.custom')]: unreachable,
    };
    for (const parameter of parameters(name).filter((key) => key !== 'options')) {
      expectError(name, { ...right(), [parameter]: hostile }, TYPE, parameter);
    }
  });

  it('lets the errors of getters through', () => {
    const own = new Error('mine');
    const throwOwn = () => {
      throw own;
    };
    const trap = (target: object, key: PropertyKey) =>
      Object.defineProperty(target, key, { enumerable: true, get: throwOwn });
    const expectOwn = (given: Arguments, more?: object) => {
      const before = memoryOf(given);
      expect(() => call(name, given, more)).toThrow(own);
      expect(memoryOf(given)).toEqual(before);
    };
    for (const option of [...optionNames(name), 'unknown']) {
      expectOwn({ ...right(), options: trap({}, option) });
      expectOwn(right(), trap({}, option));
    }
    expectOwn({ ...right(), shape: trap([2, 3], 1) });
    if (settings.includes('ignoreIndex')) {
      expectOwn({ ...right(), ignoreIndex: trap([-100, -200], 1) });
    }
    if (inputs.includes('targets')) {
      const targets = new Array(elementsOf(caseOf(name), 'targets')).fill(0);
      expectOwn({ ...right(), targets: trap(targets, 1) });
    }
    if (name === 'logSumExp') expectOwn({ ...right(), axis: trap([0, 1], 1) });
    const traps = { get: throwOwn, has: throwOwn, ownKeys: throwOwn };
    expectOwn({ ...right(), options: new Proxy({}, traps) });
    expectOwn({ ...right(), shape: new Proxy([2, 3], traps) });
  });

  it('ends in an error, and writes nothing, where a proxy was revoked', () => {
    for (const parameter of parameters(name)) {
      const { proxy, revoke } = Proxy.revocable([], {});
      revoke();
      const given = right();
      delete given[parameter];
      const before = memoryOf(given);
      expect(() => call(name, { ...given, [parameter]: proxy })).toThrow(TypeError);
      expect(memoryOf(given)).toEqual(before);
    }
  });

  it('reads every getter among the options once', () => {
    const reads: Record<string, number> = {};
    const options = Object.fromEntries(
      Object.entries(right()).filter(([key]) => !(inputs as string[]).includes(key)),
    );
    for (const [key, value] of Object.entries(options)) {
      Object.defineProperty(options, key, {
        enumerable: true,
        get: () => {
          reads[key] = (reads[key] ?? 0) + 1;
          return value;
        },
      });
    }
    call(name, { ...bare(), options });
    expect(reads).toEqual(Object.fromEntries(optionNames(name).map((key) => [key, 1])));
  });

  it('reads options that a class defines as accessors', () => {
    class Accessors {
      get shape() {
        return [2, 3];
      }
    }
    const expected = call(name, { ...bare(), shape: [2, 3] });
    expect(call(name, { ...bare(), options: new Accessors() })).toEqual(expected);
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
      expectAnswer(name, { ...right(), ...replaced });
    };
    fc.assert(fc.property(known, check), { seed: 1, numRuns: 200 });
  });
});

describe('unknown options', () => {
  const everyOption = [...new Set(functionNames.flatMap(optionNames))];
  /** Names of later versions, and mistypings. */
  const noOption = 'signal Axis toString __proto__x weights label_smoothing'.split(' ');
  const foreign = functionNames.flatMap((name) =>
    [...everyOption, ...noOption]
      .filter((option) => !optionNames(name).includes(option))
      .filter((option) => !(signatures[name].inputs as string[]).includes(option))
      .map((option) => ({ name, option })),
  );

  it.each(foreign)(
    '$name refuses $option by name, and accepts it undefined',
    ({ name, option }) => {
      const right = rightArguments(name);
      for (const value of [null, 0, 1, 'x', new Float32Array(3), rightArguments(name).out]) {
        const error = expectError(name, { ...right, [option]: value }, VALUE, 'options');
        expect(error.message).toContain(`'${option}'`);
      }
      call(name, { ...right, [option]: undefined });
    },
  );

  it('are these, among others', () => {
    expect(foreign).toContainEqual({ name: 'nllLoss', option: 'temperature' });
    expect(foreign).toContainEqual({ name: 'softmaxGradient', option: 'softcap' });
    expect(foreign).toContainEqual({ name: 'crossEntropy', option: 'gradient' });
    expect(foreign).toContainEqual({ name: 'binaryCrossEntropy', option: 'ignoreIndex' });
    expect(foreign).toContainEqual({ name: 'klDivergence', option: 'weight' });
  });

  it.each(functionNames)('%s refuses its own arguments as options', (name) => {
    for (const input of signatures[name].inputs) {
      const { [input]: array, ...options } = rightArguments(name);
      const others = Object.fromEntries(
        signatures[name].inputs.map((key) => [key, rightArguments(name)[key]]),
      );
      for (const key of signatures[name].inputs) delete options[key];
      expectError(name, { ...others, options: { ...options, [input]: array } }, VALUE, 'options');
    }
  });
});
