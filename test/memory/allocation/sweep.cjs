// Lets allocations fail, one after another, in all functions: each call gives its result or an error with a
// code, and after an error the results hold what they held. Needs failing.c as an addon, also preloaded:
//
//   LD_PRELOAD=failing.node node sweep.cjs failing.node KIND
//
// KIND: 'one' (the n-th of the addon's allocations fails, alone) or 'onwards' (with all that follow), each n in a
// worker thread, whose environment has nothing yet. Says on standard error what is tried, since an abort
// says nothing of it.
const assert = require('node:assert');
const { writeSync } = require('node:fs');
const { join } = require('node:path');
const { isMainThread, parentPort, Worker, workerData } = require('node:worker_threads');
const { functions, hashOf, numbersOf, withOutputs } = require('../../support/tables/functions.cjs');
const { promises } = require('../../support/promises.cjs');

const MEMORY = 'ERR_MEMORY_ALLOCATION_FAILED';
/** Those that native code makes, some of them out of strings. */
const nativeErrors = ['ERR_TARGET_OUT_OF_RANGE', 'ERR_EMPTY_MEAN', 'ERR_BUFFER_OVERLAP'];

const { library, kind, ...task } = workerData ?? {
  library: process.argv[2],
  kind: process.argv[3],
};
const failing = require(library);
const load = () => require(join(__dirname, '..', '..', '..', 'dist', 'index.js'));

const sizes = [
  // Working memory beyond what lies on the stack, and beyond what is kept from call to call.
  { rows: 100, classes: 40 },
  { rows: 2.2e6, classes: 1 },
  { rows: 100, classes: 40, Float: Float64Array },
  // Several pieces of a call that goes on in the background.
  { rows: 300, classes: 1000 },
];
const NAMES = functions().map(({ name }) => name);
const COUNT = NAMES.length;

/** The call of a number: of a function, or of an evaluator; right, or with wrong arguments. */
function prepare(logits, { size, index, code, isAsync }) {
  if (index < COUNT) {
    const [one] = functions({ ...sizes[size], only: index });
    const given = code ? one.errors[code](one.given) : withOutputs(one);
    const api = isAsync ? promises : logits;
    return { name: one.name, given, run: () => api[one.name](...given) };
  }
  const [{ given }] = functions({ ...sizes[size], only: NAMES.indexOf('nllLoss') });
  const { shape } = given[2];
  const evaluator = new logits.Evaluator({ classes: shape[1] });
  return {
    name: 'Evaluator',
    given,
    run: () => numbersOf(evaluator.update(given[0], given[1], { shape }).summary()),
  };
}

/** One call of which the n-th allocation fails: how many it has made, and whether it gave up. */
async function attempt(given) {
  const { n, code, isAsync } = given;
  const logits = load();
  const call = prepare(logits, given);
  const before = hashOf(call.given);
  const onwards = kind === 'onwards';
  const words = `${isAsync ? 'promise of ' : ''}${call.name} ${code ?? ''} ${JSON.stringify(sizes[given.size])}`;
  writeSync(2, `${words}, allocation ${n}${onwards ? ' and all later ones' : ''}\n`);
  let result;
  let error;
  failing.arm(n, 0, Number(onwards), 0);
  try {
    const answer = call.run();
    result = isAsync ? await answer : answer;
  } catch (thrown) {
    error = thrown;
  }
  const count = failing.disarm();
  if (error) {
    assert.ok([MEMORY, code].includes(error.code), error.stack);
    assert.ok(error instanceof RangeError, `${error.name} ${error.code}`);
    assert.match(error.message, /^[A-Za-z.]+: .+/);
    // In the background memory may run out when a part of the results is there.
    if (!isAsync) assert.strictEqual(hashOf(call.given), before, `written before ${error.code}`);
  } else {
    assert.strictEqual(code, undefined, 'no error');
  }
  // The next call knows nothing of it.
  const next = prepare(logits, given);
  if (code) await assert.rejects(async () => next.run(), { code });
  else if (error) await next.run();
  else assert.strictEqual(hashOf(await next.run()), hashOf(result), 'another result');
  return { count, failed: error?.code === MEMORY };
}

/** What a worker answers; it has to end by itself then. */
const inWorker = (data) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(__filename, { workerData: { library, kind, ...data } });
    let answer;
    const late = setTimeout(() => {
      reject(new Error(answer ? 'the worker does not end' : 'the promise is never settled'));
    }, 20_000);
    worker.once('message', (message) => {
      answer = message;
    });
    worker.once('error', reject);
    worker.once('exit', () => {
      clearTimeout(late);
      if (answer) resolve(answer);
      else reject(new Error('nothing is under way, and the promise is not settled'));
    });
  });

/** Every call of this size with each of its allocations failing. */
async function sweep(totals, size, isAsync) {
  for (let index = 0; index <= (isAsync ? COUNT - 1 : COUNT); index++) {
    const errors = index < COUNT ? functions({ only: index })[0].errors : {};
    const codes = nativeErrors.filter((code) => size === 0 && code in errors);
    for (const code of [undefined, ...codes]) {
      // One beyond the last: a call that has all it wants.
      for (let n = 1, last = 1; n <= last + 1; n++) {
        const { failed, count } = await inWorker({ index, size, code, n, isAsync });
        totals.attempts++;
        totals.failed += failed ? 1 : 0;
        // A call that gave up has not said what it would have asked for next.
        last = failed ? n : Math.min(count, n);
      }
    }
  }
}

async function main() {
  load().setThreads(1);
  const totals = { attempts: 0, failed: 0 };
  for (const size of [0, 1, 2]) await sweep(totals, size, false);
  if (promises === null) console.log('skipped: no promises');
  else for (const size of [0, 3]) await sweep(totals, size, true);
  console.log(`${totals.attempts} attempts, ${totals.failed} without memory`);
  // A worker that waits for ever would keep the process.
  process.exit();
}

const fail = (error) => {
  writeSync(2, `${error.stack}\n`);
  process.exit(1);
};
if (isMainThread) main().catch(fail);
else
  attempt(task).then(
    (answer) => parentPort.postMessage(answer),
    (error) => {
      throw error;
    },
  );
