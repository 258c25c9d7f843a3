// One case, what is wrong with it, and the smallest one that is wrong in the same way.
import { createRequire } from 'node:module';
import { check } from './check.mjs';
import { Statistics } from './compare.mjs';
import { shrink } from './shrink.mjs';

const require = createRequire(import.meta.url);

/** The package as it was built, and what is behind it. */
export function load() {
  const library = require('../../dist/index.js');
  const { native } = require('../../dist/native/addon.js');
  return { library, native };
}

/** What is wrong with a case; what the fuzzer itself throws is wrong, too. */
export function wrongOf(record, context) {
  try {
    return check(record, context);
  } catch (error) {
    return { wrong: `the fuzzer: ${error.stack}`, kind: 'fuzzer' };
  }
}

/** A failing case made smaller: it must still fail in about the same way. */
export function smallestOf(record, wrong, context) {
  const quiet = { ...context, statistics: new Statistics() };
  const kindOf = (words) => words?.replace(/[-\d.e+[\]]+/g, '').slice(0, 24);
  const kind = kindOf(wrong);
  return shrink(record, (candidate) => kindOf(wrongOf(candidate, quiet).wrong) === kind);
}
