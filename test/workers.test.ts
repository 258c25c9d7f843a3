import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crossEntropy, crossEntropyWithGradient, runtime, softmax } from '../lib/index.js';
import { native } from '../lib/native.js';
import { startsProcesses, terminatesLoops } from './support/host.js';
import { normalLogits } from './support/inputs.js';
import { installerOf } from './support/installation.js';
import { inShared } from './support/promises.js';

// The addon in several threads at once and in processes of its own.

const rows = 200;
const classes = 501;
const shape = [rows, classes];
const logits = normalLogits(rows * classes, { seed: 1, deviation: 3 });
const targets = Int32Array.from({ length: rows }, (_, row) => (row * 7) % classes);

/**
 * A worker cannot read TypeScript, so it calls the addon itself, as lib/native.ts types it and
 * lib/call.ts describes it: a mean, with -100 ignored.
 */
function startWorker(code: string, workerData: object): Worker {
  const prelude = `
    const { parentPort, workerData } = require('node:worker_threads');
    const native = require(workerData.addon);
    const { logits, targets, rows, classes } = workerData;
    const call = Float64Array.of(0, rows, classes, 1, classes, 1, 0, 0, 2, 0, -100, 0, 0, 1, 0, 0, 0, 0).buffer;
  `;
  const data = { addon: native.path, logits, targets, rows, classes, ...workerData };
  return new Worker(prelude + code, { eval: true, workerData: data });
}

const lossAndGradient = `
  function lossAndGradient(gradient) {
    return native.crossEntropy(call, logits, targets, null, null, null, null, gradient);
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
        native.softmax(call, logits, probabilities);
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
    const output = inShared(new Float32Array(logits.length));
    const code = `${lossAndGradient}
      parentPort.postMessage('started');
      for (;;) lossAndGradient(workerData.output);
    `;
    for (let round = 0; round < 12; round++) {
      const some = Array.from({ length: 3 }, () => startWorker(code, { output }));
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

describe.runIf(startsProcesses)('the compiled package', () => {
  let temporary = '';
  const folder = (name: string) => join(temporary, name);
  const platform = `${process.platform}-${process.arch}`;
  let install: ReturnType<typeof installerOf>;

  /** What a process of its own prints: its answer, or the error of loading the package. */
  function inProcess(name: string, answer: string, env: NodeJS.ProcessEnv = {}) {
    const code = `
      let logits, error;
      try {
        logits = require('./dist/index.js');
      } catch (e) {
        error = { name: e.name, code: e.code, message: e.message };
      }
      console.log(JSON.stringify(error ? { error } : { answer: ${answer} }));
    `;
    const {
      LOGITS_ISA: _isa,
      LOGITS_THREADS: _threads,
      LOGITS_BINARY: _binary,
      ...inherited
    } = process.env;
    const options = { cwd: folder(name), env: { ...inherited, ...env }, timeout: 20_000 };
    const { stdout, stderr, status, signal } = spawnSync(process.execPath, ['-e', code], {
      ...options,
      encoding: 'utf8',
    });
    expect({ stderr, status, signal }).toEqual({ stderr: '', status: 0, signal: null });
    return JSON.parse(stdout) as { answer?: unknown; error?: Record<string, string> };
  }

  beforeAll(() => {
    temporary = mkdtempSync(join(tmpdir(), 'logits-'));
    install = installerOf(folder('dist'), folder);
    install('built', ['build', 'Release', 'logits.node']);
    install('prebuilt', ['prebuilds', platform, 'logits.node']);
    install('bare');
    install('broken', ['build', 'Release', 'logits.node'], 'no addon');
  });
  afterAll(() => rmSync(temporary, { recursive: true, force: true }));

  it.each([
    ['built', ['build', 'Release']],
    ['prebuilt', ['prebuilds', platform]],
  ])('loads the addon when it is %s', (name, path) => {
    const { answer } = inProcess(name, 'logits.runtime()');
    expect(answer).toEqual({
      isa: native.isas()[0],
      isas: native.isas(),
      threads: availableParallelism(),
      addon: expect.stringContaining(join(name, ...path, 'logits.node')),
    });
    expect(Object.keys(answer as object)).toEqual(Object.keys(runtime()));
  });

  it.each(native.isas())('LOGITS_ISA=%s', (isa) => {
    expect(inProcess('built', 'logits.runtime().isa', { LOGITS_ISA: isa })).toEqual({
      answer: isa,
    });
  });

  it('LOGITS_ISA without a name is none', () => {
    const { answer } = inProcess('built', 'logits.runtime().isa', { LOGITS_ISA: '' });
    expect(answer).toBe(native.isas()[0]);
  });

  it.each(['bogus', 'AVX2', 'avx2 ', 'scalar,avx2'])('LOGITS_ISA=%j is an error', (isa) => {
    expect(inProcess('built', 'logits.runtime().isa', { LOGITS_ISA: isa }).error).toEqual({
      name: 'RangeError',
      code: 'ERR_INVALID_ARG_VALUE',
      message: `Expected one of ${native.isas().join(', ')} for LOGITS_ISA, received '${isa}'`,
    });
  });

  it('LOGITS_THREADS limits the threads, before setThreads says otherwise', () => {
    const answer =
      '[logits.runtime().threads, logits.setThreads(5), logits.runtime().threads].map(String)';
    expect(inProcess('built', answer, { LOGITS_THREADS: '3' }).answer).toEqual([
      '3',
      'undefined',
      '5',
    ]);
    expect(inProcess('built', 'logits.runtime().threads', { LOGITS_THREADS: '' }).answer).toBe(
      availableParallelism(),
    );
  });

  it.each(['0', '-1', '1.5', 'all', ' 2', '1e3', '9007199254740993'])(
    'LOGITS_THREADS=%j is an error',
    (threads) => {
      const { error } = inProcess('built', '0', { LOGITS_THREADS: threads });
      expect(error).toEqual({
        name: 'RangeError',
        code: 'ERR_INVALID_ARG_VALUE',
        message: `Expected an integer >= 1 for LOGITS_THREADS, received '${threads}'`,
      });
    },
  );

  it.each([
    ['bare', /there is no such file/],
    ['broken', /logits\.node/],
  ])('without a working addon (%s): what was tried, and what to do', (name, reason) => {
    const { error } = inProcess(name, '1');
    expect(error).toMatchObject({ name: 'Error', code: 'ERR_ADDON_NOT_FOUND' });
    const message = error?.message as string;
    expect(message).toMatch(reason);
    expect(message).toContain(platform);
    expect(message).toContain(join(name, 'build', 'Release', 'logits.node'));
    expect(message).toContain(join(name, 'prebuilds', platform, 'logits.node'));
    expect(message).toContain('npm run build:native');
  });

  it('LOGITS_BINARY names the addon, whatever else there is', () => {
    const addon = join('elsewhere', 'any-name.so');
    install('bare', [addon]);
    for (const file of [addon, join(folder('bare'), addon)]) {
      const { answer } = inProcess(
        'bare',
        '[logits.runtime().addon, logits.softmax(Float32Array.of(1))[0]]',
        {
          LOGITS_BINARY: file,
        },
      );
      expect(answer).toEqual([expect.stringMatching(/bare.elsewhere.any-name\.so$/), 1]);
    }
    const { answer } = inProcess('built', 'logits.runtime().addon', { LOGITS_BINARY: '' });
    expect(answer).toContain(join('built', 'build', 'Release', 'logits.node'));
  });

  it.each([
    [join('no', 'such.node'), /^there is no such file$/],
    ['dist', /^(Type)?Error\b/],
    [join('dist', 'index.js'), /^(Type)?Error\b/],
  ])('LOGITS_BINARY=%j is an error, and nothing takes its place', (file, reason) => {
    const { error } = inProcess('built', '1', { LOGITS_BINARY: file });
    expect(error).toMatchObject({ name: 'Error', code: 'ERR_ADDON_NOT_FOUND' });
    const [first, second] = String(error?.message).split('\n');
    expect(first).toBe('No logits binary could be loaded from LOGITS_BINARY. Tried:');
    const tried = /^ {2}(.*?): (.*)$/.exec(second as string);
    expect(tried?.[1]).toContain(join('built', file));
    expect(tried?.[2]).toMatch(reason);
  });

  it('a broken local build does not hide the binary that the package ships', () => {
    install('both', ['build', 'Release', 'logits.node'], 'no addon');
    install('both', ['prebuilds', platform, 'logits.node']);
    const { answer, error } = inProcess('both', 'logits.runtime().addon');
    expect(answer ?? error?.message).toContain(join('prebuilds', platform, 'logits.node'));
  });

  it.each([
    ['softmax', [2 ** 40, 0], 1],
    ['softmax', [0, 2 ** 40], 0],
    ['softmax', [2 ** 40, 0, 3], 1],
    ['logSoftmax', [2 ** 40, 0], 1],
    ['logSoftmax', [2 ** 40, 0, 3], 1],
    ['softmaxGradient', [2 ** 50, 0], 1],
    ['logSoftmaxGradient', [2 ** 40, 0, 3], 1],
    ['binaryCrossEntropy', [2 ** 50, 0], 1],
    ['klDivergence', [2 ** 50, 0], 1],
  ])('%s of no elements, shape %j, ends at once', (name, dimensions, axis) => {
    const none = 'new Float32Array(0)';
    const inputs = /softmax$/i.test(name) ? none : `${none}, ${none}`;
    const run = `logits.${name}(${inputs}, ${JSON.stringify({ shape: dimensions, axis })})`;
    const answer = `(() => { try { return ${run}.length; } catch (e) { return e.code; } })()`;
    expect([0, 'ERR_SHAPE_MISMATCH', 'ERR_MEMORY_ALLOCATION_FAILED']).toContain(
      inProcess('built', answer).answer,
    );
  });
});
