import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runtime, setThreads, softmax } from '../../lib/index.js';
import { startsProcesses, terminatesLoops } from '../support/host.js';
import { withIsa } from '../support/isas.js';
import { installerOf } from '../support/package/installation.js';
import {
  type Batch,
  makeBatch,
  operations,
  resultBytes,
  sideBySide,
} from '../support/tables/operations.js';

// Calls on several threads: the same bytes, and processes and worker threads that end in the middle.

const before = runtime().threads;
afterAll(() => setThreads(before));

const limits = [2, 3, 16];

function doubled(batch: Batch): Batch {
  return {
    ...batch,
    logits: Float64Array.from(batch.logits),
    others: Float64Array.from(batch.others),
    upstream: Float64Array.from(batch.upstream),
  };
}

describe('the same bytes on any number of threads', () => {
  const short = makeBatch(43_691, 24, 1);
  const long = makeBatch(3, 524_321, 2);
  // Two numbers that decide a row in which every other class rounds to nothing, chunks apart.
  const alone = makeBatch(1, 600_001, 3);
  alone.logits.fill(-3e4);
  alone.logits[299_999] = 50;
  alone.logits[599_999] = 49;
  const bad = makeBatch(2, 530_000, 4);
  bad.logits[529_999] = NaN;
  bad.logits[1_000_000] = Infinity;
  const batches: [string, Batch][] = [
    ['short rows', short],
    ['rows of 1000', makeBatch(1100, 1000, 5)],
    ['rows side by side', sideBySide(makeBatch(52_429, 21, 6))],
    ['long rows', long],
    ['long rows of float64', doubled(long)],
    ['one long row', alone],
    ['long rows that are not finite', bad],
  ];

  describe.each(batches)('%s', (_, batch) => {
    it.each(Object.keys(operations))('%s', (name) => {
      const operation = operations[name] as (typeof operations)[string];
      const bytes = (all: number, threads?: number) => {
        setThreads(all);
        const options = threads === undefined ? batch.options : { ...batch.options, threads };
        return resultBytes(operation.compute({ ...batch, options }));
      };
      const one = bytes(1);
      for (const threads of limits) expect(bytes(threads).equals(one), `${threads}`).toBe(true);
      expect(bytes(1, 3).equals(one), 'threads: 3').toBe(true);
      expect(bytes(16, 1).equals(one), 'threads: 1').toBe(true);
    });
  });

  it('on every instruction set', () => {
    const batch = makeBatch(600, 1000, 7);
    for (const isa of runtime().isas) {
      for (const name of ['softmax', 'crossEntropy of indices', 'logSumExp']) {
        const bytes = (threads: number) => {
          setThreads(threads);
          const compute = operations[name]?.compute as (typeof operations)[string]['compute'];
          return withIsa(isa, () => resultBytes(compute(batch)));
        };
        expect(bytes(2).equals(bytes(1)), `${name} ${isa}`).toBe(true);
      }
    }
  });
});

describe('setThreads', () => {
  it('is what runtime tells', () => {
    setThreads(7);
    expect(runtime().threads).toBe(7);
  });

  it('takes more threads than there can be', () => {
    setThreads(Number.MAX_SAFE_INTEGER);
    expect(runtime().threads).toBe(256);
  });

  it.each([
    [0, 'RangeError', 'ERR_INVALID_ARG_VALUE', 'an integer >= 1', '0'],
    [-2, 'RangeError', 'ERR_INVALID_ARG_VALUE', 'an integer >= 1', '-2'],
    [1.5, 'RangeError', 'ERR_INVALID_ARG_VALUE', 'an integer', '1.5'],
    [NaN, 'RangeError', 'ERR_INVALID_ARG_VALUE', 'an integer', 'NaN'],
    ['2', 'TypeError', 'ERR_INVALID_ARG_TYPE', 'an integer', "'2'"],
    [null, 'TypeError', 'ERR_INVALID_ARG_TYPE', 'an integer', 'null'],
  ])('of %j is an error', (threads, name, code, what, received) => {
    setThreads(4);
    const message = expect.stringContaining(`setThreads: threads is ${received}, not ${what}`);
    let thrown: unknown;
    try {
      setThreads(threads as never);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ name, code, message });
    expect(runtime().threads).toBe(4);
  });
});

describe('the option threads', () => {
  const row = Float32Array.of(1, 2, 3);

  it('changes nothing for other calls', () => {
    setThreads(5);
    softmax(row, { threads: 2 });
    expect(runtime().threads).toBe(5);
  });

  it('takes more threads than there can be', () => {
    const rows = new Float32Array(2 ** 20);
    const threads = Number.MAX_SAFE_INTEGER;
    expect(softmax(rows, { shape: [1024, 1024], threads })[0]).toBe(1 / 1024);
  });

  it.each([0, -1, 0.5])('of %j is an error', (threads) => {
    const what = Number.isInteger(threads) ? 'an integer >= 1' : 'an integer';
    const message = `softmax: threads is ${threads}, not ${what}`;
    const code = 'ERR_INVALID_ARG_VALUE';
    expect(() => softmax(row, { threads })).toThrow(
      expect.objectContaining({ name: 'RangeError', code, message }),
    );
  });
});

describe.runIf(startsProcesses)('processes', () => {
  let temporary = '';
  beforeAll(() => {
    temporary = mkdtempSync(join(tmpdir(), 'logits-'));
    const folder = (name: string) => join(temporary, name);
    installerOf(folder('dist'), folder)('package', ['build', 'Release', 'logits.node']);
  });
  afterAll(() => rmSync(temporary, { recursive: true, force: true }));

  const prelude = `
    const { Worker, isMainThread, workerData, parentPort } = require('node:worker_threads');
    const logits = isMainThread && process.argv.includes('workers-only')
      ? undefined : require(process.cwd() + '/dist/index.js');
    const shape = [2048, 1000];
    const x = Float32Array.from({ length: 2048000 }, (_, i) => Math.sin(i) * 9);
    const out = new Float32Array(x.length);
    if (logits) logits.setThreads(4);
    const call = (threads) => logits.softmax(x, { shape, out, threads });
    const again = (data) => new Worker(__filename, { workerData: data });
  `;

  function run(code: string, ...words: string[]) {
    const file = join(temporary, 'package', 'main.cjs');
    writeFileSync(file, prelude + code);
    const started = performance.now();
    const { stdout, stderr, status, signal } = spawnSync(process.execPath, [file, ...words], {
      cwd: join(temporary, 'package'),
      encoding: 'utf8',
      timeout: 60_000,
    });
    const milliseconds = performance.now() - started;
    expect({ stderr, signal }).toEqual({ stderr: '', signal: null });
    return { stdout: stdout.trim(), status, milliseconds };
  }

  it('end when their work is done', () => {
    expect(run('for (let i = 0; i < 20; i++) call(); console.log("done");')).toMatchObject({
      stdout: 'done',
      status: 0,
    });
  });

  it.runIf(process.platform === 'linux')(
    'start threads when a call needs them, once (seen in Linux, in /proc)',
    () => {
      const code = `
      const fs = require('node:fs');
      const named = (task) => {
        try {
          return fs.readFileSync('/proc/self/task/' + task + '/comm', 'utf8').trim();
        } catch {
          return ''; // it has ended meanwhile
        }
      };
      const countNow = () => fs.readdirSync('/proc/self/task').filter((t) => named(t) === 'logits').length;
      // The least of several: a thread that moves is two until the first has ended.
      const count = () => Math.min(...Array.from({ length: 10 }, () => {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
        return countNow();
      }));
      const counts = [count()];
      const after = (limit, compute, threads) => {
        logits.setThreads(limit);
        compute(threads);
        counts.push(count());
      };
      const small = () => logits.softmax(x.subarray(0, 500000), { shape: [500, 1000] });
      after(1, call);
      after(4, small);
      after(4, call, 1);
      after(1, call, 2);
      after(4, call, 2);
      after(4, call);
      after(4, call);
      after(2, call);
      console.log(counts.join());
    `;
      expect(run(code).stdout).toBe('0,0,0,0,1,1,3,3,3');
    },
  );

  it('exit from the main thread while a worker computes', () => {
    const code = `
      if (isMainThread) {
        again().on('message', () => setTimeout(() => process.exit(7), 5));
      } else {
        parentPort.postMessage('started');
        for (;;) call();
      }
    `;
    for (let i = 0; i < 5; i++) expect(run(code).status).toBe(7);
  });

  it('exit from a worker while the main thread and others compute', () => {
    const code = `
      if (isMainThread) {
        again('endless');
        again('exits').on('exit', (code) => process.exit(code));
        const go = () => { call(); setImmediate(go); };
        go();
      } else if (workerData === 'endless') {
        for (;;) call();
      } else {
        for (let i = 0; i < 5; i++) call();
        process.exit(9);
      }
    `;
    for (let i = 0; i < 5; i++) expect(run(code).status).toBe(9);
  });

  it.runIf(terminatesLoops)('terminate workers in the middle of calls', () => {
    const code = `
      async function main() {
        call();
        const expected = Buffer.from(out.buffer).toString('base64');
        for (let round = 0; round < 10; round++) {
          const workers = [0, 1, 2].map(() => again());
          await Promise.all(workers.map((w) => new Promise((go) => w.once('message', go))));
          await new Promise((go) => setTimeout(go, round));
          await Promise.all(workers.map((w) => w.terminate()));
          out.fill(0);
          call();
          if (Buffer.from(out.buffer).toString('base64') !== expected) throw new Error('differs');
        }
        console.log('done');
      }
      if (isMainThread) main();
      else {
        parentPort.postMessage('started');
        for (;;) call();
      }
    `;
    expect(run(code)).toMatchObject({ stdout: 'done', status: 0 });
  });

  it('live on when the only workers that had loaded the addon are gone', () => {
    const code = `
      if (isMainThread) {
        const one = (left) => again().on('exit', () => {
          if (left > 0) return one(left - 1);
          // The pool's threads sleep, and would wake in code that is gone.
          setTimeout(() => console.log('done'), 200);
        });
        one(3);
      } else {
        for (let i = 0; i < 3; i++) call();
      }
    `;
    expect(run(code, 'workers-only')).toMatchObject({ stdout: 'done', status: 0 });
  });

  it('fork children that compute', () => {
    const code = `
      const { fork } = require('node:child_process');
      call();
      if (process.argv.includes('child')) {
        process.send(out[12345]);
      } else {
        const child = fork(__filename, ['child']);
        child.on('message', (value) => console.log(value === out[12345]));
      }
    `;
    expect(run(code)).toMatchObject({ stdout: 'true', status: 0 });
  });
});
