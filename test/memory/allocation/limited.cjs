// Calls of ever more elements until the address space ends, which `prlimit --as` makes near.
const assert = require('node:assert');
const { join } = require('node:path');
const logits = require(join(__dirname, '..', '..', '..', 'dist', 'index.js'));

const calls = {
  'as many results': (x) => logits.softmax(x),
  'a loss a row': (x, targets) => {
    const shape = [x.length, 1];
    return logits.crossEntropy(x, targets, { shape, reduction: 'none' });
  },
  'working memory of the mean': (x) => {
    const shape = [x.length, 1];
    return logits.klDivergence(x, x, { shape });
  },
  'weights of all elements': (x) => logits.binaryCrossEntropy(x, x, { weight: x }),
};

const counts = { with: 0, without: 0 };
const arrays = [];
for (const size of [2 ** 20, 2 ** 26, 2 ** 27, 2 ** 28]) {
  try {
    arrays.push([new Float32Array(size), new Uint8Array(size)]);
  } catch {
    // The arguments themselves do not fit.
  }
}
for (const [name, call] of Object.entries(calls)) {
  for (const given of arrays) {
    let error;
    try {
      call(...given);
    } catch (thrown) {
      error = thrown;
    }
    counts[error ? 'without' : 'with']++;
    if (error === undefined) continue;
    assert.strictEqual(error.code, 'ERR_MEMORY_ALLOCATION_FAILED', `${name}: ${error.stack}`);
    assert.ok(error instanceof RangeError);
  }
  assert.ok(logits.softmax(new Float32Array(8))[3] === 1 / 8);
}
console.log(`${counts.without} without memory, ${counts.with} with`);
