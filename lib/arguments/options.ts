import {
  type elementCodes,
  emptyMeanCodes,
  reductionCodes,
  tiesCodes,
} from '../native/boundary.js';
import type { Integers } from '../types.js';
import { type AnyFunction, combinationError, named, shortened, typeError } from './errors.js';
import { expectBoolean, expectNumber, expectWord, integerWithin } from './scalars.js';
import { either, suggestion } from './suggestions.js';

/** Options as a caller gives them: each may be a getter's, and is read once. */
export type RawOptions = { readonly [name: string]: unknown };

/** An option: the type that callers see, what it is when it is not given, and its check. */
class Option<Type, Value = Type> {
  /** For types alone. */
  declare readonly type: Type;
  /** The name in {@link options}, for errors. */
  readonly name: string = '';
  readonly fallback: Value;
  readonly #check: (value: unknown, name: string) => Value;

  constructor(fallback: Value, check: (value: unknown, name: string) => Value) {
    this.fallback = fallback;
    this.#check = check;
  }

  read(value: unknown): Value {
    return value === undefined ? this.fallback : this.#check(value, this.name);
  }
}

/** An option whose check needs more than its value: the function that takes it reads it. */
const readElsewhere = <Type>() => new Option<Type, unknown>(undefined, (value) => value);

const number = (fallback: number, accepts: (value: number) => boolean, what: string) =>
  new Option<number>(fallback, (value, name) => expectNumber(value, name, accepts, what));
const boolean = (fallback: boolean) => new Option<boolean>(fallback, expectBoolean);
const word = <Word extends string>(
  fallback: NoInfer<Word>,
  codes: { readonly [W in Word]: number },
) => new Option<Word>(fallback, (value, name) => expectWord(value, name, codes));
const integer = <Fallback>(fallback: Fallback, least: number, most?: number) =>
  new Option<number, number | Fallback>(fallback, (value, name) =>
    integerWithin(value, name, least, most),
  );

const isPositive = (value: number) => value > 0 && value < Infinity;
const isShare = (value: number) => value >= 0 && value <= 1;
const isFactor = (value: number) => value >= 0 && value < Infinity;

/**
 * The options that several functions take, and those of one function that are checked by themselves: each with its
 * documentation, its type, its default and its check. `scripts/option-table.mjs` makes the table of the documentation
 * from them.
 */
export const options = {
  /**
   * The dimensions of the logits. Default: the tensor's, or those of plain rows; with class indices as many rows as
   * there are of them; else one row.
   */
  shape: readElsewhere<Integers>(),
  /** The class axis; negative values count from the end. Default: -1. */
  axis: readElsewhere<number>(),
  /**
   * How to read a `Uint16Array`: 'float16' or 'bfloat16'; of other arrays their own type; of plain numbers 'float32' or
   * 'float64'. Default: the tensor's `type`, and 'float32' for plain numbers.
   */
  dtype: readElsewhere<keyof typeof elementCodes>(),
  /**
   * Elements from one row's start to the next, for rows along the last axis with padding between
   * them, which is never read. Results are not padded, unless they are written in place. Default: the
   * row's length.
   */
  rowStride: readElsewhere<number>(),
  /**
   * The most threads that this call uses, an integer from 1 on. No bit of a result depends on it.
   * Default: what `setThreads` has set.
   */
  threads: integer(0, 1),
  /** Logits are divided by it: finite and above 0. Default: 1. */
  temperature: number(1, isPositive, 'a finite number > 0'),
  /**
   * Logits become `softcap * tanh(x / softcap)`, then the temperature divides: finite and above 0.
   * Default: none.
   */
  softcap: number(0, isPositive, 'a finite number > 0'),
  /** 'mean', 'sum', or 'none' for all losses. Default: 'mean'. */
  reduction: word('mean', reductionCodes),
  /** Rows with this target, or with one of these, count for nothing and are never read. Default: -100. */
  ignoreIndex: readElsewhere<number | Integers>(),
  /** What the mean is where no row counts: 'nan', 'zero', or 'throw' for an error. Default: 'nan'. */
  emptyMean: word('nan', emptyMeanCodes),
  /** The share of the target that is spread evenly over all classes, from 0 to 1. Default: 0. */
  labelSmoothing: number(0, isShare, 'a number from 0 to 1'),
  /** Each row's loss gains zLoss * logSumExp(row)^2: finite, 0 or more. Default: 0. */
  zLoss: number(0, isFactor, 'a finite number >= 0'),
  /** Whether `score` gives the target's rank. Default: true where there are targets. */
  rank: boolean(true),
  /**
   * The target's rank among equal logits: 'min' is the best of theirs, 'max' the worst, 'index' goes by
   * class, the lower first. Default: 'min'.
   */
  ties: word('min', tiesCodes),
  /** Whether `score` gives each row's entropy. Default: false. */
  entropy: boolean(false),
  /** Whether `score` gives the distance between the two largest logits. Default: false. */
  margin: boolean(false),
  /** Classes whose log-probabilities `score` gives, as many for each row. Default: none. */
  ids: readElsewhere<Integers>(),
  /** Whether an evaluator counts all pairs of target and prediction. Default: false. */
  confusion: boolean(false),
  /** How many bytes of text the targets stand for, for `bitsPerByte`. Default: unknown. */
  bytes: integer(null, 0),
};

for (const [name, option] of Object.entries(options)) Object.assign(option, { name });

/** The options of every function on an array of elements, whose class axis may be known. */
export const ofArrays = ['shape', 'dtype', 'rowStride', 'threads'] as const;
/** What is done to logits before anything else. */
export const ofTransforms = ['temperature', 'softcap'] as const;
export const onElements = [...ofArrays, 'axis'] as const;
export const onLogits = [...onElements, ...ofTransforms] as const;
/** The options of every loss of classes. */
export const ofClassLosses = ['reduction', 'weight', 'ignoreIndex', 'emptyMean', 'out'] as const;

/** No options at all. Not a plain object, which has what others put on Object.prototype. */
class None {
  readonly [name: string]: unknown;
}
Object.setPrototypeOf(None.prototype, null);
const none: RawOptions = Object.freeze(new None());

/** Whether somebody has extended all objects. */
function isExtended(): boolean {
  for (const _ in Object.prototype) return true;
  return false;
}

const isArray = (value: object) => Array.isArray(value) || ArrayBuffer.isView(value);

/** A copy of what an object has of its own or by its class, without what all objects have: each property is read once. */
function withoutInherited(given: object, names: ReadonlySet<string>): RawOptions {
  const isOwn = (name: string) => {
    for (let one = given; one !== null; one = Object.getPrototypeOf(one)) {
      if (one !== given && Object.getPrototypeOf(one) === null) return false;
      if (Object.hasOwn(one, name)) return true;
    }
    return false;
  };
  const copy = new None() as Record<string, unknown>;
  const read = (name: string) => {
    if (isOwn(name)) copy[name] = (given as RawOptions)[name];
  };
  for (const name of names) read(name);
  for (const name in given) if (!names.has(name)) read(name);
  return copy;
}

/** The names of the options that a function takes. Any other name is an error: a typing mistake must not be ignored. */
export class OptionList<Name extends string> {
  /** The function's name, for errors. */
  readonly of: string;
  readonly names: readonly Name[];
  readonly #accepted: ReadonlySet<string>;
  #withSignal: OptionList<Name | 'signal'> | undefined;

  constructor(of: string, ...names: readonly Name[]) {
    this.of = of;
    this.names = names;
    this.#accepted = new Set(names);
  }

  /** A caller's options: not yet read. */
  accept(given: unknown): RawOptions {
    if (given === undefined) return none;
    if (typeof given !== 'object' || given === null || isArray(given)) {
      throw typeError('an object of options', 'options', given, this.#usage(given));
    }
    const values = isExtended() ? withoutInherited(given, this.#accepted) : (given as RawOptions);
    for (const name in values) {
      if (this.#accepted.has(name) || values[name] === undefined) continue;
      throw this.#unknown(name);
    }
    return values;
  }

  /** An error of the function with this list. */
  named(error: unknown, entry: AnyFunction): unknown {
    return named(error, this.of, entry);
  }

  #usage(given: unknown): string {
    const isShape = Array.isArray(given) && this.#accepted.has('shape');
    return isShape ? 'Did you mean { shape: ... }?' : '';
  }

  #unknown(name: string): Error {
    const fault = `there is no option '${shortened(name)}'`;
    const remedy = suggestion(name, this.names) || `The options are ${either(this.names, 'and')}`;
    return combinationError(fault, 'options', name, remedy);
  }

  /** The same of the promise's options, which have `signal` besides. */
  acceptInBackground(given: unknown): RawOptions {
    this.#withSignal ??= new OptionList<Name | 'signal'>(this.of, ...this.names, 'signal');
    return this.#withSignal.accept(given);
  }
}

/** The reduction; `out` takes the losses of 'none' alone. */
export function readReduction(value: unknown, out: unknown): keyof typeof reductionCodes {
  const reduction = options.reduction.read(value);
  if (reduction !== 'none' && out !== undefined) {
    const fault = `out is given, but the reduction '${reduction}' makes one number`;
    throw combinationError(fault, 'out', out, "Leave it out, or set reduction: 'none'");
  }
  return reduction;
}

type Options = typeof options;
type TypeOf<O> = O extends Option<infer Type, unknown> ? Type : never;

/** The types of some of the {@link options}. */
export type OptionsOf<Name extends keyof Options> = {
  readonly [N in Name]?: TypeOf<Options[N]> | undefined;
};

/** One of the {@link options} with a narrower type. */
export type Narrowed<Name extends keyof Options, Type> = {
  readonly [N in Name]?: Type | undefined;
};

/** The types of a list's options, as far as {@link options} has them; `reduction` has a narrower one. */
export type OptionsIn<List> =
  List extends OptionList<infer Name>
    ? OptionsOf<Exclude<Extract<Name, keyof Options>, 'reduction'>>
    : never;
