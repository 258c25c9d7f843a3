import type { Input } from '../arguments/input.js';
import type { EmptyMean, Reduction, TieRule } from '../types.js';
import { native } from './addon.js';
import {
  type ArgumentsOf,
  at,
  elementCodes,
  emptyMeanCodes,
  type Operation,
  reductionCodes,
  tiesCodes,
} from './boundary.js';
import { wordedError } from './errors.js';

// The numbers of a native call travel in memory, which costs less than passing each. Getters among the
// options may call this package themselves, so that an operation writes its numbers when all of the
// caller's code has run, and is entered at once.

const numbers = new Float64Array(Object.keys(at).length);
const call = numbers.buffer;

/** Indices to ignore: a number among the numbers, or an array that is passed itself. */
export type IgnoreIndex = number | Float64Array;

/** What is passed as an array, where it may be a number among the numbers too. */
export function arrayAmong<A extends ArrayBufferView>(value: number | A): A | null {
  return typeof value === 'number' ? null : value;
}

/** Writes the numbers of a call on these elements. */
export function writeInput({ elements, layout, temperature, softcap, threads }: Input): void {
  numbers[at.element] = elementCodes[elements.type];
  numbers[at.outer] = layout.outer;
  numbers[at.classes] = layout.classes;
  numbers[at.inner] = layout.inner;
  numbers[at.outerStride] = layout.outerStride;
  numbers[at.temperature] = temperature;
  numbers[at.softcap] = softcap;
  numbers[at.threads] = threads;
}

export function writeReduction(reduction: Reduction): void {
  numbers[at.reduction] = reductionCodes[reduction];
}

export function writeEmptyMean(emptyMean: EmptyMean): void {
  numbers[at.emptyMean] = emptyMeanCodes[emptyMean];
}

export function writeIgnoreIndex(ignoreIndex: IgnoreIndex): void {
  numbers[at.ignoreIndex] = typeof ignoreIndex === 'number' ? ignoreIndex : NaN;
}

/** Writes what cross-entropy has besides; an array `upstream` is passed itself. */
export function writeCrossEntropy(
  labelSmoothing: number,
  zLoss: number,
  upstream: number | ArrayBufferView,
): void {
  numbers[at.labelSmoothing] = labelSmoothing;
  numbers[at.zLoss] = zLoss;
  numbers[at.upstream] = typeof upstream === 'number' ? upstream : NaN;
}

export function writeScore(ties: TieRule, top: number): void {
  numbers[at.ties] = tiesCodes[ties];
  numbers[at.top] = top;
}

export function writeBins(bins: number): void {
  numbers[at.bins] = bins;
}

/**
 * A call that is ready: all arguments are checked, and its numbers are written.
 *
 * The native function takes `args` and returns a reduced loss, NaN or undefined where there is none;
 * `finish` makes the function's result of it.
 */
export interface Prepared<O extends Operation, Result> {
  readonly args: ArgumentsOf<O>;
  /** Whether the caller has none of the arrays that other threads write to. */
  readonly ownsResults: boolean;
  readonly finish: (loss: number) => Result;
}

/** Computes a call before it returns. */
export function compute<O extends Operation, Result>(
  operation: O,
  { args, finish }: Prepared<O, Result>,
): Result {
  return finish(enter(operation, native, args) as number);
}

/** Starts a call off this thread, whose id stops it: a promise of what the native function returns. */
export function begin<O extends Operation>(
  operation: O,
  { args, ownsResults }: Prepared<O, unknown>,
  id: number,
): Promise<number> {
  numbers[at.ownResults] = ownsResults ? 1 : 0;
  numbers[at.id] = id;
  return enter(operation, native.background, args) as Promise<number>;
}

function enter<O extends Operation>(
  operation: O,
  side: typeof native.background,
  args: ArgumentsOf<O>,
): unknown {
  try {
    // Each operation takes its own arguments, which TypeScript does not follow for a union of them.
    return operation.enter(side, call, args as never);
  } catch (error) {
    throw wordedError(error, operation, args, numbers[at.classes] as number);
  }
}
