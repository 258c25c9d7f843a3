import { InvalidArgumentError } from 'commander';

function readInteger(text: string, least: number): number | undefined {
  const value = Number(text);
  return /^-?[0-9]+$/.test(text) && Number.isSafeInteger(value) && value >= least
    ? value
    : undefined;
}

const from = (least: number) => (least === -Infinity ? '' : ` >= ${least}`);

/** What reads an option's text as an integer. */
export function integerFrom(least: number): (text: string) => number {
  return (text) => {
    const value = readInteger(text, least);
    if (value === undefined) throw new InvalidArgumentError(`Expected an integer${from(least)}.`);
    return value;
  };
}

/** What reads an option's text as integers between commas. */
export function integersFrom(least: number): (text: string) => number[] {
  return (text) =>
    text.split(',').map((part) => {
      const value = readInteger(part, least);
      if (value === undefined) {
        throw new InvalidArgumentError(`Expected integers${from(least)} between commas.`);
      }
      return value;
    });
}

/** Reads an option's text as a number above 0. */
export function readPositive(text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (!(value > 0 && value < Infinity)) {
    throw new InvalidArgumentError('Expected a finite number > 0.');
  }
  return value;
}
