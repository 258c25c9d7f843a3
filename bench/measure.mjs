// Times tasks in turns: in every round each of them runs for a short while, so that a change of the
// machine's speed meets all of them.
import { Bench } from 'tinybench';

const TURN_MS = 10;
const MIN_SAMPLES = 3;
const WARM_UP_MS = 30;
/** A sample is at least so long, or the timer would be measured with it. */
const SAMPLE_MS = 0.1;

/** Runs a function until it is compiled and its data lie in the cache; the calls in a sample. */
function warmUp(run) {
  let calls = 0;
  const start = performance.now();
  let elapsed = 0;
  while (elapsed < WARM_UP_MS) {
    run();
    calls++;
    elapsed = performance.now() - start;
  }
  return Math.ceil((SAMPLE_MS * calls) / elapsed);
}

/** One sample: several calls between two looks at the clock. */
function sampler(run, calls) {
  return () => {
    const start = performance.now();
    for (let i = 0; i < calls; i++) run();
    const elapsed = performance.now() - start;
    return { overriddenDuration: elapsed / calls, overriddenIterationCost: elapsed };
  };
}

/**
 * The median duration of a call in each round, in milliseconds, by the name of the task.
 *
 * @param {{ name: string, select: () => void, run: () => unknown }[]} tasks
 * @param {number} rounds
 * @returns {Map<string, number[]>}
 */
export function measure(tasks, rounds) {
  const bench = new Bench({
    time: TURN_MS,
    iterations: MIN_SAMPLES,
    warmup: false,
    throws: true,
  });
  for (const { name, select, run } of tasks) {
    select();
    bench.add(name, sampler(run, warmUp(run)), { async: false, beforeAll: select });
  }
  const medians = new Map(tasks.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    bench.reset();
    bench.runSync();
    for (const task of bench.tasks) medians.get(task.name).push(task.result.latency.p50);
  }
  return medians;
}
