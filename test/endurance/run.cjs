// Calls everything very many times and looks whether the process holds more afterwards than it did when
// it was warm: memory, files, threads, handles. Ends with one line 'N passed, N failed'.
//
//   node --expose-gc test/endurance/run.cjs             a minute
//   node --expose-gc test/endurance/run.cjs --full      a million calls each: half an hour
//   ... --only softmax                                  trials by a part of their name
//
// Needs dist/ and the addon. The first trials are leaks on purpose, which must be found.
const { parseArgs } = require('node:util');
const { grown, measure } = require('./measure.cjs');
const { leaks } = require('./leaks.cjs');
const { trials } = require('./trials.cjs');

const { values } = parseArgs({
  options: { full: { type: 'boolean', default: false }, only: { type: 'string', default: '' } },
});
if (typeof globalThis.gc !== 'function') throw new Error('run me with --expose-gc');

const amounts = values.full
  ? { calls: 1e6, failures: 1e5, sequential: 1e6, workers: 200 }
  : { calls: 1e5, failures: 5e3, sequential: 5e3, workers: 200 };

async function repeat(times, run) {
  for (let i = 0; i < times; i++) {
    const result = run();
    if (result instanceof Promise) await result;
    // Lets finalizers and other threads' messages come through.
    if (i % 4096 === 4095) await new Promise(setImmediate);
  }
}

/** What has grown over so many times, in words; nothing where another look finds nothing. */
async function held({ times, run }) {
  await repeat(Math.ceil(times / 10), run);
  // Whatever has grown once may be a cache or a thread's memory: a leak grows each time.
  let words = [];
  for (let attempt = 0; attempt < 4; attempt++) {
    const before = await measure();
    await repeat(times, run);
    words = grown(before, await measure());
    if (words.length === 0) break;
  }
  return words;
}

async function main() {
  const counts = { passed: 0, failed: 0 };
  const report = (name, started, problem) => {
    counts[problem ? 'failed' : 'passed']++;
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    if (problem) console.log(`FAILED: ${name}: ${problem}`);
    else if (values.full) console.log(`${name}: ${seconds} s`);
  };
  for (const { kinds, ...trial } of leaks) {
    if (!trial.name.includes(values.only)) continue;
    const started = performance.now();
    const words = await held(trial);
    const missed = kinds.filter((kind) => !words.some((word) => word.startsWith(kind)));
    trial.end();
    report(trial.name, started, missed.length > 0 && `not found in ${missed}; seen: ${words}`);
  }
  for (const trial of trials(amounts)) {
    if (!trial.name.includes(values.only)) continue;
    const started = performance.now();
    let problem;
    try {
      problem = (await held(trial)).join(', ');
    } catch (error) {
      problem = error.stack;
    }
    report(`${trial.name}, ${trial.times} times`, started, problem);
  }
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  process.exitCode = counts.failed === 0 ? 0 : 1;
}

main();
