import { expect } from 'vitest';
import * as logits from '../../../lib/index.js';
import type * as operations from '../../../lib/operations/index.js';
import { type Coded, expectCode, thrownBy } from '../errors.js';
import { type KnownOperation, knownOperations, listedOptions } from './operation-files.js';

export * from '../errors.js';

// The public functions that write what they compute into arrays, by the files of operations/: their arguments, their
// arrays, their options; and what every error of theirs has in common.

export type FunctionName = Exclude<keyof typeof operations, 'score'>;
const functions: Record<FunctionName, unknown> = logits;
export const functionNames = Object.keys(knownOperations).filter(
  (name) => knownOperations[name]?.outputs.length !== 0,
) as FunctionName[];

const settings: Record<string, unknown> = {
  axis: 1,
  rowStride: 3,
  threads: 2,
  temperature: 2,
  softcap: 50,
  reduction: 'none',
  ignoreIndex: -100,
  emptyMean: 'nan',
  labelSmoothing: 0.125,
  zLoss: 0.0625,
};

const contents = {
  logits: [1, -2, 3, 4, 5, 6],
  otherLogits: [0, 2, -1, 3, 1, 2],
  probabilities: [0.25, 0.25, 0.5, 0.125, 0.625, 0.25],
  logProbabilities: [-1.5, -1.25, -0.75, -2, -0.5, -1.5],
  upstream: [1, -2, 0.5, 3, -1, 2],
  targets: [0, 2],
  weight: [1, 0.5, 2],
  positiveWeight: [2, 1, 0.5],
  out: new Array(6).fill(7),
  gradient: new Array(6).fill(7),
} satisfies Record<string, readonly number[]>;

export type Name = keyof typeof contents;
interface Signature {
  /** The arguments before the options, in order. */
  readonly inputs: readonly Name[];
  /** The other arrays that are read. */
  readonly factors: readonly Name[];
  readonly outputs: readonly Name[];
  /** The options without the arrays. */
  readonly settings: readonly string[];
  /** Arrays that have not one element per logit. */
  readonly sizes: { readonly [K in Name]?: 'logit' | 'row' | 'class' };
}

function signatureOf(name: FunctionName): Signature {
  const { inputs, factors, outputs, sizes } = knownOperations[name] as KnownOperation;
  const arrays = [...factors, ...outputs];
  const settings = listedOptions(name).filter((option) => !arrays.includes(option));
  return { inputs, factors, outputs, settings, sizes } as Signature;
}

export const signatures = Object.fromEntries(
  functionNames.map((name) => [name, signatureOf(name)]),
) as Record<FunctionName, Signature>;

/** The inputs that an output may lie exactly upon: those that are laid out as it is. */
export const inPlace = (name: FunctionName, output: Name): Name[] =>
  signatures[name].sizes[output] === 'row'
    ? []
    : signatures[name].inputs.filter((input) => input !== 'targets');

export const optionNames = (name: FunctionName): string[] => {
  const { settings, factors, outputs } = signatures[name];
  return [...settings, ...factors, ...outputs];
};
export const hasReduction = (name: FunctionName) => signatures[name].settings.includes('reduction');
export const lossNames = functionNames.filter(hasReduction);
const takes = (name: FunctionName, kind: 'classes' | 'probabilities' | 'labels') =>
  knownOperations[name]?.targets.includes(kind);
/** The losses whose targets are classes. */
export const classLossNames = functionNames.filter((name) => takes(name, 'classes'));

/** Arguments and options, flat. */
export type Arguments = Record<string, unknown>;
type TypedArray = Float32Array | Float64Array | Int32Array | Uint8Array;

const types = { Float32Array, Float64Array, Int32Array, Uint8Array };
export type TypeName = keyof typeof types;
export type FloatName = 'Float32Array' | 'Float64Array';

/** A function with the types of its arrays. */
export interface Case {
  readonly title: string;
  readonly name: FunctionName;
  readonly float: FloatName;
  readonly targets: TypeName;
}

const otherFloat = (float: FloatName): FloatName =>
  float === 'Float32Array' ? 'Float64Array' : 'Float32Array';

export function caseOf(name: FunctionName, float: FloatName = 'Float32Array'): Case {
  const targets = takes(name, 'labels') ? float : 'Int32Array';
  return { title: `${name} of a ${float}`, name, float, targets };
}

/** Every function for every type of result, once more with probabilities as targets. */
export const cases: Case[] = (['Float32Array', 'Float64Array'] as const).flatMap((float) => [
  ...functionNames.map((name) => caseOf(name, float)),
  ...functionNames
    .filter((name) => takes(name, 'probabilities'))
    .map((name) => ({
      ...caseOf(name, float),
      title: `${name} of a ${float} and probabilities`,
      targets: otherFloat(float),
    })),
]);

const isFloat = (type: TypeName) => type.startsWith('Float');

/** The type of one of the arrays: factors have the type that the logits do not have. */
export function typeOf({ name, float, targets }: Case, array: Name): TypeName {
  if (array === 'targets') return targets;
  return signatures[name].factors.includes(array) ? otherFloat(float) : float;
}

export const elementSize = (type: TypeName) => types[type].BYTES_PER_ELEMENT;

/** How many elements an array has, for two rows of three. */
export function elementsOf(one: Case, array: Name): number {
  const sizes = { logit: 6, row: 2, class: 3 };
  const perLogit = array === 'targets' && isFloat(one.targets);
  return sizes[perLogit ? 'logit' : (signatures[one.name].sizes[array] ?? 'logit')];
}

/** The arrays of a case: inputs, factors, outputs. */
export function arraysOf({ name }: Case): Name[] {
  const { inputs, factors, outputs } = signatures[name];
  return [...inputs, ...factors, ...outputs];
}

/** What stands in an array at first. */
export function contentsOf(one: Case, array: Name): readonly number[] {
  const length = elementsOf(one, array);
  if (array === 'targets' && length === 6) {
    return isFloat(one.targets) ? [0.5, 0.25, 0.25, 0, 0, 1] : [0, 1, 1, 0, 1, 0];
  }
  return contents[array].slice(0, length);
}

export function view(type: TypeName, buffer: ArrayBufferLike, offset?: number, length?: number) {
  return new types[type](buffer as ArrayBuffer, offset, length);
}

export const separate = (type: TypeName, length: number): TypedArray => new types[type](length);

/** All arrays of a case, each where `place` wants it. What is read is written last. */
export function arrange(
  one: Case,
  place: (array: Name, type: TypeName, length: number) => TypedArray = (_, type, length) =>
    separate(type, length),
): { [K in Name]?: TypedArray } {
  const arrays: { [K in Name]?: TypedArray } = {};
  for (const array of arraysOf(one)) {
    arrays[array] = place(array, typeOf(one, array), elementsOf(one, array));
  }
  for (const array of arraysOf(one).reverse()) {
    arrays[array]?.set(contentsOf(one, array).slice(0, arrays[array].length));
  }
  return arrays;
}

/** Right arguments, flat: two rows of three classes, every option given. */
export function rightArguments(name: FunctionName, one: Case = caseOf(name)): Arguments {
  const given: Arguments = { ...arrange(one) };
  for (const option of signatures[name].settings) given[option] = settings[option];
  return { ...given, shape: [2, 3], dtype: one.float === 'Float32Array' ? 'float32' : 'float64' };
}

/** Calls with flat arguments, getters as they are; `options` among them takes all options' place. */
export function call(name: FunctionName, given: Arguments, more: object = {}): unknown {
  const { inputs } = signatures[name];
  const own = Object.getOwnPropertyDescriptors(given);
  for (const input of inputs) delete own[input];
  const options =
    'options' in given
      ? given.options
      : Object.defineProperties({}, { ...own, ...Object.getOwnPropertyDescriptors(more) });
  const run = functions[name] as (...values: unknown[]) => unknown;
  return run(...inputs.map((input) => given[input]), options);
}

/** A result as plain numbers. */
export function numbers(result: unknown): number[] {
  if (typeof result === 'number') return [result];
  if (ArrayBuffer.isView(result)) return Array.from(result as Float32Array);
  const { loss, gradient } = result as { loss: unknown; gradient: unknown };
  return [...numbers(loss), ...numbers(gradient)];
}

const bytesOf = (value: unknown) =>
  ArrayBuffer.isView(value) && value.byteLength > 0
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')
    : '';

/** What stands in all arrays among the arguments. */
export const memoryOf = (given: Arguments) => Object.values(given).map(bytesOf);

/** The call's error, which has a class, a code and a sentence, and has left all memory alone. */
export function errorOf(name: FunctionName, given: Arguments, more: object = {}): Coded {
  const before = memoryOf(given);
  const error = thrownBy(() => call(name, given, more));
  expect(memoryOf(given)).toEqual(before);
  return error;
}

/** An error of one of these codes (`|` between them), about one of these names. */
export function expectError(
  name: FunctionName,
  given: Arguments,
  codes: string,
  about = '',
  more: object = {},
): Coded {
  return expectCode(errorOf(name, given, more), codes, about);
}

/** Either a result or such an error. */
export function expectAnswer(name: FunctionName, given: Arguments): void {
  try {
    call(name, given);
  } catch {
    errorOf(name, given);
  }
}

export function detached<T extends ArrayBufferView>(array: T): T {
  structuredClone(array.buffer, { transfer: [array.buffer as ArrayBuffer] });
  return array;
}
