import { describe, expect, it } from 'vitest';
import { binaryCrossEntropy, crossEntropy, nllLoss, softmax } from '../../lib/index.js';
import {
  type Arguments,
  arrange,
  arraysOf,
  type Case,
  call,
  cases,
  elementSize,
  elementsOf,
  expectError,
  hasReduction,
  inPlace,
  type Name,
  numbers,
  OVERLAP,
  separate,
  signatures,
  typeOf,
  view,
} from '../support/tables/calls.js';

// What is written lies apart from what is read, or exactly upon it where that is allowed.

const layout = ({ name }: Case): Arguments => ({
  shape: [2, 3],
  ...(hasReduction(name) && { reduction: 'none' }),
});
const run = (one: Case, arrays: Arguments) => numbers(call(one.name, arrays, layout(one)));

/** All pairs of an output and another array. */
const pairs = cases.flatMap((one) => {
  const { outputs } = signatures[one.name];
  return outputs.flatMap((output, index) =>
    arraysOf(one)
      .filter((other) => other !== output && !outputs.slice(index).includes(other))
      .map((other) => ({ one, title: one.title, output, other })),
  );
});

const memories: [string, () => ArrayBufferLike, (buffer: ArrayBufferLike) => ArrayBufferLike][] = [
  ['an ArrayBuffer', () => new ArrayBuffer(256), (buffer) => buffer],
  ['a SharedArrayBuffer', () => new SharedArrayBuffer(256), (buffer) => buffer],
  ['two SharedArrayBuffers', () => new SharedArrayBuffer(256), (buffer) => structuredClone(buffer)],
];

describe.each(memories)('within the memory of %s', (_, make, again) => {
  it.each(pairs)('$output and $other of $title', ({ one, output, other }) => {
    const bytes = (array: Name) => elementsOf(one, array) * elementSize(typeOf(one, array));
    const step = elementSize(typeOf(one, output));
    const right = run(one, arrange(one));
    const at = 96;
    for (let offset = at - bytes(output); offset <= at + bytes(other); offset += step) {
      const a = make();
      const b = again(a);
      const arrays = arrange(one, (array, type, length) => {
        if (array === output) return view(type, a, offset, length);
        return array === other ? view(type, b, at, length) : separate(type, length);
      });
      const apart = offset + bytes(output) <= at || offset >= at + bytes(other);
      const alike = typeOf(one, output) === typeOf(one, other) && bytes(output) === bytes(other);
      const same = offset === at && alike && inPlace(one.name, output).includes(other);
      if (apart || same) {
        expect(run(one, arrays)).toEqual(right);
      } else {
        const error = expectError(one.name, arrays, OVERLAP, 'out|gradient', layout(one));
        expect(error.message).toContain(output);
        expect(error.message).toContain(other);
      }
    }
  });
});

it.each(cases)('$title: inputs may overlap as they like', (one) => {
  const { inputs, factors } = signatures[one.name];
  const readOnly = [...inputs, ...factors];
  const buffer = new ArrayBuffer(256);
  // Every bit 0: a class, a weight, a probability.
  const arrays = arrange(one, (array, type, length) =>
    readOnly.includes(array) ? view(type, buffer, 0, length) : separate(type, length),
  );
  new Uint8Array(buffer).fill(0);
  const apart = arrange(one);
  for (const array of readOnly) apart[array]?.fill(0);
  expect(run(one, arrays)).toEqual(run(one, apart));
});

describe('of one byte of targets', () => {
  const bytesOfTargets = [Int8Array, Uint8Array, Int16Array, Uint16Array, Uint32Array];

  it.each([...bytesOfTargets, BigInt64Array, BigUint64Array])('%o', (type) => {
    const size = type.BYTES_PER_ELEMENT;
    const logits = Float32Array.of(1, -2, 3, 4, 5, 6);
    // Two losses in bytes 16 to 24.
    const memory = new Float32Array(16);
    const out = memory.subarray(4, 6);
    for (const name of ['crossEntropy', 'crossEntropyWithGradient', 'nllLoss'] as const) {
      const first = name === 'nllLoss' ? 'logProbabilities' : 'logits';
      for (let at = 0; at <= 40; at += size) {
        const targets = new type(memory.buffer, at, 2);
        const given = { [first]: logits, targets, shape: [2, 3], reduction: 'none', out };
        memory.fill(0);
        if (at + 2 * size <= 16 || at >= 24) call(name, given);
        else expectError(name, given, OVERLAP, 'out');
      }
    }
  });

  it('of labels', () => {
    const memory = new Float32Array(16);
    const out = memory.subarray(4, 10);
    const logits = Float32Array.of(1, -2, 3, 4, 5, 6);
    const given = (at: number) => ({
      logits,
      targets: new Uint8Array(memory.buffer, at, 6),
      reduction: 'none',
      out,
    });
    const name = 'binaryCrossEntropy';
    for (const at of [11, 12, 16, 30, 39]) expectError(name, given(at), OVERLAP, 'out');
    for (const at of [10, 40]) call(name, given(at));
    expect(binaryCrossEntropy(logits, new Uint8Array(6), { reduction: 'none', out })).toBe(out);
  });
});

describe('of halves and their results', () => {
  const likeLogits = (one: Case) =>
    signatures[one.name].inputs.filter((input) => input !== 'targets');
  const halves = cases
    .filter(({ float }) => float === 'Float32Array')
    .flatMap((one) =>
      signatures[one.name].outputs.flatMap((output) =>
        likeLogits(one).map((input) => ({ title: one.title, one, output, input })),
      ),
    );

  it.each(halves)('$output and $input of $title', ({ one, output, input }) => {
    const bytes = 4 * elementsOf(one, output);
    for (let at = 0; at <= 36 + bytes; at += 2) {
      const memory = new ArrayBuffer(128);
      const out = new Float32Array(memory, 24, bytes / 4);
      const arrays: Arguments = {
        ...arrange(one),
        ...Object.fromEntries(likeLogits(one).map((key) => [key, new Uint16Array(6)])),
        [input]: new Uint16Array(memory, at, 6),
        [output]: out,
      };
      const options = { ...layout(one), dtype: 'bfloat16' };
      if (at + 12 <= 24 || at >= 24 + bytes) call(one.name, arrays, options);
      else expectError(one.name, arrays, OVERLAP, output, options);
    }
  });
});

describe('of tensors and plain arrays', () => {
  it('the data of a tensor counts', () => {
    const data = Float32Array.of(1, -2, 3, 4, 5, 6, 0, 0);
    const tensor = { data: data.subarray(0, 6), dims: [2, 3] };
    const out = data.subarray(2, 8);
    expectError('softmax', { logits: tensor, out }, OVERLAP, 'out');
    const expected = softmax(data.slice(0, 6), { shape: [2, 3] });
    expect(softmax(tensor, { out: tensor.data })).toBe(tensor.data);
    expect(tensor.data).toEqual(expected);
  });

  it('a second view of the very same elements is the same array', () => {
    const buffer = new ArrayBuffer(24);
    const logits = new Float32Array(buffer);
    logits.set([1, -2, 3, 4, 5, 6]);
    const expected = softmax(logits.slice(), { shape: [2, 3] });
    const out = new Float32Array(buffer, 0, 6);
    expect(softmax(logits, { shape: [2, 3], out })).toBe(out);
    expect(logits).toEqual(expected);
  });

  it('losses and gradient may not share memory, even exactly', () => {
    const logits = Float32Array.of(1, -2);
    const both = new Float32Array(2);
    const options = { shape: [2, 1], reduction: 'none', out: both, gradient: both };
    const given = { logits, targets: [0, 0], ...options };
    expectError('crossEntropyWithGradient', given, OVERLAP, 'out|gradient');
    const inPlace = { ...given, out: logits, gradient: undefined };
    expectError('crossEntropyWithGradient', inPlace, OVERLAP, 'out');
    expectError(
      'crossEntropy',
      { logits, targets: [0, 0], shape: [2, 1], reduction: 'none', out: logits },
      OVERLAP,
      'out',
    );
  });

  it('plain targets overlap nothing', () => {
    const out = new Float32Array(2);
    const logits = Float32Array.of(-1, -2, -3, -4, -5, -6);
    const options = { shape: [2, 3], reduction: 'none', out } as const;
    expect(crossEntropy(logits, [0, 2], options)).toBe(out);
    expect(nllLoss(logits, [0, 2], options)).toBe(out);
  });

  it.each([
    ['one class', [6, 1], -1, 6],
    ['all axes', [2, 3], [0, 1], 1],
    ['axes apart', [2, 3, 1], [0, 2], 3],
    ['axes apart, nothing moves', [1, 6, 1], [0, 2], 6],
  ])('logSumExp into its logits: %s', (_, shape, axis, rows) => {
    for (const type of ['Float32Array', 'Float64Array'] as const) {
      const buffer = new SharedArrayBuffer(6 * elementSize(type));
      const logits = view(type, buffer);
      for (const memory of [logits, view(type, structuredClone(buffer))]) {
        const out = memory.subarray(0, rows);
        expectError('logSumExp', { logits, shape, axis, out }, OVERLAP, 'out');
      }
      expect(call('logSumExp', { logits, shape, axis })).toHaveLength(rows);
    }
  });

  it('one row of a KL divergence of one class is no place for its result', () => {
    const logits = Float32Array.of(1, 2);
    const options = { shape: [2, 1], reduction: 'none', out: logits };
    const given = { logits, otherLogits: Float32Array.of(0, 1), ...options };
    expectError('klDivergence', given, OVERLAP, 'out');
    const swapped = { ...given, logits: given.otherLogits, otherLogits: logits };
    expectError('klDivergence', swapped, OVERLAP, 'out');
  });
});
