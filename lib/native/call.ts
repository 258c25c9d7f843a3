import type { Input } from '../arguments/input.js';
import type { TieRule } from '../evaluation/types.js';
import type { EmptyMean, Reduction } from '../types.js';
import { elementCodes, emptyMeanCodes, reductionCodes, tieCodes } from './addon.js';

// The numbers of a native call travel in memory, which costs less than passing each: `Numbers` in
// native/binding/call.h lists them in this order. Getters among the options may call this package
// themselves, so a call is described when all of the caller's code has run, and entered at once.

const numbers = new Float64Array(18);
const call = numbers.buffer;

/** The numbers of a call on these elements. */
export function describe({ elements, layout, temperature, softcap, threads }: Input): ArrayBuffer {
  numbers[0] = elementCodes[elements.type];
  numbers[1] = layout.outer;
  numbers[2] = layout.classes;
  numbers[3] = layout.inner;
  numbers[4] = layout.outerStride;
  numbers[5] = temperature;
  numbers[6] = softcap;
  numbers[7] = threads;
  return call;
}

/** The same of a loss. */
export function describeLoss(input: Input, reduction: Reduction): ArrayBuffer {
  numbers[8] = reductionCodes[reduction];
  return describe(input);
}

/** The same of a loss of classes; an array of indices to ignore is passed itself. */
export function describeClassLoss(
  input: Input,
  reduction: Reduction,
  emptyMean: EmptyMean,
  ignoreIndex: number | Float64Array,
): ArrayBuffer {
  numbers[9] = emptyMeanCodes[emptyMean];
  numbers[10] = typeof ignoreIndex === 'number' ? ignoreIndex : NaN;
  return describeLoss(input, reduction);
}

/** The numbers that cross-entropy has besides; an upstream array is passed itself. */
export function describeCrossEntropy(
  labelSmoothing: number,
  zLoss: number,
  upstream: number | ArrayBufferView,
): void {
  numbers[11] = labelSmoothing;
  numbers[12] = zLoss;
  numbers[13] = typeof upstream === 'number' ? upstream : NaN;
}

/** The numbers that a call in the background has besides; written last. */
export function describeBackground(ownsResults: boolean, id: number): void {
  numbers[16] = ownsResults ? 1 : 0;
  numbers[17] = id;
}

/** The numbers of what is read off each row; an array of indices to ignore is passed itself. */
export function describeScore(
  input: Input,
  ignoreIndex: number | Float64Array,
  ties: TieRule,
  top: number,
): ArrayBuffer {
  numbers[10] = typeof ignoreIndex === 'number' ? ignoreIndex : NaN;
  numbers[14] = tieCodes[ties];
  numbers[15] = top;
  return describe(input);
}
