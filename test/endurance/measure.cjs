// What a process holds: memory of every kind, files, threads, handles.
const { existsSync, readdirSync, readFileSync } = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');

const hasProc = existsSync('/proc/self/smaps_rollup');

function residentBytes() {
  if (!hasProc) return process.memoryUsage.rss();
  // Memory of files counts for nothing: code is read as it is first run.
  const kilobytes = /^Anonymous:\s*(\d+) kB/m.exec(readFileSync('/proc/self/smaps_rollup', 'utf8'));
  return Number(kilobytes?.[1]) * 1024;
}

const countOf = (folder) => (hasProc ? readdirSync(folder).length : 0);

async function collect() {
  for (let i = 0; i < 4; i++) {
    globalThis.gc();
    // Finalizers, and the memory of workers that have ended, come in turns of their own.
    await sleep(5);
  }
}

/** All of it, once the garbage is gone. */
exports.measure = async () => {
  await collect();
  const { heapUsed, heapTotal, external, arrayBuffers } = process.memoryUsage();
  return {
    heap: heapUsed,
    external,
    arrayBuffers,
    // Without the pages that V8 keeps for its next objects.
    resident: residentBytes() - heapTotal,
    files: countOf('/proc/self/fd'),
    threads: countOf('/proc/self/task'),
    handles: process.getActiveResourcesInfo().length,
  };
};

const MEBIBYTE = 2 ** 20;

/**
 * How much more may be there afterwards. Memory comes in pages, arenas and generations, so that a leak shows
 * when calls have been many: of 16 bytes a call, in a million.
 */
const tolerances = {
  heap: MEBIBYTE,
  external: MEBIBYTE / 4,
  arrayBuffers: MEBIBYTE / 4,
  resident: 6 * MEBIBYTE,
  files: 0,
  threads: 0,
  handles: 0,
};

/** What has grown, in words. */
exports.grown = (before, after) =>
  Object.entries(tolerances)
    .filter(([kind, most]) => after[kind] - before[kind] > most)
    .map(([kind]) => `${kind} ${before[kind]} -> ${after[kind]}`);
