import { numberNames } from '../../lib/native/boundary.js';

type Numbers = { readonly [Name in (typeof numberNames)[number]]?: number };

/** The numbers of a native call, by name; those that are not given stand for no transform and factors of 1. */
export function numbersOf(given: Numbers): number[] {
  const all: Numbers = { inner: 1, temperature: 1, upstream: 1, ...given };
  return numberNames.map((name) => all[name] ?? 0);
}
