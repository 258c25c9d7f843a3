import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import * as logits from '../../lib/index.js';
import { klDivergence, logSumExp, score, softmax } from '../../lib/promises.js';
import { resizesBuffers, terminatesLoops } from '../support/host.js';
import { normalLogits, uniform } from '../support/inputs.js';
import { callInBackground, inShared, rejection } from '../support/promises.js';
import {
  type Arguments,
  arrange,
  arraysOf,
  cases,
  DETACHED,
  hasReduction,
  separate,
  signatures,
} from '../support/tables/calls.js';

// What happens to arrays while a promise is pending: transferred, resized, collected, changed.

const everyArray = cases.flatMap((one) =>
  arraysOf(one).map((array) => ({ one, title: one.title, array })),
);
type Resizable = ArrayBuffer & { resize(length: number): void };
const ResizableBuffer = ArrayBuffer as unknown as new (
  length: number,
  options: { maxByteLength: number },
) => Resizable;

const ways: Record<string, (buffer: ArrayBuffer) => void> = {
  'structuredClone with transfer': (buffer) => {
    structuredClone(buffer, { transfer: [buffer] });
  },
  'postMessage with transfer': (buffer) => {
    const { port1, port2 } = new MessageChannel();
    port1.postMessage(buffer, [buffer]);
    port1.close();
    port2.close();
  },
  ...('transfer' in ArrayBuffer.prototype && {
    'transfer()': (buffer: ArrayBuffer) => {
      (buffer as ArrayBuffer & { transfer(): ArrayBuffer }).transfer();
    },
  }),
};

describe.each(Object.keys(ways))('%s of a pending call', (way) => {
  const lose = ways[way] as (buffer: ArrayBuffer) => void;

  it.each(everyArray)('$array of $title', async ({ one, array }) => {
    const arrays = arrange(one);
    const options = { shape: [2, 3], ...(hasReduction(one.name) && { reduction: 'none' }) };
    const promise = callInBackground(one.name, arrays as Arguments, options);
    lose(arrays[array]?.buffer as ArrayBuffer);
    const reason = await rejection(promise);
    expect(reason).toMatchObject({ name: 'TypeError', code: DETACHED });
    expect(reason).toMatchObject({ argument: array });
  });

  it('before, between and after the pieces of a long one', async () => {
    const shape = [2000, 1000];
    const x = normalLogits(2_000_000, { seed: 1 });
    const expected = logits.softmax(x, { shape });
    const bytes = ({ buffer }: Float32Array) => Buffer.from(buffer);
    for (let turns = 0; turns < 12; turns++) {
      for (const lost of ['logits', 'out'] as const) {
        const given = { logits: x.slice(), out: new Float32Array(x.length) };
        const promise = softmax(given.logits, { shape, out: given.out });
        const outcome = promise.then(
          (result) => result,
          (error: unknown) => error,
        );
        for (let i = 0; i < turns; i++) await turn();
        lose(given[lost].buffer);
        const result = await outcome;
        if (result !== given.out) expect(result).toMatchObject({ code: DETACHED });
        else if (lost === 'logits') expect(bytes(given.out).equals(bytes(expected))).toBe(true);
      }
    }
  });
});

describe.runIf(resizesBuffers)('resize() of a pending call', () => {
  it.each(everyArray)('$array of $title', async ({ one, array }) => {
    const arrays = arrange(one, (name, type, length) => {
      if (name !== array) return separate(type, length);
      const bytes = separate(type, length).byteLength;
      const buffer = new ResizableBuffer(bytes, { maxByteLength: 2 * bytes });
      return new (separate(type, 0).constructor as Float32ArrayConstructor)(buffer, 0, length);
    });
    const options = { shape: [2, 3], ...(hasReduction(one.name) && { reduction: 'none' }) };
    const buffer = arrays[array]?.buffer as Resizable;
    const promise = callInBackground(one.name, arrays as Arguments, options);
    buffer.resize(buffer.byteLength - 1);
    expect(await rejection(promise)).toMatchObject({ code: DETACHED });
  });

  it('to more is nothing', async () => {
    const buffer = new ResizableBuffer(24, { maxByteLength: 48 });
    const x = new Float32Array(buffer, 0, 6);
    const promise = softmax(x, { shape: [2, 3], out: x });
    buffer.resize(48);
    expect(await promise).toBe(x);
    expect(x).toEqual(new Float32Array(6).fill(1 / 3));
  });
});

describe('arrays', () => {
  const shape = [1000, 1000];
  const x = normalLogits(1_000_000, { seed: 2 });
  const expected = logits.logSumExp(x, { shape });

  it('that nobody else has are held', async () => {
    const pending = Array.from({ length: 20 }, (_, i) =>
      logSumExp(i % 2 ? x.slice() : inShared(x), { shape }),
    );
    // Garbage, so that it is collected.
    for (let i = 0; i < 50; i++) new Float32Array(1_000_000).fill(i);
    for (const result of await Promise.all(pending)) expect(result).toEqual(expected);
  });

  it('of another realm', async () => {
    const other = runInNewContext('new Float32Array([1, 2, 3])') as Float32Array;
    const options = runInNewContext('({ temperature: 2, signal: undefined })') as object;
    expect(await softmax(other, options)).toEqual(
      logits.softmax(Float32Array.of(1, 2, 3), { temperature: 2 }),
    );
    const detached = runInNewContext('new Float32Array([1, 2, 3])') as Float32Array;
    const promise = softmax(detached);
    structuredClone(detached.buffer, { transfer: [detached.buffer as ArrayBuffer] });
    expect(await rejection(promise)).toMatchObject({ code: DETACHED });
  });

  it.runIf(terminatesLoops)(
    'in shared memory that another thread writes to',
    async () => {
      const shared = inShared(x);
      const code = `
      const { workerData, parentPort } = require('node:worker_threads');
      const words = new Int32Array(workerData.buffer);
      parentPort.postMessage(0);
      let state = 1;
      for (;;) {
        state = Math.imul(state, 1664525) + 1013904223 | 0;
        words[(state >>> 8) % words.length] = state;
      }
    `;
      const worker = new Worker(code, { eval: true, workerData: { buffer: shared.buffer } });
      await once(worker, 'message');
      const targets = new Int32Array(1000).fill(3);
      for (let round = 0; round < 20; round++) {
        const scores = await score(shared, targets, { shape, top: 5, entropy: true, margin: true });
        for (const id of scores.top.indices) expect(id).toBeLessThan(1000);
        await softmax(shared, { shape, out: shared });
      }
      await worker.terminate();
    },
    60_000,
  );

  it('of thousands of calls, taken away at random', async () => {
    const random = uniform(11);
    const below = (n: number) => Math.floor(random() * n);
    const names = Object.keys(ways);
    const pending: Promise<unknown>[] = [];
    let lost = 0;
    for (let i = 0; i < 3000; i++) {
      const one = cases[below(cases.length)] as (typeof cases)[number];
      const rows = 1 + below(i % 50 === 0 ? 3000 : 40);
      const arrays: Arguments = {};
      for (const input of signatures[one.name].inputs) {
        const isRows = input === 'targets' && one.targets === 'Int32Array';
        const type = input === 'targets' ? one.targets : one.float;
        arrays[input] = separate(isRows ? 'Int32Array' : type, isRows ? rows : rows * 300);
      }
      const promise = callInBackground(one.name, arrays, { shape: [rows, 300] });
      if (below(2) === 0) {
        const inputs = signatures[one.name].inputs;
        const array = arrays[inputs[below(inputs.length)] as string] as Float32Array;
        if (below(3) === 0) await turn();
        (ways[names[below(names.length)] as string] as (buffer: ArrayBuffer) => void)(
          array.buffer as ArrayBuffer,
        );
      }
      pending.push(
        promise.catch((error: { code?: string }) => {
          lost++;
          expect(error.code).toBe(DETACHED);
        }),
      );
      if (below(100) === 0) await Promise.all(pending.splice(0));
    }
    await Promise.all(pending);
    expect(lost).toBeGreaterThan(1000);
  });
});

describe('worker threads', () => {
  const promisesPath = join(import.meta.dirname, '..', '..', 'dist', 'promises.js');
  const code = `
    const { parentPort, workerData } = require('node:worker_threads');
    const sync = require(workerData.index);
    const promises = require(workerData.promises);
    const { shared, shape, endless } = workerData;
    const own = shared.slice();
    const both = async (logits) => {
      const given = { shape, reduction: 'none' };
      const pending = promises.klDivergence(logits, shared, given);
      const wanted = sync.klDivergence(logits, shared, given);
      const result = await pending;
      return result.every((value, i) => value === wanted[i]);
    };
    (async () => {
      let right = true;
      do {
        const all = await Promise.all([own, shared, own, shared].map(both));
        right = right && all.every(Boolean);
        parentPort.postMessage(right);
      } while (endless);
    })();
  `;
  const start = (endless: boolean, program = code) =>
    new Worker(program, {
      eval: true,
      workerData: {
        index: join(import.meta.dirname, '..', '..', 'dist', 'index.js'),
        promises: promisesPath,
        shared: inShared(normalLogits(100_000, { seed: 3 })),
        shape: [100, 1000],
        endless,
      },
    });

  it('eight at once, each with calls of both kinds, end by themselves', async () => {
    const workers = Array.from({ length: 8 }, () => start(false));
    const answers = workers.map((worker) => once(worker, 'message'));
    const ends = workers.map((worker) => once(worker, 'exit'));
    expect(await Promise.all(answers)).toEqual(new Array(8).fill([true]));
    expect(await Promise.all(ends)).toEqual(new Array(8).fill([0]));
  });

  it('may be terminated while they begin calls, wrong ones too', async () => {
    const busy = `
      const { parentPort, workerData } = require('node:worker_threads');
      const { klDivergence, softmax } = require(workerData.promises);
      const { softmax: atOnce } = require(workerData.index);
      const { shared, shape } = workerData;
      const own = shared.slice();
      const ignore = () => undefined;
      parentPort.postMessage(0);
      (function begin() {
        for (let i = 0; i < 20; i++) {
          klDivergence(shared, own, { shape }).catch(ignore);
          softmax(own, { shape }).catch(ignore);
          softmax(own, { shape: [3] }).catch(ignore);
          try { atOnce(own, { shape: [3] }); } catch {}
        }
        setImmediate(begin);
      })();
    `;
    for (let round = 0; round < 30; round++) {
      const workers = Array.from({ length: 3 }, () => start(true, busy));
      await Promise.all(workers.map((worker) => once(worker, 'message')));
      await sleep(round % 9);
      await Promise.all(workers.map((worker) => worker.terminate()));
    }
  });

  it('may be terminated with calls pending', async () => {
    for (let round = 0; round < 6; round++) {
      const workers = Array.from({ length: 4 }, () => start(true));
      await Promise.all(workers.map((worker) => once(worker, 'message')));
      await sleep(round);
      const ends = await Promise.all(workers.map((worker) => worker.terminate()));
      expect(ends).toEqual([1, 1, 1, 1]);
    }
    const x = Float32Array.of(1, 2, 3);
    expect(await klDivergence(x, x)).toBe(0);
  });
});
