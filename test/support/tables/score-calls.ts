import { expect } from 'vitest';
import { score } from '../../../lib/index.js';
import { type Coded, expectCode, thrownBy } from '../errors.js';
import { type Arguments, memoryOf } from './calls.js';

// Calls of score with flat arguments, right and wrong.

/** The arguments, and the options by their names. */
export const parameters = [
  'logits',
  'targets',
  'shape',
  'axis',
  'dtype',
  'rowStride',
  'temperature',
  'softcap',
  'threads',
  'rank',
  'ties',
  'entropy',
  'margin',
  'top',
  'ids',
  'ignoreIndex',
] as const;

/** Two rows of three classes, every option given. */
export const right = (): Arguments => ({
  logits: Float32Array.of(1, -2, 3, 4, 5, 6),
  targets: Int32Array.of(0, 2),
  shape: [2, 3],
  axis: 1,
  dtype: 'float32',
  rowStride: 3,
  temperature: 2,
  softcap: 50,
  threads: 2,
  rank: true,
  ties: 'max',
  entropy: true,
  margin: true,
  top: 2,
  ids: Int32Array.of(0, 1, 2, 0),
  ignoreIndex: -100,
});

/** score with arguments that its types refuse. */
export const unsafe = score as (...values: unknown[]) => unknown;
/** Calls with flat arguments. */
export function call({ logits, targets, ...options }: Arguments): unknown {
  return unsafe(logits, targets, options);
}

/** An error of one of these codes, about one of these names, that leaves all memory alone. */
export function fails(given: Arguments, codes: string, about = ''): Coded {
  const before = memoryOf(given);
  const error = thrownBy(() => call(given));
  expect(memoryOf(given)).toEqual(before);
  return expectCode(error, codes, about);
}

/** Either a result or an error with a code. */
export function answers(given: Arguments): void {
  try {
    call(given);
  } catch {
    thrownBy(() => call(given));
  }
}
