// The same draws through the functions that give promises: many at once, each in memory of its own, and the same bytes
// or the same error as the synchronous call.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { build } from './build.mjs';
import { run, runLater } from './call.mjs';
import { bytesOf } from './compare.mjs';

const require = createRequire(import.meta.url);
const file = new URL('../../dist/promises.js', import.meta.url);
export const BATCH = 50;

/** The functions that give promises, or undefined where this build has none. */
export function loadPromises() {
  return existsSync(file) ? require(file.pathname) : undefined;
}

/** What the synchronous call comes to: what must be the same later. */
function expectedOf(record, library) {
  const call = build(record, { fresh: true });
  const outcome = run(call, library);
  if ('error' in outcome) return { error: outcome.error };
  return { bytes: bytesOf(record.fn, outcome.result), memory: memoryOf(call) };
}

const memoryOf = (call) =>
  Buffer.concat(call.blocks.filter(({ lost }) => !lost).map(({ bytes }) => Buffer.from(bytes)));

function differenceOf(record, expected, call, outcome) {
  if (outcome.threw) return `the function throws instead of rejecting: ${outcome.error.message}`;
  if (outcome.isNoPromise) return 'the function gives no promise';
  if (call.isAborted && outcome.error?.name === 'AbortError') {
    const changed = call.blocks.some((block) => block.changed([]) >= 0);
    return changed ? 'memory was written although the call was aborted before' : undefined;
  }
  if (call.isAborted && !('error' in expected)) return 'the call was aborted, but does not say so';
  if ('error' in expected) {
    if (!('error' in outcome))
      return `a result, where the synchronous call throws ${expected.error.code}`;
    const { error } = outcome;
    if (error.code !== expected.error.code || error.constructor !== expected.error.constructor) {
      return `${error.name} ${error.code}, where the synchronous call throws ${expected.error.code}`;
    }
    const changed = call.blocks.findIndex((block) => block.changed([]) >= 0);
    return changed >= 0 ? 'memory was written before an error' : undefined;
  }
  if ('error' in outcome)
    return `${outcome.error.code}, where the synchronous call gives a result: ${outcome.error.message}`;
  if (!bytesOf(record.fn, outcome.result).equals(expected.bytes))
    return 'other bytes than those of the synchronous call';
  return memoryOf(call).equals(expected.memory)
    ? undefined
    : 'other memory than that of the synchronous call';
}

/**
 * An option that these functions have besides: now and then a signal that is never given, or one that was given before.
 * What was aborted has its own error, unless the arguments have one.
 */
function addSignal(call, record) {
  const { options } = call;
  const isPlain =
    Object.getPrototypeOf(options ?? 0) === Object.prototype && !('signal' in options);
  if (!isPlain || record.seed % 4 > 1) return;
  call.isAborted = record.seed % 16 === 1;
  options.signal = call.isAborted ? AbortSignal.abort() : new AbortController().signal;
}

/** What is wrong with each of some cases, run all at once: a list of words, or undefined. */
export async function checkPromises(records, { library, promises, native }) {
  native.selectIsa(native.isas()[0]);
  const expected = records.map((record) => expectedOf(record, library));
  const calls = records.map((record) => build(record, { fresh: true }));
  for (const [i, call] of calls.entries()) addSignal(call, records[i]);
  const outcomes = await Promise.all(calls.map((call) => runLater(call, promises)));
  return records.map((record, i) => differenceOf(record, expected[i], calls[i], outcomes[i]));
}
