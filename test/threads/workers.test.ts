import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { crossEntropy, crossEntropyWithGradient, softmax } from '../../lib/index.js';
import { native } from '../../lib/native/addon.js';
import { At, operations, reductionCodes } from '../../lib/native/boundary.js';
import { terminatesLoops } from '../support/host.js';
import { normalLogits } from '../support/inputs.js';
import { blockOf, numbersOf, passingIn } from '../support/numbers.js';
import { inShared } from '../support/promises.js';

// The addon in several threads at once.

const rows = 200;
const classes = 501;
const shape = [rows, classes];
const logits = normalLogits(rows * classes, { seed: 1, deviation: 3 });
const targets = Int32Array.from({ length: rows }, (_, row) => (row * 7) % classes);

const numbers = numbersOf({
  outer: rows,
  classes,
  outerStride: classes,
  reduction: reductionCodes.mean,
  ignoreIndex: -100,
});
const names = {
  crossEntropy: operations.crossEntropy.arguments,
  softmax: operations.softmax.arguments,
};

/** A worker cannot read TypeScript, so it calls the addon itself: a mean, with -100 ignored. */
function startWorker(code: string, workerData: object): Worker {
  const prelude = `
    const { parentPort, workerData } = require('node:worker_threads');
    const native = require(workerData.addon);
    const { logits, targets, block, names } = workerData;
    const passed = new Int32Array(block, workerData.passing);
    const result = new Float64Array(block, workerData.result);
    const enter = (name, given) => {
      names[name].forEach((key, i) => { passed[i + 1] = given[key] === undefined ? 0 : 1; });
      native[name](block, ...names[name].map((key) => given[key]));
      return result[0];
    };
  `;
  const block = blockOf(numbers, []);
  const places = { passing: passingIn(block).byteOffset, result: 8 * At.result };
  const data = { addon: native.path, logits, targets, block, names, ...places, ...workerData };
  return new Worker(prelude + code, { eval: true, workerData: data });
}

const lossAndGradient = `
  function lossAndGradient(gradient) {
    return enter('crossEntropy', { logits, targets, gradient });
  }
`;

describe('worker threads', () => {
  const expected = crossEntropyWithGradient(logits, targets, { shape });
  const hashOf = (array: Float32Array) => createHash('sha256').update(array).digest('hex');

  it('four at once, each with its own instruction set, give the same bits', async () => {
    const before = native.isa();
    const workers = 4;
    const all = native.isas();
    const isas = Array.from({ length: workers }, (_, i) => all[i % all.length] as string);
    const ready = new Int32Array(new SharedArrayBuffer(4));
    const code = `${lossAndGradient}
      const { createHash: hash } = require('node:crypto');
      const { isa, ready, workers } = workerData;
      const initial = native.isa();
      const selected = native.selectIsa(isa);
      // All of them start together.
      if (Atomics.add(ready, 0, 1) + 1 === workers + 1) Atomics.notify(ready, 0);
      for (let n; (n = Atomics.load(ready, 0)) < workers + 1; ) Atomics.wait(ready, 0, n, 100);
      const results = new Set();
      for (let i = 0; i < 50; i++) {
        const gradient = new Float32Array(logits.length);
        const loss = lossAndGradient(gradient);
        const probabilities = new Float32Array(logits.length);
        enter('softmax', { logits, out: probabilities });
        const hashes = [gradient, probabilities].map((a) => hash('sha256').update(a).digest('hex'));
        results.add(JSON.stringify([loss, ...hashes]));
      }
      parentPort.postMessage({ initial, selected, isa: native.isa(), results: [...results] });
    `;
    const messages = isas.map(async (isa) => {
      const worker = startWorker(code, { isa, ready, workers });
      const ended = once(worker, 'exit');
      const [message] = await once(worker, 'message');
      const [status] = await ended;
      return { ...message, status };
    });
    const results = Promise.all(messages);
    const started = async () => {
      while (Atomics.load(ready, 0) < workers) await sleep(5);
    };
    await Promise.race([started(), results]);
    Atomics.add(ready, 0, 1);
    Atomics.notify(ready, 0);
    const probabilities = softmax(logits, { shape });
    for (let i = 0; i < 50; i++) {
      expect(hashOf(softmax(logits, { shape }))).toBe(hashOf(probabilities));
    }

    const result = JSON.stringify([
      expected.loss,
      hashOf(expected.gradient),
      hashOf(probabilities),
    ]);
    const initial = native.isas()[0];
    expect(await results).toEqual(
      isas.map((isa) => ({ initial, selected: true, isa, results: [result], status: 0 })),
    );
    expect(native.isa()).toBe(before);
  });

  it.runIf(terminatesLoops)('may be terminated in the middle of calls', async () => {
    // Each its own: memory that the process keeps when they end.
    const outputs = Array.from({ length: 3 }, () => inShared(new Float32Array(logits.length)));
    const code = `${lossAndGradient}
      parentPort.postMessage('started');
      for (;;) lossAndGradient(workerData.output);
    `;
    for (let round = 0; round < 12; round++) {
      const some = outputs.map((output) => startWorker(code, { output }));
      await Promise.all(some.map((worker) => once(worker, 'message')));
      await sleep(round);
      expect(crossEntropy(logits, targets, { shape })).toBe(expected.loss);
      expect(await Promise.all(some.map((worker) => worker.terminate()))).toEqual([1, 1, 1]);
    }
    const { loss, gradient } = crossEntropyWithGradient(logits, targets, { shape });
    expect([loss, hashOf(gradient)]).toEqual([expected.loss, hashOf(expected.gradient)]);
  });

  it.runIf(terminatesLoops)(
    'may change shared targets during a call: a result or an error',
    async () => {
      const changing = inShared(targets);
      const code = `
      const { changing } = workerData;
      parentPort.postMessage('started');
      for (let i = 0; ; i++) changing[i % changing.length] = i % 3 === 0 ? 0x7fffffff : i % 500;
    `;
      const worker = startWorker(code, { changing });
      await once(worker, 'message');
      const gradient = new Float32Array(logits.length);
      for (let i = 0; i < 300; i++) {
        try {
          const { loss } = crossEntropyWithGradient(logits, changing, { shape, gradient });
          expect(loss).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toMatchObject({ code: 'ERR_TARGET_OUT_OF_RANGE' });
        }
      }
      await worker.terminate();
    },
  );
});
