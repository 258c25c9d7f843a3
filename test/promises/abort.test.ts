import { spawnSync } from 'node:child_process';
import { getEventListeners } from 'node:events';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { klDivergence as inThisThread, softmax as softmaxInThisThread } from '../../lib/index.js';
import { klDivergence, logSumExp, softmax } from '../../lib/promises.js';
import { startsProcesses } from '../support/host.js';
import { normalLogits } from '../support/inputs.js';
import { callInBackground, inShared, rejection } from '../support/promises.js';
import { functionNames, rightArguments } from '../support/tables/calls.js';

// Signals: what is rejected, with what, and that nothing is written afterwards.

const shape = [3000, 1000];
const x = normalLogits(3_000_000, { seed: 1 });
const y = normalLogits(3_000_000, { seed: 2 });

describe('a signal', () => {
  it.each(functionNames)(
    'that is aborted already rejects %s, and nothing is written',
    async (name) => {
      const given = rightArguments(name);
      const before = structuredClone(given);
      const reason = await rejection(
        callInBackground(name, given, { signal: AbortSignal.abort() }),
      );
      expect(reason).toBeInstanceOf(DOMException);
      expect(reason).toMatchObject({ name: 'AbortError' });
      await turn();
      expect(given).toEqual(before);
    },
  );

  it('gives its own reason', async () => {
    const reason = new Error('own');
    const promise = softmax(x, { signal: AbortSignal.abort(reason) });
    expect(await rejection(promise)).toBe(reason);
  });

  it('does not hide a wrong argument', async () => {
    const promise = softmax(x, { shape: [1], signal: AbortSignal.abort() });
    expect(await rejection(promise)).toMatchObject({ code: 'ERR_SHAPE_MISMATCH' });
  });

  it.each([null, 1, 'signal', {}, { aborted: false }, new AbortController()])(
    'that is none: %o',
    async (signal) => {
      const promise = softmax(x, { signal: signal as AbortSignal });
      expect(await rejection(promise)).toMatchObject({
        name: 'TypeError',
        code: 'ERR_INVALID_ARG_TYPE',
        message: expect.stringContaining('softmax: signal is '),
      });
    },
  );

  it('is no option of the functions that return at once', () => {
    const options = { signal: AbortSignal.abort() } as object;
    expect(() => softmaxInThisThread(x, options)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }),
    );
  });

  it('is left alone when the call is done', async () => {
    const { signal } = new AbortController();
    await Promise.all([softmax(x, { signal }), softmax(x, { signal })]);
    await rejection(softmax(x, { shape: [1], signal }));
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('may abort when the call is done', async () => {
    const controller = new AbortController();
    const result = await logSumExp(Float32Array.of(0, 0), { signal: controller.signal });
    controller.abort();
    expect(result).toEqual(Float32Array.of(Math.LN2));
  });

  it('may be one that waits for a time', async () => {
    const promise = klDivergence(x, y, { shape, signal: AbortSignal.timeout(1) });
    expect(await rejection(promise)).toMatchObject({ name: 'TimeoutError' });
  });
});

describe.each([
  ['ordinary memory', (array: Float32Array) => array],
  ['shared memory', (array: Float32Array) => inShared(array)],
])('aborted under way, in %s', (_, memory) => {
  const logits = memory(x);

  it('a call ends; its results stay as they are from then on', async () => {
    const expected = softmaxInThisThread(x, { shape });
    for (let wait = 0; wait < 8; wait++) {
      const out = memory(new Float32Array(x.length));
      const controller = new AbortController();
      const promise = softmax(logits, { shape, out, signal: controller.signal });
      const settled = promise.then(
        () => undefined,
        (error: unknown) => error,
      );
      for (let i = 0; i < wait; i++) await turn();
      controller.abort();
      const reason = await settled;
      const then = out.slice();
      if (reason !== undefined) expect(reason).toBe(controller.signal.reason);
      await sleep(20);
      expect(out.every((value, i) => value === then[i])).toBe(true);
      expect(out.every((value, i) => value === 0 || value === expected[i])).toBe(true);
    }
  });

  it('others go on', async () => {
    const expected = inThisThread(x, y, { shape, reduction: 'none' });
    const controllers = Array.from({ length: 12 }, () => new AbortController());
    const pending = controllers.map(({ signal }) =>
      klDivergence(logits, memory(y), { shape, reduction: 'none', signal }),
    );
    const results = pending.map((promise) => promise.catch((error: unknown) => error));
    await turn();
    for (const [i, controller] of controllers.entries()) {
      if (i % 3 !== 0) controller.abort(i);
    }
    for (const [i, result] of (await Promise.all(results)).entries()) {
      if (i % 3 === 0) expect(result).toEqual(expected);
      else expect(result).toBe(i);
    }
  });

  it('all of thousands that wait', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const pending = Array.from({ length: 3000 }, () =>
      rejection(logSumExp(logits, { shape, signal })),
    );
    controller.abort();
    expect(new Set(await Promise.all(pending))).toEqual(new Set([signal.reason]));
    expect(await logSumExp(Float32Array.of(0, 0))).toEqual(Float32Array.of(Math.LN2));
  });
});

it.runIf(startsProcesses)('a process ends when its calls are done, and not before', () => {
  const code = `
    const { softmax } = require('./dist/promises.js');
    let done = 0;
    for (let i = 0; i < 10; i++) {
      softmax(new Float32Array(300_000), { shape: [300, 1000] }).then(() => {
        if (++done === 10) console.log('done');
      });
    }
    const controller = new AbortController();
    softmax(new Float32Array(3_000_000), { signal: controller.signal }).catch((error) => console.log(error.name));
    controller.abort();
  `;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-e', code], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  expect({ stdout, stderr, status }).toEqual({
    stdout: 'AbortError\ndone\n',
    stderr: '',
    status: 0,
  });
});

it
  .runIf(startsProcesses)
  .each(['process.exit(3)', 'process.reallyExit(3)', "process.kill(process.pid, 'SIGTERM')"])(
  'a process may end in the middle: %s',
  (end) => {
    const code = `
      const { klDivergence } = require('./dist/promises.js');
      const shared = new Float32Array(new SharedArrayBuffer(4_000_000));
      for (let i = 0; i < 20; i++) {
        const logits = i % 2 ? shared : new Float32Array(1_000_000);
        klDivergence(logits, logits, { shape: [1000, 1000] });
      }
      setTimeout(() => ${end}, 5);
    `;
    for (let round = 0; round < 5; round++) {
      const { stderr, status, signal } = spawnSync(process.execPath, ['-e', code], {
        encoding: 'utf8',
        timeout: 20_000,
      });
      expect({ stderr, end: status ?? signal }).toEqual({
        stderr: '',
        end: end.includes('kill') ? 'SIGTERM' : 3,
      });
    }
  },
);
