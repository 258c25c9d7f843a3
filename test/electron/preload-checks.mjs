// The preload script alone, with stand-ins for what it takes of Electron.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { compileFunction } from 'node:vm';
import { check } from '../support/checks.mjs';

/** What the script exposes, and what it has posted to the main process. */
function load(app) {
  const path = join(app, 'preload.cjs');
  const exposed = {};
  const posted = [];
  const electron = {
    contextBridge: { exposeInMainWorld: (name, api) => Object.assign(exposed, { [name]: api }) },
    ipcRenderer: {
      invoke: async (channel) => `answer to ${channel}`,
      postMessage: (channel, message, ports) => posted.push({ channel, message, ports }),
    },
    webUtils: { getPathForFile: (file) => `path of ${file.name}` },
  };
  const real = createRequire(path);
  const source = readFileSync(path, 'utf8');
  const run = compileFunction(source, ['require'], { filename: path });
  run((name) => (name === 'electron' ? electron : real(name)));
  return { exposed, posted };
}

export async function checkPreload(app) {
  const { exposed, posted } = load(app);
  const api = exposed.logits;

  await check('preload: exposes what the page uses and nothing else', () => {
    assert.deepEqual(Object.keys(exposed), ['logits']);
    const names = ['cancel', 'choose', 'evaluate', 'example', 'pathOf', 'softmax'];
    assert.deepEqual(Object.keys(api).sort(), names);
  });

  await check('preload: computes with the addon', () => {
    const { softmax } = createRequire(join(app, 'preload.cjs'))('logits');
    const row = Float32Array.of(8, -3, 10);
    assert.deepEqual(api.softmax(row), softmax(row));
    const halves = Uint16Array.of(0x4800, 0xc200, 0x4900);
    assert.deepEqual(api.softmax(halves, 'float16'), softmax(row));
  });

  await check('preload: asks the main process and Electron', async () => {
    assert.equal(await api.choose(), 'answer to choose');
    assert.equal(await api.example(), 'answer to example');
    assert.equal(api.pathOf({ name: 'a.npy' }), 'path of a.npy');
  });

  const begin = () => {
    const shares = [];
    const promise = api.evaluate(['a.npy', 'b.npy'], (share) => shares.push(share));
    const { channel, message, ports } = posted.pop();
    assert.equal(channel, 'evaluate');
    assert.deepEqual(message, ['a.npy', 'b.npy']);
    return { promise, shares, port: ports[0] };
  };

  await check('preload: tells progress, then the result', async () => {
    const { promise, shares, port } = begin();
    port.postMessage({ kind: 'progress', share: 0.5 });
    port.postMessage({ kind: 'result', result: 1 });
    assert.equal(await promise, 1);
    assert.deepEqual(shares, [0.5]);
  });

  await check('preload: tells failures, ends and cancellation', async () => {
    const failing = begin();
    failing.port.postMessage({ kind: 'failure', message: 'No.' });
    await assert.rejects(failing.promise, { message: 'No.' });
    const ending = begin();
    ending.port.close();
    await assert.rejects(ending.promise, /ended unexpectedly/);
    const cancelling = begin();
    cancelling.port.once('message', () => cancelling.port.postMessage({ kind: 'cancelled' }));
    api.cancel();
    assert.equal(await cancelling.promise, undefined);
  });
}
