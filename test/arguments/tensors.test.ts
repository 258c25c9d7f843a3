import { describe, expect, it } from 'vitest';
import {
  type Arguments,
  call,
  caseOf,
  DETACHED,
  detached,
  expectError,
  type FloatName,
  functionNames,
  memoryOf,
  rightArguments,
  SHAPE,
  signatures,
  TYPE,
  VALUE,
} from '../support/tables/calls.js';

// Arrays that know their shape, as the tensors of onnxruntime and transformers.js do.

/** Two rows of three without anything that says so, but for the data. */
function withoutLayout(name: (typeof functionNames)[number], float: FloatName = 'Float32Array') {
  const right = rightArguments(name, caseOf(name, float));
  const { shape: _, axis: __, rowStride: ___, dtype: ____, ...rest } = right;
  return rest;
}

/** A tensor whose fields are accessors of its class, which count how often they are read. */
class CountingTensor {
  readonly #fields: Arguments;
  readonly reads: Record<string, number> = {};

  constructor(fields: Arguments) {
    this.#fields = fields;
  }
  #read(field: string) {
    this.reads[field] = (this.reads[field] ?? 0) + 1;
    return this.#fields[field];
  }
  get data() {
    return this.#read('data');
  }
  get dims() {
    return this.#read('dims');
  }
  get shape() {
    return this.#read('shape');
  }
  get type() {
    return this.#read('type');
  }
}

const positions = functionNames.flatMap((name) =>
  signatures[name].inputs
    .filter((input) => input !== 'targets')
    .map((input) => ({ name, input, first: input === signatures[name].inputs[0] })),
);

describe.each(positions)('$input of $name', ({ name, input, first }) => {
  /** Right arguments with this one replaced. The first one alone may be without a shape of its own. */
  const given = (value: unknown, more: Arguments = {}): Arguments => ({
    ...withoutLayout(name),
    ...(!first && { shape: [2, 3] }),
    [input]: value,
    ...more,
  });
  const data = () => withoutLayout(name)[input] as Float32Array;
  const expected = () => call(name, { ...withoutLayout(name), shape: [2, 3] });
  const right = (more: Arguments = {}) => ({
    data: data(),
    dims: [2, 3],
    type: 'float32',
    ...more,
  });

  it.each<[string, Arguments]>([
    ['dims and a type', {}],
    ['dims alone', { type: undefined }],
    ['a shape in place of dims', { dims: undefined, shape: [2, 3] }],
    ['dims before a shape', { shape: [3, 2] }],
    ['other properties', { size: 6, location: 'cpu', axis: 0, out: 1 }],
  ])('may be a tensor with %s', (_, more) => {
    expect(call(name, given(right(more)))).toEqual(expected());
  });

  it('may be an object of a class, and is read once', () => {
    const tensor = new CountingTensor(right());
    expect(call(name, given(tensor))).toEqual(expected());
    expect(tensor.reads.data).toBe(1);
    for (const reads of Object.values(tensor.reads)) expect(reads).toBe(1);
  });

  it('may be a proxy of a tensor', () => {
    const proxy = new Proxy(right(), {});
    expect(call(name, given(proxy))).toEqual(expected());
  });

  it('may be a tensor of float64', () => {
    const doubles = withoutLayout(name, 'Float64Array');
    const tensor = { data: doubles[input], dims: [2, 3], type: 'float64' };
    const shape = { shape: [2, 3] };
    const bare = call(name, { ...withoutLayout(name, 'Float64Array'), ...shape });
    expect(call(name, { ...doubles, ...shape, [input]: tensor })).toEqual(bare);
  });

  it('may be a tensor of float16, and of bfloat16', () => {
    const likeLogits = signatures[name].inputs.filter((key) => key !== 'targets');
    const others = (make: () => unknown) =>
      Object.fromEntries(likeLogits.map((key) => [key, make()]));
    const ones = call(name, {
      ...withoutLayout(name),
      ...others(() => new Float32Array(6).fill(1)),
      shape: [2, 3],
    });
    for (const [type, one] of [
      ['float16', 0x3c00],
      ['bfloat16', 0x3f80],
    ] as const) {
      const tensor = () => ({ data: new Uint16Array(6).fill(one), dims: [2, 3], type });
      const arguments_ = { ...withoutLayout(name), ...others(tensor) };
      expect(call(name, arguments_)).toEqual(ones);
      // The option goes before the tensor's own word; a tensor of integers may hold bfloat16's bits.
      const bits = () => ({ ...tensor(), type: 'uint16' });
      const read = { ...withoutLayout(name), ...others(bits), dtype: type };
      expect(call(name, read)).toEqual(ones);
    }
  });

  it.each<[string, () => unknown, string]>([
    ['no', () => undefined, TYPE],
    ['null as', () => null, TYPE],
    ['an array as', () => [1, 2, 3, 4, 5, 6], TYPE],
    ['a string as', () => '123456', TYPE],
    ['a number as', () => 6, TYPE],
    ['a tensor as', () => right(), TYPE],
    ['a buffer as', () => new ArrayBuffer(24), TYPE],
    ['a DataView as', () => new DataView(new ArrayBuffer(24)), TYPE],
    ['a proxy as', () => new Proxy(new Float32Array(6), {}), TYPE],
    ['an heir without elements as', () => Object.create(Float32Array.prototype), TYPE],
    ['integers as', () => new Int32Array(6), TYPE],
    ['bytes as', () => new Uint8Array(6), TYPE],
    ['64-bit integers as', () => new BigInt64Array(6), TYPE],
    ['too few elements as', () => new Float32Array(5), SHAPE],
    ['detached', () => detached(new Float32Array(6)), DETACHED],
  ])('refuses a tensor with %s data', (_, make, code) => {
    const about = code === TYPE ? `${input}.data` : `shape|${input}`;
    expectError(name, given(right({ data: make(), type: undefined })), code, about);
    expectError(name, given({ data: make(), dims: [2, 3] }, { shape: [2, 3] }), code, about);
  });

  it.each<[string, unknown, string]>([
    ['of another float', 'float64', VALUE],
    ['of 16 bits', 'float16', VALUE],
    ['of integers', 'int32', VALUE],
    ['in another spelling', 'Float32', VALUE],
    ['of no letters', '', VALUE],
    ['of every object', 'constructor', VALUE],
    ['that is a number', 1, TYPE],
    ['that is null', null, TYPE],
    ['that is an object', {}, TYPE],
  ])('refuses a tensor with a type %s', (_, type, code) => {
    expectError(name, given(right({ type })), code, `${input}.type`);
  });

  it('refuses a tensor of integers, whatever it says', () => {
    for (const type of ['int32', 'float32', undefined]) {
      const integers = right({ data: new Int32Array(6), type });
      expectError(name, given(integers), TYPE, input);
    }
    const words = right({ data: new Uint16Array(6), type: 'uint16' });
    expectError(name, given(words), `${TYPE}|${VALUE}`, `${input}|dtype`);
  });

  it('lets the errors of its getters through', () => {
    const own = new Error('mine');
    const get = () => {
      throw own;
    };
    for (const field of ['data', 'dims', 'type']) {
      const tensor = Object.defineProperty(right(), field, { get });
      const all = given(tensor);
      const before = memoryOf(all);
      if (first || field === 'data') expect(() => call(name, all)).toThrow(own);
      expect(memoryOf(all)).toEqual(before);
    }
    expect(() => call(name, given(new Proxy(right(), { get })))).toThrow(own);
  });
});

describe.each(functionNames)('%s', (name) => {
  const input = signatures[name].inputs[0] as string;
  const right = () => withoutLayout(name);
  const tensor = (more: Arguments) => ({ ...right(), [input]: { data: right()[input], ...more } });

  it.each<[string, unknown, string, string]>([
    // biome-ignore lint/suspicious/noSparseArray: the hole is the case
    ['with a hole', [2, , 3], TYPE, 'dims[1]'],
    ['of holes', new Array(2), TYPE, 'dims[0]'],
    ['of strings', ['2', '3'], TYPE, 'dims[0]'],
    ['of bigints', [2n, 3n], TYPE, 'dims[0]'],
    ['in floats', Float32Array.of(2, 3), TYPE, 'dims'],
    ['in no array', 6, TYPE, 'dims'],
    ['in something like an array', { length: 2, 0: 2, 1: 3 }, TYPE, 'dims'],
    ['below zero', [2, -3], VALUE, 'dims[1]'],
    ['with a fraction', [1.5, 4], VALUE, 'dims[0]'],
    ['with NaN', [NaN, 3], VALUE, 'dims[0]'],
    ['of too few elements', [2, 2], SHAPE, 'dims'],
    ['of too many elements', [2 ** 32, 2 ** 32], SHAPE, 'dims'],
  ])('refuses dims %s', (_, dims, code, about) => {
    const names = code === SHAPE ? `${input}|shape` : `${input}.${about}`;
    expectError(name, tensor({ dims }), code, names);
    const shapeNames = code === SHAPE ? names : `${input}.${about.replace('dims', 'shape')}`;
    expectError(name, tensor({ shape: dims }), code, shapeNames);
  });

  it('has the option shape go before dims', () => {
    const expected = call(name, { ...right(), shape: [2, 3] });
    for (const dims of [[3, 2], [6], [1, 2, 3]]) {
      expect(call(name, { ...tensor({ dims }), shape: [2, 3] })).toEqual(expected);
    }
  });

  it('takes the axis by dims', () => {
    const { axis, ...given } = { axis: -2, ...tensor({ dims: [2, 3, 1] }) };
    const expected = call(name, { ...right(), shape: [2, 3] });
    expect(call(name, { ...given, axis })).toEqual(expected);
    expectError(name, { ...given, axis: 3 }, VALUE, 'axis');
  });

  it('takes tensors for nothing but logits and targets', () => {
    const { factors, outputs } = signatures[name];
    const others = [...factors, ...outputs];
    for (const other of others) {
      const wrapped = { data: right()[other], dims: [6], type: 'float32' };
      expectError(name, { ...right(), shape: [2, 3], [other]: wrapped }, TYPE, other);
    }
  });

  it('refuses a dtype that contradicts the data', () => {
    const given = tensor({ dims: [2, 3], type: 'float32' });
    expectError(name, { ...given, dtype: 'float64' }, VALUE, 'dtype');
    expectError(name, { ...given, dtype: 'float16' }, VALUE, 'dtype');
    call(name, { ...given, dtype: 'float32' });
  });

  it('takes a row that says nothing of its shape', () => {
    const options = { shape: undefined };
    const { inputs } = signatures[name];
    const row = Float32Array.of(0.25, 0.25, 0.5);
    const targets = name === 'binaryCrossEntropy' ? [0, 1, 0] : [1];
    const all = Object.fromEntries(inputs.map((key) => [key, key === 'targets' ? targets : row]));
    const expected = call(name, { ...all, options });
    expect(call(name, { ...all, [input]: { data: row }, options })).toEqual(expected);
  });
});
