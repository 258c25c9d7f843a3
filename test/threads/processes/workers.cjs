// Eight worker threads that call all functions without a pause, and ways in which they end.
//
//   node test/threads/processes/workers.cjs WAY       needs dist/ and the addon; prints 'done', or exits with 7
const assert = require('node:assert');
const { once } = require('node:events');
const { join } = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { isMainThread, parentPort, Worker, workerData } = require('node:worker_threads');
const { functions, hashOf, withOutputs } = require('../../support/tables/functions.cjs');
const { promises } = require('../../support/promises.cjs');

const WORKERS = 8;
/** Calls on the stack, and calls that are worth two threads. */
const sizes = [{}, { rows: 530, classes: 1000 }];
const load = () => {
  const logits = require(join(__dirname, '..', '..', '..', 'dist', 'index.js'));
  logits.setThreads(2);
  return logits;
};

function calls(api) {
  return sizes.flatMap((size) =>
    functions(size).map((one) => {
      const given = withOutputs(one);
      return () => api[one.name](...given);
    }),
  );
}

/** The results of all calls, as a hash. */
const hashOfCalls = (logits) => hashOf(calls(logits).map((call) => call()));
async function hashOfPromises() {
  const results = [];
  for (const call of calls(promises)) results.push(await call());
  return hashOf(results);
}

const start = (task) => new Worker(__filename, { workerData: task });

/** Workers that have all begun, and what becomes of each. */
async function startAll(task) {
  const workers = Array.from({ length: WORKERS }, () => start(task));
  const ends = workers.map(
    (worker) =>
      new Promise((resolve) => {
        let error;
        worker.once('error', (thrown) => {
          error = thrown;
        });
        worker.once('exit', (status) => resolve({ status, error }));
      }),
  );
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  return { workers, ends: Promise.all(ends) };
}

/** In a worker. */
async function work({ task, isAsync }) {
  const logits = load();
  if (task === 'once') {
    const hash = isAsync ? await hashOfPromises() : hashOfCalls(logits);
    parentPort.postMessage(hash);
    return;
  }
  const all = calls(isAsync ? promises : logits);
  if (isAsync) all.map((call) => call());
  else for (const call of all) call();
  parentPort.postMessage('started');
  const started = performance.now();
  for (;;) {
    for (const call of all) {
      if (isAsync) await call();
      else call();
      if (task !== 'endless' && performance.now() - started > 40) end(task);
    }
  }
}

function end(task) {
  if (task === 'exits') process.exit(7);
  throw new Error('thrown in the middle');
}

const ways = {
  async together(isAsync) {
    const expected = hashOfCalls(load());
    const workers = Array.from({ length: WORKERS }, () => start({ task: 'once', isAsync }));
    const answers = await Promise.all(workers.map((worker) => once(worker, 'message')));
    for (const [hash] of answers) assert.strictEqual(hash, expected);
  },
  async terminated(isAsync) {
    const expected = hashOfCalls(load());
    for (let round = 0; round < 3; round++) {
      const { workers, ends } = await startAll({ task: 'endless', isAsync });
      await sleep(7 * round);
      await Promise.all(workers.map((worker) => worker.terminate()));
      await ends;
      assert.strictEqual(hashOfCalls(load()), expected);
    }
  },
  async thrown(isAsync) {
    const { ends } = await startAll({ task: 'throws', isAsync });
    for (const { error } of await ends) assert.strictEqual(error?.message, 'thrown in the middle');
  },
  /** process.exit() in a worker ends that worker. */
  async exited(isAsync) {
    const { ends } = await startAll({ task: 'exits', isAsync });
    for (const { status } of await ends) assert.strictEqual(status, 7);
  },
  /** process.exit() in the main thread ends all. */
  async 'exit of all'(isAsync) {
    await startAll({ task: 'endless', isAsync });
    const all = calls(isAsync ? promises : load());
    setTimeout(() => process.exit(7), 20);
    for (;;) {
      for (const call of all) {
        if (isAsync) call();
        else call();
        await new Promise(setImmediate);
      }
    }
  },
};

if (isMainThread) {
  const [, , way, kind] = process.argv;
  ways[way](kind === 'promises').then(() => console.log('done'));
} else {
  work(workerData);
}
