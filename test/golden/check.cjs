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
const { native } = require('../../dist/native/addon.js');
const { operations } = require('../support/tables/operation-files.cjs');
const { float16 } = require('../support/tables/operation-parts.cjs');

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

function inputsOf(rows, classes, axis) {
  const random = generator(rows * classes);
  const x = makeRows(rows, classes, rows + classes);
  const targets = Int32Array.from({ length: rows }, () => Math.floor(random() * classes));
  targets[rows - 1] = -100;
  const shape = axis === 1 ? [rows, classes] : [classes, rows];
  return { rows, classes, x, targets, options: { shape, axis } };
}

/** The sizes of the cases below: smaller, since emulated processors take long, above all in float64. */
const smallSizes = [
  [24, 1],
  [30, 2],
  [25, 10],
  [16, 65],
  [9, 100],
  [3, 300],
];
const caseSizes = [...smallSizes, [4, 1000], [1, 16461]];

/** Ordinary rows, so that means and sums are numbers that show the order of their additions. */
function toOrdinary(x) {
  return x.map((value) => (Number.isFinite(value) ? value % 64 : -8));
}

/** Values that float32 has not. */
const specialDoubles = [1e308, -1e308, 5e-324, 745, -708.5, 2 ** 53];

/** The same rows with digits beyond float32 and, where they are of every kind, values beyond. */
function toDoubles(x, rows, classes) {
  const doubles = Float64Array.from(x, (value) => value * (1 + 2 ** -30 / 3));
  for (let row = 5; row < rows && rows % 2 === 0; row += 7) {
    doubles[row * classes + (row % classes)] = specialDoubles[row % specialDoubles.length];
  }
  return doubles;
}

function toBfloat16(x) {
  return Uint16Array.from(new Uint32Array(x.buffer), (bits) => bits >>> 16);
}

/** Cut off rather than rounded; what is too small becomes some subnormal. */
function toFloat16(x) {
  return Uint16Array.from(new Uint32Array(x.buffer), (bits) => {
    const sign = (bits >>> 16) & 0x8000;
    const magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000) return sign | 0x7e00;
    if (magnitude >= 0x47800000) return sign | 0x7c00;
    if (magnitude < 0x38800000) return sign | (magnitude >>> 21);
    return sign | ((magnitude - 0x38000000) >>> 13);
  });
}

/** Numbers from 0 to `most`, every fourth of them 0. */
function factors(Type, length, most, seed) {
  const random = generator(seed);
  return Type.from({ length }, (_, i) => (i % 4 === 2 ? 0 : random() * most));
}

/**
 * All that the cases take: an even number of rows of every kind, or an odd one of ordinary rows.
 * Arrays of one element a logit are laid out for the axis.
 */
function caseInputsOf(rows, classes, axis) {
  const count = rows * classes;
  const { x: everyKind, targets, options } = inputsOf(rows, classes, axis);
  const otherOfEveryKind = makeRows(rows, classes, 2 * count + 1000);
  const isOrdinary = rows % 2 === 1;
  const x = isOrdinary ? toOrdinary(everyKind) : everyKind;
  const other = isOrdinary ? toOrdinary(otherOfEveryKind) : otherOfEveryKind;
  if (rows === 1) targets[0] = classes - 1;
  const laidOut = (array) =>
    axis === 1 ? array : array.map((_, i) => array[(i % rows) * classes + Math.floor(i / rows)]);
  const someIgnored = targets.slice();
  if (rows > 1) someIgnored[0] = 1000003;
  return {
    x: laidOut(x),
    doubles: laidOut(toDoubles(x, rows, classes)),
    negative: laidOut(x.map((value) => -Math.abs(value))),
    float16: laidOut(toFloat16(x)),
    bfloat16: laidOut(toBfloat16(x)),
    other: laidOut(other),
    otherDoubles: laidOut(toDoubles(other, rows, classes)),
    targets,
    someIgnored,
    probabilities: laidOut(factors(Float32Array, count, 2 / classes, count + 2)),
    doubleProbabilities: laidOut(factors(Float64Array, count, 2 / classes, count + 2)),
    weight: factors(Float32Array, classes, 2, count + 3),
    doubleWeight: factors(Float64Array, classes, 2, count + 4),
    rowFactors: factors(Float32Array, rows, 2, count + 5),
    options,
  };
}

/** An evaluator's whole state, as the bytes of its JSON. */
function evaluations(x, { targets, options: { shape, axis } }, options) {
  const evaluator = new logits.Evaluator({ classes: shape[axis], axis, top: [1, 3] });
  const state = JSON.stringify(evaluator.update(x, targets, { ...options, shape }));
  return [Uint8Array.from(Buffer.from(state)), Float64Array.of(evaluator.summary().loss)];
}

const evaluator = {
  Evaluator: (_, i) => [
    ...evaluations(i.x, i),
    ...evaluations(i.doubles, i),
    ...evaluations(i.float16, i, float16),
  ],
};

/** The calls of all operations (support/operations/) of a kind, by their titles. */
const callsOf = (kind) =>
  Object.assign({}, ...Object.values(operations).map(({ golden }) => golden[kind]));

function hashOf(compute, inputs) {
  const hash = createHash('sha256');
  for (const given of inputs) {
    for (const result of compute(logits, given, given.options)) {
      // The sign and payload of a NaN that arithmetic made are the platform's.
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

/** The tables, each with its inputs, which are the same for every instruction set. */
const tables = [
  [callsOf('plain'), sizes, inputsOf],
  [{ ...callsOf('cases'), ...evaluator }, caseSizes, caseInputsOf],
  [callsOf('slow'), smallSizes, caseInputsOf],
].map(([table, tableSizes, make]) => {
  const inputs = (axis) => tableSizes.map(([rows, classes]) => make(rows, classes, axis));
  return [table, { 'classes last': inputs(1), 'classes first': inputs(0) }];
});

/** Every hash of the instruction set in use, by name. */
function hashes() {
  const result = { 'exponential core': exponentialHash() };
  for (const [table, layouts] of tables) {
    for (const [name, compute] of Object.entries(table)) {
      for (const [layout, inputs] of Object.entries(layouts)) {
        result[`${name}, ${layout}`] = hashOf(compute, inputs);
      }
    }
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
    // In the order of the file: what is new stands behind what is there.
    const known = Object.keys(JSON.parse(readFileSync(file, 'utf8')));
    const all = hashes();
    const names = new Set([...known.filter((name) => name in all), ...Object.keys(all)]);
    const golden = Object.fromEntries([...names].map((name) => [name, all[name]]));
    writeFileSync(file, `${JSON.stringify(golden, null, 2)}\n`);
  } else {
    main(process.argv[2]);
  }
}
