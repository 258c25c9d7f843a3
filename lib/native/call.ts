import type { Input } from '../arguments/input.js';
import type { EmptyMean, Reduction, TieRule } from '../types.js';
import { native } from './addon.js';
import {
  type ArgumentsOf,
  At,
  elementCodes,
  emptyMeanCodes,
  numberNames,
  type Operation,
  reductionCodes,
  tiesCodes,
} from './boundary.js';
import { wordedError } from './errors.js';

// The numbers of a native call travel in memory, which costs less than passing each. Getters among the
// options may call this package themselves, so that an operation writes its numbers when all of the
// caller's code has run, and is entered at once.

const numbers = new Float64Array(numberNames.length);
const call = numbers.buffer;

/** Indices to ignore: a number among the numbers, or an array that is passed itself. */
export type IgnoreIndex = number | Float64Array;

/** What is passed as an array, where it may be a number among the numbers too. */
export function arrayAmong<A extends ArrayBufferView>(value: number | A): A | null {
  return typeof value === 'number' ? null : value;
}

/** Writes the numbers of a call on these elements. */
export function writeInput({ elements, layout, temperature, softcap, threads }: Input): void {
  numbers[At.element] = elementCodes[elements.type];
  numbers[At.outer] = layout.outer;
  numbers[At.classes] = layout.classes;
  numbers[At.inner] = layout.inner;
  numbers[At.outerStride] = layout.outerStride;
  numbers[At.temperature] = temperature;
  numbers[At.softcap] = softcap;
  numbers[At.threads] = threads;
}

export function writeReduction(reduction: Reduction): void {
  numbers[At.reduction] = reductionCodes[reduction];
}

export function writeEmptyMean(emptyMean: EmptyMean): void {
  numbers[At.emptyMean] = emptyMeanCodes[emptyMean];
}

export function writeIgnoreIndex(ignoreIndex: IgnoreIndex): void {
  numbers[At.ignoreIndex] = typeof ignoreIndex === 'number' ? ignoreIndex : NaN;
}

/** Writes what cross-entropy has besides; an array `upstream` is passed itself. */
export function writeCrossEntropy(
  labelSmoothing: number,
  zLoss: number,
  upstream: number | ArrayBufferView,
): void {
  numbers[At.labelSmoothing] = labelSmoothing;
  numbers[At.zLoss] = zLoss;
  numbers[At.upstream] = typeof upstream === 'number' ? upstream : NaN;
}

export function writeScore(ties: TieRule, top: number): void {
  numbers[At.ties] = tiesCodes[ties];
  numbers[At.top] = top;
}

export function writeBins(bins: number): void {
  numbers[At.bins] = bins;
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
  prepared: Prepared<O, Result>,
): Result {
  return prepared.finish(enter(operation, native, prepared) as number);
}

/** Starts a call off this thread, whose id stops it: a promise of what the native function returns. */
export function begin<O extends Operation>(
  operation: O,
  prepared: Prepared<O, unknown>,
  id: number,
): Promise<number> {
  numbers[At.ownResults] = prepared.ownsResults ? 1 : 0;
  numbers[At.id] = id;
  return enter(operation, native.background, prepared) as Promise<number>;
}

function enter<O extends Operation>(
  operation: O,
  side: typeof native.background,
  { args }: Prepared<O, unknown>,
): unknown {
  try {
    return operation.enter(side, call, args);
  } catch (error) {
    throw wordedError(error, operation, args, numbers[At.classes] as number);
  }
}
