// What else JavaScript's thread gets done while a large batch is computed: how late a timer of one
// millisecond is, and how busy the event loop. Not a comparison of speed, which is run.mjs's.
//
//   npm run bench:event-loop
import { setTimeout as sleep } from 'node:timers/promises';
import * as logits from '../index.mjs';
import * as promises from '../promises.mjs';
import { environment } from './measure/environment.mjs';
import * as arrays from './trials/arrays.mjs';

const ROUNDS = 15;
const shape = [256, 128256];
const trial = { operation: '', shape, axis: 1, element: 'float32' };

async function onnxruntimeOn(inputs, operation) {
  try {
    const { prepare } = await import('./engines/onnxruntime.mjs');
    return await prepare({ ...trial, operation }, inputs, { threads: logits.runtime().threads });
  } catch (error) {
    console.log(`onnxruntime is left out: ${error.code ?? error.message}`);
    return undefined;
  }
}

/** How late a timer of a millisecond is at worst while `run` is under way, in milliseconds. */
async function watch(run) {
  let last = performance.now();
  let latest = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    latest = Math.max(latest, now - last - 1);
    last = now;
  }, 1);
  await sleep(10);
  latest = 0;
  last = performance.now();
  const loopBefore = performance.eventLoopUtilization();
  const start = last;
  await run();
  const took = performance.now() - start;
  const { utilization } = performance.eventLoopUtilization(loopBefore);
  // A timer that could not run until now is late too.
  latest = Math.max(latest, performance.now() - last - 1);
  clearInterval(timer);
  return { took, latest, utilization };
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

const [rows, classes] = shape;
const count = rows * classes;
const inputs = { logits: arrays.logits(count), targets: arrays.targets(count, classes) };
const inSharedMemory = (array) => {
  const copy = new Float32Array(new SharedArrayBuffer(array.byteLength));
  copy.set(array);
  return copy;
};
const shared = inSharedMemory(inputs.logits);
const out = new Float32Array(shared.length);
const sharedOut = inSharedMemory(out);
const options = { shape };
const contenders = {
  crossEntropy: {
    'at once': () => logits.crossEntropy(inputs.logits, inputs.targets, options),
    promises: () => promises.crossEntropy(inputs.logits, inputs.targets, options),
    'promises, shared memory': () => promises.crossEntropy(shared, inputs.targets, options),
  },
  softmax: {
    'at once': () => logits.softmax(inputs.logits, { ...options, out }),
    promises: () => promises.softmax(inputs.logits, { ...options, out }),
    'promises, own results': () => promises.softmax(inputs.logits, options),
    'promises, shared memory': () => promises.softmax(shared, { ...options, out: sharedOut }),
  },
  klDivergence: {
    'at once': () => logits.klDivergence(inputs.logits, shared, options),
    promises: () => promises.klDivergence(inputs.logits, inputs.logits, options),
    'promises, shared memory': () => promises.klDivergence(shared, shared, options),
  },
};

const { machine, node, commit, date } = environment();
console.log(`${machine.cpu}, ${machine.cores} cores; Node ${node}; commit ${commit}; ${date}`);
console.log(`${shape.join(' x ')} float32; medians of ${ROUNDS} rounds in turns\n`);
console.log(
  `${'operation'.padEnd(16)}${'contender'.padEnd(26)}${'a call'.padStart(12)}${'timer late'.padStart(14)}${'worst'.padStart(12)}${'loop busy'.padStart(12)}`,
);
for (const [operation, runs] of Object.entries(contenders)) {
  const onnxruntime =
    operation === 'klDivergence' ? undefined : await onnxruntimeOn(inputs, operation);
  if (onnxruntime) runs.onnxruntime = onnxruntime.run;
  const results = Object.fromEntries(Object.keys(runs).map((name) => [name, []]));
  for (const run of Object.values(runs)) await run();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, run] of Object.entries(runs)) {
      globalThis.gc?.();
      results[name].push(await watch(run));
    }
  }
  for (const [name, values] of Object.entries(results)) {
    const ms = (value) => `${value.toFixed(2)} ms`;
    const of = (key) => values.map((value) => value[key]);
    console.log(
      operation.padEnd(16) +
        name.padEnd(26) +
        ms(median(of('took'))).padStart(12) +
        ms(median(of('latest'))).padStart(14) +
        ms(Math.max(...of('latest'))).padStart(12) +
        `${(100 * median(of('utilization'))).toFixed(0)} %`.padStart(12),
    );
  }
  await onnxruntime?.end();
}
