// JavaScript's own arrays cannot be had: allocations of 4 MiB or more, whoever asks.
//
//   LD_PRELOAD=failing.node node results.cjs failing.node
const assert = require('node:assert');
const { join } = require('node:path');
const { functions, numbersOf } = require('../../support/tables/functions.cjs');
const logits = require(join(__dirname, '..', '..', '..', 'dist', 'index.js'));
const failing = require(process.argv[2]);

/** Whether a call of the function fails as it should, and the next one does not. */
function fails(index, size) {
  const [{ name, given }] = functions({ ...size, only: index });
  let error;
  failing.arm(1, 2 ** 22, 1, 1);
  try {
    logits[name](...given);
  } catch (thrown) {
    error = thrown;
  }
  failing.disarm();
  numbersOf(logits[name](...given));
  if (error === undefined) return false;
  assert.strictEqual(error.code, 'ERR_MEMORY_ALLOCATION_FAILED', `${name}: ${error.stack}`);
  assert.ok(error instanceof RangeError && error.cause instanceof RangeError);
  return true;
}

const failed = [];
for (const [index, { name }] of functions().entries()) {
  // Rows whose results are as large as they are, and rows of one class: results for each of them.
  const sizes = [
    { rows: 1200, classes: 1000 },
    { rows: 1.2e6, classes: 1 },
  ];
  if (sizes.some((size) => fails(index, size))) failed.push(name);
}
console.log(`${[...new Set(failed)].length} functions without memory`);
