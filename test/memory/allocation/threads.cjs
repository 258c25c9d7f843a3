// Threads that cannot be started, and the memory that they would need.
//
//   LD_PRELOAD=failing.node node threads.cjs failing.node
const assert = require('node:assert');
const { join } = require('node:path');
const logits = require(join(__dirname, '..', '..', '..', 'dist', 'index.js'));
const failing = require(process.argv[2]);

const x = Float32Array.from({ length: 2e6 }, (_, i) => Math.sin(i));
const options = { shape: [2000, 1000] };
const expected = Buffer.from(logits.softmax(x, { ...options, threads: 1 }).buffer);

function check() {
  const result = Buffer.from(logits.softmax(x, { ...options, threads: 4 }).buffer);
  assert.ok(result.equals(expected), 'another result');
}

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
console.log('as on one thread');
