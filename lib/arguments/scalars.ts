import { shortened, typeError, valueError } from './errors.js';
import { either, suggestion } from './suggestions.js';

/** An integer, or an error about `name`, or about its element `index`. */
export function expectInteger(value: unknown, name: string, index?: number): number {
  if (Number.isSafeInteger(value)) return value as number;
  const what = index === undefined ? name : `${name}[${index}]`;
  if (typeof value === 'number') throw valueError('an integer', what, value);
  const isText = typeof value === 'string' && /^-?[0-9]+$/.test(value);
  const remedy =
    isText || typeof value === 'bigint'
      ? `Write it as a number: ${shortened(String(value))}`
      : undefined;
  throw typeError('an integer', what, value, remedy);
}

/** An integer from `least` on, and up to `most` where that is given. */
export function integerWithin(
  value: unknown,
  name: string,
  least: number,
  most = Infinity,
): number {
  const integer = expectInteger(value, name);
  if (integer >= least && integer <= most) return integer;
  const range =
    most === Infinity ? `an integer >= ${least}` : `an integer from ${least} to ${most}`;
  throw valueError(range, name, integer);
}

/** A number that `accepts`, described by `what`. */
export function expectNumber(
  value: unknown,
  name: string,
  accepts: (value: number) => boolean,
  what: string,
): number {
  if (typeof value !== 'number') throw typeError(what, name, value);
  if (!accepts(value)) throw valueError(what, name, value);
  return value;
}

export function expectBoolean(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') throw typeError('a boolean', name, value);
  return value;
}

/** One of the words that `codes` has. */
export function expectWord<Word extends string>(
  value: unknown,
  name: string,
  codes: { readonly [W in Word]: number },
): Word {
  if (typeof value === 'string' && Object.hasOwn(codes, value)) return value as Word;
  const words = Object.keys(codes);
  if (typeof value !== 'string') throw typeError(either(words), name, value);
  throw valueError(either(words), name, value, suggestion(value, words));
}
