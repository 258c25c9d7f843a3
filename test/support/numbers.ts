import { limits, mostArguments, numberNames, Passing } from '../../lib/native/boundary.js';

type Numbers = { readonly [Name in (typeof numberNames)[number]]?: number };

/** The numbers of a native call, by name; those that are not given stand for no transform and factors of 1. */
export function numbersOf(given: Numbers): number[] {
  const all: Numbers = { inner: 1, temperature: 1, upstream: 1, ...given };
  return numberNames.map((name) => all[name] ?? 0);
}

/** The block of a native call with these numbers and arguments, each of which is passed itself. */
export function blockOf(numbers: readonly number[], given: readonly unknown[]): ArrayBuffer {
  const end = 8 * numbers.length + 4 * mostArguments;
  const block = new ArrayBuffer(end + 4 * mostArguments * limits.copied);
  new Float64Array(block, 0, numbers.length).set(numbers);
  passingIn(block).set(
    given
      .slice(0, mostArguments - 1)
      .map((array) => (array == null ? Passing.absent : Passing.handle)),
    1,
  );
  return block;
}

/** How the arguments of a block's call are passed. */
export const passingIn = (block: ArrayBuffer) =>
  new Int32Array(block, 8 * numberNames.length, mostArguments);
