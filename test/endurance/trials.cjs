// What is done over and over: each trial has a name, how many times it is done, and what is done.
const { join } = require('node:path');
const { runInContext, createContext } = require('node:vm');
const { Worker } = require('node:worker_threads');
const { functions, withOutputs } = require('../support/tables/functions.cjs');
const { promises } = require('../support/promises.cjs');

const root = join(__dirname, '..', '..', 'dist');
const logits = require(join(root, 'index.js'));

const titleOf = ({ name }, index, all) =>
  all.findIndex((one) => one.name === name) === index ? name : `${name} (${index})`;

function expectCode(error, code) {
  if (error?.code !== code) throw error ?? new Error(`no ${code}`);
}

function* synchronous({ calls, failures }) {
  for (const [index, one] of functions().entries()) {
    const title = titleOf(one, index, functions());
    const run = logits[one.name];
    yield { name: title, times: calls, run: () => run(...one.given) };
    if (Object.keys(one.outputs).length > 0) {
      const given = withOutputs(one);
      yield { name: `${title} with out`, times: calls, run: () => run(...given) };
    }
    for (const [code, wrong] of Object.entries(one.errors)) {
      const given = wrong(one.given);
      const fails = () => {
        let error;
        try {
          run(...given);
        } catch (thrown) {
          error = thrown;
        }
        expectCode(error, code);
      };
      yield { name: `${title}: ${code}`, times: failures, run: fails };
    }
  }
  yield {
    name: 'runtime, setThreads',
    times: failures,
    run: () => logits.setThreads(logits.runtime().threads),
  };
}

/** Calls that several threads share; their memory is large, so that a leak of any would show. */
function* large() {
  const shape = [1200, 1000];
  const x = Float32Array.from({ length: 1.2e6 }, (_, i) => Math.sin(i));
  const targets = new Int32Array(1200);
  const options = { shape, threads: 4 };
  yield { name: 'large calls', times: 60, run: () => logits.softmax(x, options) };
  const losses = () => logits.crossEntropyWithGradient(x, targets, { ...options, gradient: x });
  yield { name: 'large calls in place', times: 60, run: losses };
}

function* evaluators({ calls }) {
  const given = new Float32Array(20).map((_, i) => Math.sin(i));
  const targets = Int32Array.of(3, 7);
  const options = { shape: [2, 10], bytes: 7 };
  const evaluatorOptions = { classes: 10, top: [1, 3], confusion: true };
  const kept = new logits.Evaluator(evaluatorOptions);
  yield {
    name: 'Evaluator.update',
    times: calls,
    run: () => kept.update(given, targets, options),
  };
  yield {
    name: 'Evaluators made, updated, merged, summarised, there and back',
    times: calls / 50,
    run: () => {
      const one = new logits.Evaluator(evaluatorOptions).update(given, targets, options);
      const again = logits.Evaluator.fromJSON(JSON.parse(JSON.stringify(one)));
      if (one.merge(again).summary().rows !== 4) throw new Error('rows were lost');
    },
  };
  yield {
    name: 'Evaluator.update: ERR_TARGET_OUT_OF_RANGE',
    times: calls / 10,
    run: () => {
      let error;
      try {
        kept.update(given, [0, 10], options);
      } catch (thrown) {
        error = thrown;
      }
      expectCode(error, 'ERR_TARGET_OUT_OF_RANGE');
    },
  };
}

const workerCode = `
  const { parentPort, workerData } = require('node:worker_threads');
  const logits = require(workerData.root + '/index.js');
  const { functions } = require(workerData.table);
  for (const { name, given } of functions()) logits[name](...given);
  const x = new Float32Array(6e5);
  logits.softmax(x, { shape: [600, 1000], threads: 2, out: x });
  if (workerData.isEndless) parentPort.postMessage('started');
  while (workerData.isEndless) logits.softmax(x, { shape: [600, 1000], threads: 2, out: x });
`;

function* workers({ workers: times }) {
  const start = (isEndless) =>
    new Worker(workerCode, {
      eval: true,
      workerData: { root, table: require.resolve('../support/tables/functions.cjs'), isEndless },
    });
  const event = (worker, name) =>
    new Promise((resolve, reject) => worker.once(name, resolve).once('error', reject));
  yield { name: 'workers that end', times, run: () => event(start(false), 'exit') };
  yield {
    name: 'workers that are terminated in the middle of calls',
    times: times / 4,
    run: async () => {
      const worker = start(true);
      await event(worker, 'message');
      await worker.terminate();
    },
  };
}

function* contexts({ workers: times }) {
  yield {
    name: 'vm contexts with their own arrays',
    times,
    run: () => {
      const context = createContext({ logits });
      runInContext(
        'logits.softmax(new Float32Array(20), { shape: [2, 10], out: new Float32Array(20) })',
        context,
      );
    },
  };
}

function* asynchronous({ failures, sequential }) {
  if (promises === null) {
    console.log('skipped: no promises');
    return;
  }
  for (const [index, one] of functions().entries()) {
    const title = `promise of ${titleOf(one, index, functions())}`;
    const run = promises[one.name];
    yield {
      name: `${title}, awaited`,
      times: sequential,
      run: async () => await run(...one.given),
    };
    if (Object.keys(one.outputs).length > 0) {
      const given = withOutputs(one);
      yield { name: `${title} with out`, times: sequential, run: async () => await run(...given) };
    }
    const pending = Math.min(failures, 1e5);
    yield {
      name: `${title}, ${pending} at once`,
      times: 2,
      run: async () => {
        await Promise.all(Array.from({ length: pending }, () => run(...one.given)));
      },
    };
    for (const [code, wrong] of Object.entries(one.errors)) {
      const given = wrong(one.given);
      const fails = async () => {
        const error = await Promise.resolve()
          .then(() => run(...given))
          .then(
            () => undefined,
            (thrown) => thrown,
          );
        expectCode(error, code);
      };
      yield { name: `${title}: ${code}`, times: sequential / 10, run: fails };
    }
    yield {
      name: `${title}, aborted`,
      times: sequential / 10,
      run: async () => {
        const controller = new AbortController();
        const options = { ...one.given.at(-1), signal: controller.signal };
        const promise = run(...one.given.slice(0, -1), options);
        controller.abort();
        await promise.catch((error) => {
          if (error.name !== 'AbortError') throw error;
        });
      },
    };
  }
}

exports.trials = function* (amounts) {
  yield* synchronous(amounts);
  yield* large(amounts);
  yield* evaluators(amounts);
  yield* contexts(amounts);
  yield* asynchronous(amounts);
  yield* workers(amounts);
};
