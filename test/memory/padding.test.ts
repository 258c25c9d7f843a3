import { describe, expect, it } from 'vitest';
import {
  type Arguments,
  arrange,
  type Case,
  call,
  caseOf,
  cases,
  classLossNames,
  contentsOf,
  expectError,
  hasReduction,
  inPlace,
  numbers,
  OVERLAP,
  separate,
  signatures,
  typeOf,
} from '../support/tables/calls.js';

// What must not matter, since it is not read, and must not be written: the padding between rows,
// the contents of ignored rows.

const layout = ({ name }: Case): Arguments => ({
  shape: [2, 3],
  ...(hasReduction(name) && { reduction: 'none' }),
});
const likeLogits = ({ name }: Case) =>
  signatures[name].inputs.filter((input) => input !== 'targets');

/** Two rows of three, five elements apart, with `filling` between and behind them. */
function pad(values: ArrayLike<number>, filling: number, length = 10): number[] {
  const padded = new Array<number>(length).fill(filling);
  for (let i = 0; i < 6; i++) padded[i < 3 ? i : i + 2] = values[i] as number;
  return padded;
}

/** The arrays of a case, those like the logits padded. */
function arrangePadded(one: Case, filling: number, length?: number): Arguments {
  const arrays: Arguments = arrange(one);
  for (const input of likeLogits(one)) {
    const padded = pad(contentsOf(one, input), filling, length);
    const array = separate(typeOf(one, input), padded.length);
    array.set(padded);
    arrays[input] = array;
  }
  return arrays;
}

const fillings = [NaN, Infinity, -Infinity, 2 ** 99, 0];
const padded = (one: Case) => ({ ...layout(one), rowStride: 5 });

describe.each(cases)('the padding of $title', (one) => {
  const right = () => numbers(call(one.name, arrange(one), layout(one)));

  it('is not read', () => {
    for (const filling of fillings) {
      for (const length of [8, 9, 10]) {
        const arrays = arrangePadded(one, filling, length);
        expect(numbers(call(one.name, arrays, padded(one)))).toEqual(right());
      }
    }
  });

  it('is not written', () => {
    const arrays = arrangePadded(one, NaN);
    const before = likeLogits(one).map((input) => numbers(arrays[input]));
    call(one.name, arrays, padded(one));
    expect(likeLogits(one).map((input) => numbers(arrays[input]))).toEqual(before);
  });

  /** Which inputs may be written upon, and as what. */
  const places = signatures[one.name].outputs.flatMap((output) =>
    inPlace(one.name, output).map((input) => [output, input] as const),
  );

  it('stays where rows are written in place', () => {
    for (const [output, input] of places) {
      for (const filling of fillings) {
        const dense = arrange(one);
        call(one.name, dense, layout(one));
        const arrays = arrangePadded(one, filling);
        const memory = arrays[input] as Float32Array;
        call(one.name, { ...arrays, [output]: memory }, padded(one));
        const expected = pad(dense[output as 'out'] as Float32Array, filling);
        expect(numbers(memory)).toEqual(expected);
      }
    }
  });

  it('is no place for dense results', () => {
    for (const [output, input] of places) {
      const arrays = arrangePadded(one, 0);
      const memory = arrays[input] as Float32Array;
      const dense = { ...arrays, [output]: memory.subarray(0, 6) };
      expectError(one.name, dense, OVERLAP, output, padded(one));
    }
    for (const output of signatures[one.name].outputs) {
      const arrays = arrangePadded(one, 0);
      const [input] = likeLogits(one) as [string];
      const memory = arrays[input] as Float32Array;
      const { length } = arrange(one)[output] as Float32Array;
      if (length > 2) continue;
      const between = { ...arrays, [output]: memory.subarray(3, 3 + length) };
      expectError(one.name, between, OVERLAP, output, padded(one));
    }
  });
});

describe.each(classLossNames)('the ignored rows of %s', (name) => {
  const rows = [-1, -2, -0.5, -3, -0.25, -2, -1, -1, -4];
  const first = name === 'nllLoss' ? 'logProbabilities' : 'logits';
  const contents = [
    [NaN, NaN, NaN],
    [Infinity, Infinity, Infinity],
    [-Infinity, -Infinity, -Infinity],
    [Infinity, NaN, -Infinity],
    [3e38, -3e38, 0],
  ];

  it.each(['mean', 'sum', 'none'])('do not matter for the reduction %s', (reduction) => {
    for (const { float } of [caseOf(name), caseOf(name, 'Float64Array')]) {
      for (const content of contents) {
        for (const ignored of [0, 1, 2]) {
          const values = [...rows];
          values.splice(3 * ignored, 3, ...content);
          const result = (data: number[]) => {
            const array = separate(float, 9);
            array.set(data);
            const targets = [0, 1, 2].map((target) => (target === ignored ? -100 : target));
            const options = { shape: [3, 3], reduction };
            return numbers(call(name, { [first]: array, targets }, options));
          };
          expect(result(values)).toEqual(result(rows));
          expect(result(values)).not.toContain(NaN);
        }
      }
    }
  });

  it('get the loss 0 and the gradient 0, also upon themselves', () => {
    for (const content of contents) {
      const data = Float32Array.from([...rows.slice(0, 3), ...content]);
      const options = { shape: [2, 3], reduction: 'none', ignoreIndex: [7, 1] };
      const result = numbers(call(name, { [first]: data.slice(), targets: [2, 7] }, options));
      expect(result[1]).toBe(0);
      expect(result.slice(2 + 3)).toEqual(result.length > 2 ? [0, 0, 0] : []);
      if (name !== 'crossEntropyWithGradient') continue;
      call(name, { logits: data, gradient: data, targets: [2, 7] }, options);
      expect(numbers(data)).toEqual(result.slice(2));
    }
  });

  it('do not matter along another axis, for halves, and within padding', () => {
    const bits = Uint16Array.of(0xbf80, 0x7fc0, 0xc000, 0x7fc0, 0xbf00, 0xff80);
    const clean = Uint16Array.from(bits, (value, i) => (i % 2 === 1 ? 0 : value));
    const options = { shape: [1, 3, 2], axis: 1, dtype: 'bfloat16' };
    const of = (data: Uint16Array) =>
      numbers(call(name, { [first]: data, targets: [2, -100] }, options));
    expect(of(bits)).toEqual(of(clean));
    expect(of(bits)).not.toContain(NaN);

    const padding = (filling: number) =>
      numbers(
        call(
          name,
          { [first]: Float32Array.of(-1, -2, -3, filling, filling, filling), targets: [0, -100] },
          { shape: [2, 2], rowStride: 3 },
        ),
      );
    for (const filling of fillings) expect(padding(filling)).toEqual(padding(5));
  });

  it('may be all rows', () => {
    const data = new Float32Array(6).fill(NaN);
    for (const reduction of ['sum', 'none']) {
      const options = { shape: [2, 3], reduction };
      const result = numbers(call(name, { [first]: data, targets: [-100, -100] }, options));
      expect(result).toEqual(result.map(() => 0));
    }
  });
});
