// Lets allocations fail, one after another, in all functions: each call gives its result or an error with a
// code, and after an error the results hold what they held. Needs failing.node, also preloaded.
//
//   LD_PRELOAD=failing.node node sweep.cjs PATH-OF-failing.node KIND
//
// KIND: 'one' (the n-th of the addon's allocations fails, alone) or 'onwards' (with all that follow), each n in a
// worker thread, whose environment has nothing yet; 'results' (JavaScript's own arrays), 'threads' (none
// can be started), 'loading'. Says on standard error what is tried, since an abort can say nothing.
const assert = require('node:assert');
const { writeSync } = require('node:fs');
const { join } = require('node:path');
const { isMainThread, parentPort, Worker, workerData } = require('node:worker_threads');
const { functions, numbersOf, withOutputs } = require('../support/functions.cjs');

const MEMORY = 'ERR_MEMORY_ALLOCATION_FAILED';
const { library, kind, ...given } = workerData ?? {
  library: process.argv[2],
  kind: process.argv[3],
};
const failing = require(library);
const addon = join(__dirname, '..', '..', 'dist', 'index.js');
const load = () => require(addon);
const sizes = [
  // Working memory beyond what lies on the stack, beyond what is kept from call to call, for threads.
  { rows: 100, classes: 40 },
  { rows: 2.5e6, classes: 2 },
  { rows: 100, classes: 40, Float: Float64Array },
];

/** All calls: right ones, and those whose errors native code makes. */
function calls(logits, size) {
  const all = functions(size).flatMap((one) => {
    const run = logits[one.name];
    const wrong = ['ERR_TARGET_OUT_OF_RANGE', 'ERR_EMPTY_MEAN', 'ERR_BUFFER_OVERLAP'];
    const natives = wrong.filter((code) => code in one.errors);
    const right = withOutputs(one);
    return [
      { name: one.name, code: undefined, given: right, run: () => run(...right) },
      ...natives.map((code) => {
        const bad = one.errors[code](one.given);
        return { name: `${one.name}, ${code}`, code, given: bad, run: () => run(...bad) };
      }),
    ];
  });
  const [x, targets, { shape }] = functions(size).find(({ name }) => name === 'nllLoss').given;
  const evaluator = new logits.Evaluator({ classes: shape[1] });
  const run = () => JSON.stringify(evaluator.update(x, targets, { shape })).length;
  return [...all, { name: 'Evaluator.update', code: undefined, given: [x], run }];
}

const memoryOf = (values) =>
  JSON.stringify(
    values.flatMap((value) =>
      ArrayBuffer.isView(value)
        ? [...value.subarray(-500)]
        : Object.values(value).flatMap(numbersOf),
    ),
  );

/** One call with its n-th allocation failing; how many it made. */
function attempt(logits, index, size, n, least, anyones) {
  const { name, code, given, run } = calls(logits, size)[index];
  const before = memoryOf(given);
  const onwards = kind !== 'one';
  writeSync(
    2,
    `${name}, ${JSON.stringify(size)}, allocation ${n}${onwards ? ' and all later' : ''}\n`,
  );
  let result;
  let error;
  failing.arm(n, least, Number(onwards), Number(anyones));
  try {
    result = run();
  } catch (thrown) {
    error = thrown;
  }
  const count = failing.disarm();
  if (error === undefined) assert.strictEqual(code, undefined, `${name}: no error`);
  else {
    assert.ok([MEMORY, code].includes(error.code), error.stack);
    assert.ok(error.code !== MEMORY || error instanceof RangeError, 'another class');
    assert.strictEqual(memoryOf(given), before, `${name}: written before the error ${error.code}`);
  }
  // The next call knows nothing of it.
  const next = calls(logits, size)[index];
  if (code === undefined) {
    const expected = JSON.stringify(numbersOf(next.run()));
    if (error === undefined && typeof result !== 'number') {
      assert.strictEqual(JSON.stringify(numbersOf(result)), expected, `${name}: another result`);
    }
  } else {
    assert.throws(next.run, { code });
  }
  return { count, failed: error?.code === MEMORY };
}

const inWorker = (data) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(__filename, { workerData: { library, kind, ...data } });
    worker.once('message', resolve).once('error', reject);
  });

async function sweep() {
  const logits = load();
  logits.setThreads(1);
  let attempts = 0;
  let failed = 0;
  for (const size of [0, 1, 2]) {
    const names = calls(logits, { ...sizes[size], rows: 40 }).map(({ name }) => name);
    for (const index of names.keys()) {
      // One beyond the last: a call that has all it wants.
      for (let n = 1, count = n; n <= count + 1 && n < 40; n++) {
        const answer = await inWorker({ index, size, n });
        attempts++;
        failed += answer.failed ? 1 : 0;
        count = Math.max(answer.count, n - 1);
      }
    }
  }
  console.log(`${attempts} attempts, ${failed} without memory`);
}

/** JavaScript's own arrays: allocations of 4 MiB or more, whoever asks. */
function results() {
  const logits = load();
  const size = { rows: 1200, classes: 1200 };
  let failed = 0;
  for (const { name, given, outputs } of functions(size)) {
    const rowsOnly = outputs.out && outputs.out.length === size.rows && !outputs.gradient;
    if (rowsOnly || Object.keys(outputs).length === 0) continue;
    writeSync(2, `${name}\n`);
    failing.arm(1, 2 ** 22, 1, 1);
    let error;
    try {
      logits[name](...given);
    } catch (thrown) {
      error = thrown;
    }
    failing.disarm();
    assert.strictEqual(error?.code, MEMORY, `${name}: ${error?.stack}`);
    assert.ok(error instanceof RangeError && error.cause instanceof RangeError);
    numbersOf(logits[name](...given));
    failed++;
  }
  console.log(`${failed} without memory`);
}

/** No thread can be started, or none of a pool's allocations can be had. */
function threads() {
  const logits = load();
  const x = Float32Array.from({ length: 2e6 }, (_, i) => Math.sin(i));
  const options = { shape: [2000, 1000] };
  const expected = Buffer.from(logits.softmax(x, { ...options, threads: 1 }).buffer);
  const check = () => {
    const result = Buffer.from(logits.softmax(x, { ...options, threads: 4 }).buffer);
    assert.ok(result.equals(expected), 'another result');
  };
  failing.armThreads();
  for (let i = 0; i < 20; i++) check();
  failing.disarm();
  for (const onwards of [1, 0]) {
    for (let n = 1; n <= 8; n++) {
      failing.arm(n, 0, onwards, 0);
      check();
      failing.disarm();
    }
  }
  for (let i = 0; i < 20; i++) check();
  console.log('as with one thread');
}

if (!isMainThread) {
  const logits = load();
  const { index, size, n } = given;
  parentPort.postMessage(attempt(logits, index, sizes[size], n, 0, false));
} else if (kind === 'results') results();
else if (kind === 'threads') threads();
else sweep();
