import { lengthOf, typeNameOf } from '../arguments/arrays.js';
import type { Input } from '../arguments/input.js';
import type { EmptyMean, Reduction, TieRule } from '../types.js';
import { native } from './addon.js';
import {
  type ArgumentsOf,
  At,
  elementCodes,
  emptyMeanCodes,
  limits,
  mostArguments,
  numberNames,
  type Operation,
  Passing,
  reductionCodes,
  tiesCodes,
} from './boundary.js';
import { wordedError } from './errors.js';

// The numbers of a native call travel in memory, the block, which costs less than passing each. Getters
// among the options may call this package themselves, so that an operation writes its numbers when all of
// the caller's code has run, and is entered at once.

const { copied, passingBits } = limits;
const passingEnd = 8 * numberNames.length + 4 * mostArguments;
const block = new ArrayBuffer(passingEnd + 4 * mostArguments * copied);
type AnyArray = ArrayBufferView | null | undefined;

const numbers = new Float64Array(block, 0, numberNames.length);
const passing = new Int32Array(block, 8 * numberNames.length, mostArguments);
const floats = new Float32Array(block, passingEnd);
const integers = new Int32Array(block, passingEnd);

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
 * The native function takes `args` and gives a reduced loss, NaN where there is none; `finish` makes the
 * function's result of it.
 */
export interface Prepared<O extends Operation, Result> {
  readonly args: ArgumentsOf<O>;
  /** Whether the caller has none of the arrays of results. */
  readonly ownsResults: boolean;
  readonly finish: (loss: number) => Result;
}

/** Computes a call before it returns. */
export function compute<O extends Operation, Result>(
  operation: O,
  prepared: Prepared<O, Result>,
): Result {
  mayPlace = prepared.ownsResults;
  enter(operation, native, prepared.args);
  operation.leave(prepared.args, move);
  return prepared.finish(numbers[At.result] as number);
}

/** Starts a call off this thread, whose id stops it: a promise of what the native function returns. */
export function begin<O extends Operation>(
  operation: O,
  prepared: Prepared<O, unknown>,
  id: number,
): Promise<number> {
  numbers[At.ownResults] = prepared.ownsResults ? 1 : 0;
  numbers[At.id] = id;
  mayPlace = false;
  return enter(operation, native.background, prepared.args) as Promise<number>;
}

// Few elements are passed in the block, so that native code need not ask where they lie: that takes longer
// than to copy them, and far longer for an array that nobody has asked yet. But not in the background, and
// not where an array of results is the caller's: a copy would hide that it shares memory with another.
let mayPlace = false;

/** Passes an array itself, or none. */
function pass(argument: number, array: AnyArray): AnyArray {
  passing[argument] = array ? Passing.handle : Passing.absent;
  return array;
}

/** Passes an array of results, or the place of few in the block. */
function place(argument: number, array: AnyArray): AnyArray {
  if (!mayPlace || !array) return pass(argument, array);
  const length = lengthOf(array);
  if (length > copied) return pass(argument, array);
  const type = typeNameOf(array);
  if (type !== 'Float32Array' && type !== 'Int32Array') return pass(argument, array);
  const kind = type === 'Float32Array' ? Passing.floats : Passing.integers;
  passing[argument] = (length << passingBits) | kind;
  return null;
}

/** Passes an array that is read, or a copy of few elements. */
function copy(argument: number, array: AnyArray): AnyArray {
  const passed = place(argument, array);
  if (!passed) move(argument, array, true);
  return passed;
}

/** Copies an argument into its place in the block, or out of it. In a loop: methods take longer for so few. */
function move(argument: number, array: AnyArray, isIn: boolean): void {
  const passed = passing[argument] as number;
  const inBlock = (passed & Passing.integers) === Passing.floats ? floats : integers;
  const first = argument * copied;
  const given = array as typeof inBlock;
  for (let i = 0; i < passed >> passingBits; i++) {
    if (isIn) inBlock[first + i] = given[i] as number;
    else given[i] = inBlock[first + i] as number;
  }
}

function enter<O extends Operation>(
  operation: O,
  side: typeof native.background,
  args: ArgumentsOf<O>,
): unknown {
  try {
    return operation.enter(side, block, args, pass, copy, place);
  } catch (error) {
    throw wordedError(error, operation, args, numbers[At.classes] as number);
  }
}
