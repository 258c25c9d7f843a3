import { expect } from 'vitest';

// What every error of the package has in common.

export const TYPE = 'ERR_INVALID_ARG_TYPE';
export const VALUE = 'ERR_INVALID_ARG_VALUE';
export const SHAPE = 'ERR_SHAPE_MISMATCH';
export const DETACHED = 'ERR_BUFFER_DETACHED';
export const OVERLAP = 'ERR_BUFFER_OVERLAP';
export const RANGE = 'ERR_TARGET_OUT_OF_RANGE';
export const EMPTY = 'ERR_EMPTY_MEAN';
export const MEMORY = 'ERR_MEMORY_ALLOCATION_FAILED';

const errorClasses: Record<string, new (message: string) => Error> = {
  [TYPE]: TypeError,
  [DETACHED]: TypeError,
  [VALUE]: RangeError,
  [SHAPE]: RangeError,
  [OVERLAP]: RangeError,
  [RANGE]: RangeError,
  [EMPTY]: RangeError,
  [MEMORY]: RangeError,
};
export type Coded = Error & { code: string; argument: string; received: unknown };

/** What is thrown: it has a class, a code and a sentence. */
export function thrownBy(run: () => unknown): Coded {
  let error: unknown;
  try {
    run();
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(Error);
  const coded = error as Coded;
  expect(Object.keys(errorClasses)).toContain(coded.code);
  expect(Object.getPrototypeOf(coded)).toBe(errorClasses[coded.code]?.prototype);
  expect(coded.message).toMatch(/^[A-Za-z.]+: [^.].+/s);
  expect(typeof coded.argument).toBe('string');
  return coded;
}

/** One of these codes (`|` between them), about one of these names. */
export function expectCode(error: Coded, codes: string, about = ''): Coded {
  expect(codes.split('|'), error.message).toContain(error.code);
  const names = about.split('|');
  expect(
    names.some((one) => error.argument.startsWith(one)),
    `${error.argument}: ${error.message}: not about ${about}`,
  ).toBe(true);
  return error;
}
