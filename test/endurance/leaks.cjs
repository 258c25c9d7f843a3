// Leaks on purpose: each must be found in the kinds of things that it holds.
const { closeSync, openSync } = require('node:fs');
const { Worker } = require('node:worker_threads');

const kept = [];
const endAll = (end) => () => {
  for (const one of kept.splice(0)) end(one);
};
const hasProc = process.platform === 'linux';

exports.leaks = [
  {
    name: 'a leak of 100 bytes a call',
    times: 1e5,
    kinds: ['heap'],
    run: () => kept.push({ some: Math.random(), more: [1.5, 2.5, 3.5, 4.5] }),
    end: endAll(() => {}),
  },
  {
    name: 'a leak of arrays',
    times: 3000,
    kinds: ['arrayBuffers', 'resident'],
    run: () => kept.push(new Float32Array(1000).fill(1)),
    end: endAll(() => {}),
  },
  {
    name: 'a leak of timers',
    times: 10,
    kinds: ['handles'],
    run: () => kept.push(setTimeout(() => {}, 1e6)),
    end: endAll(clearTimeout),
  },
  {
    name: 'a leak of files and threads',
    times: 2,
    kinds: hasProc ? ['files', 'threads'] : [],
    run: () => {
      const worker = new Worker('setInterval(() => {}, 1e6)', { eval: true });
      worker.unref();
      kept.push(openSync(__filename), worker);
    },
    end: endAll((one) => (typeof one === 'number' ? closeSync(one) : one.terminate())),
  },
];
