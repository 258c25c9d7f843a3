'use strict';
// Golden results: the bytes of every operation on fixed inputs, as hashes in golden.json. They hold on
// every instruction set and every platform. Plain CommonJS on the compiled package, so that it runs
// where no test runner can: in an emulated machine, on another operating system.
//
//   node test/golden/check.cjs              compare, on every instruction set of this machine
//   node test/golden/check.cjs --write      make golden.json anew (when results are meant to change)
const { createHash } = require('node:crypto');
const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const logits = require('../../dist/index.js');
const { native } = require('../../dist/native.js');

const file = join(__dirname, 'golden.json');

/** Numbers from integers alone: no function whose last bit a platform may choose. */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const special = [
  NaN,
  Infinity,
  -Infinity,
  3e38,
  -3e38,
  1e-45,
  -0,
  88,
  -104,
  2 ** 20,
  1.5 * 2 ** 20,
];
const offsets = [0, 0, 0, 30, -50, 1000, -1e6, 1e8];

/** Rows of every kind: ordinary, far off, confident, masked, and with special values strewn in. */
function makeRows(rows, classes, seed) {
  const random = generator(seed);
  const x = new Float32Array(rows * classes);
  for (let row = 0; row < rows; row++) {
    const at = row * classes;
    const offset = offsets[row % offsets.length];
    for (let c = 0; c < classes; c++) {
      x[at + c] = offset + (random() + random() + random() + random() - 2) * 8;
    }
    if (row % 5 === 1) x[at + (row % classes)] = 60 + offset;
    if (row % 5 === 2) x.fill(-Infinity, at, at + (classes >> 1));
    if (row % 7 === 3) x[at + (row % classes)] = special[row % special.length];
    if (row % 11 === 4) x.fill(-Infinity, at, at + classes);
  }
  return x;
}

const sizes = [
  [24, 1],
  [60, 2],
  [60, 10],
  [40, 65],
  [30, 100],
  [23, 1000],
  [3, 16461],
  [2, 66000],
];

function bytes(array) {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}

/** Each operation's results over all sizes, with the classes last and with the classes first. */
const operations = {
  softmax: (x, _targets, options) => [logits.softmax(x, options)],
  logSoftmax: (x, _targets, options) => [logits.logSoftmax(x, options)],
  logSumExp: (x, _targets, options) => [logits.logSumExp(x, options)],
  crossEntropy: (x, targets, options) =>
    ['mean', 'sum', 'none'].map((reduction) => {
      const loss = logits.crossEntropy(x, targets, { ...options, reduction });
      return typeof loss === 'number' ? Float64Array.of(loss) : loss;
    }),
  crossEntropyWithGradient: (x, targets, options) =>
    ['mean', 'sum'].map(
      (reduction) =>
        logits.crossEntropyWithGradient(x, targets, { ...options, reduction }).gradient,
    ),
};

function hashOf(compute, axis) {
  const hash = createHash('sha256');
  for (const [rows, classes] of sizes) {
    const random = generator(rows * classes);
    const x = makeRows(rows, classes, rows + classes);
    const targets = Int32Array.from({ length: rows }, () => Math.floor(random() * classes));
    targets[rows - 1] = -100;
    const shape = axis === 1 ? [rows, classes] : [classes, rows];
    for (const result of compute(x, targets, { shape, axis })) {
      // The sign and payload of a NaN that a mean made in JavaScript's arithmetic are the platform's.
      hash.update(bytes(result.map((value) => (Number.isNaN(value) ? NaN : value))));
    }
  }
  return hash.digest('hex');
}

/** The exponential core on every 512th float32 of its range. */
function exponentialHash() {
  const hash = createHash('sha256');
  const bits = new Uint32Array(1 << 16);
  const x = new Float32Array(bits.buffer);
  const y = new Float32Array(x.length);
  for (const first of [0x32800000, 0xb2800000]) {
    for (let at = first; at < first + 0x0fe00000; at += 512 * bits.length) {
      for (let i = 0; i < bits.length; i++) bits[i] = at + 512 * i;
      native.scaledExp(x, y, 0);
      hash.update(bytes(y));
    }
  }
  return hash.digest('hex');
}

/** Every hash of the instruction set in use, by name. */
function hashes() {
  const result = { 'exponential core': exponentialHash() };
  for (const [name, compute] of Object.entries(operations)) {
    result[`${name}, classes last`] = hashOf(compute, 1);
    result[`${name}, classes first`] = hashOf(compute, 0);
  }
  return result;
}

/** Compares on every instruction set; returns the numbers of equal and of different hashes. */
function check() {
  const golden = JSON.parse(readFileSync(file, 'utf8'));
  const count = { passed: 0, failed: 0 };
  for (const isa of native.isas()) {
    native.selectIsa(isa);
    for (const [name, hash] of Object.entries(hashes())) {
      const equal = hash === golden[name];
      count[equal ? 'passed' : 'failed']++;
      console.log(`${equal ? 'ok    ' : 'WRONG '} ${isa.padEnd(6)} ${name}`);
    }
  }
  return count;
}

/**
 * The command. `best` names the instruction set that this machine is expected to choose.
 * Ends with a line 'N passed, N failed'.
 */
function main(best) {
  const chosen = native.isa();
  console.log(`${process.platform} ${process.arch}, Node ${process.version}: ${chosen}`);
  const count = check();
  if (best !== undefined) {
    const right = chosen === best;
    count[right ? 'passed' : 'failed']++;
    console.log(`${right ? 'ok    ' : 'WRONG '} chooses ${best}`);
  }
  console.log(`${count.passed} passed, ${count.failed} failed`);
  process.exitCode = count.failed === 0 ? 0 : 1;
}

module.exports = { hashes, main };

if (require.main === module) {
  if (process.argv.includes('--write')) {
    native.selectIsa('scalar');
    writeFileSync(file, `${JSON.stringify(hashes(), null, 2)}\n`);
  } else {
    main();
  }
}
