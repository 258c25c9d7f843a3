// The package's functions on arrays of billions of elements, all zero but a few: memory that is only
// reserved, since reading a page that nobody has written takes none. Prints what ran and what did not,
// and ends with one line 'N passed, N failed'.
//
//   node test/huge/arrays.cjs [--elements N]      needs dist/ and the addon
//
// Zeros read as 1 each in a sum of exponentials, so a few numbers far above log(2^32) = 22.2 decide
// every result, each at a place that a 32-bit index, byte offset or row number would miss.
const { parseArgs } = require('node:util');
const logits = require('../../dist/index.js');

const { values } = parseArgs({ options: { elements: { type: 'string' } } });
/** More than any index of 32 bits, where the runtime has such arrays. */
const wanted = Number(values.elements ?? 2 ** 32 + 2 ** 20);

let passed = 0;
let failed = 0;
const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
const megabytes = () => Math.round(process.memoryUsage.rss() / 2 ** 20);

/** The largest array of a type up to the wanted length. */
function largest(type) {
  let reason = '';
  for (const length of [wanted, 2 ** 32, 2 ** 31 + 2 ** 20, 2 ** 30, 2 ** 28]) {
    if (length > wanted) continue;
    try {
      const array = new type(new SharedArrayBuffer(length * type.BYTES_PER_ELEMENT));
      if (reason) console.log(`${type.name} of ${length} elements and no more: ${reason}`);
      return array;
    } catch (error) {
      reason ||= `${wanted}: ${error.message}`;
    }
  }
  throw new Error(`no ${type.name} to be had: ${reason}`);
}

function close(actual, expected) {
  return Math.abs(actual - expected) <= 1e-6 * Math.abs(expected);
}

/** Runs a check with numbers put at some places of an array, and takes them away again. */
function check(name, array, places, run) {
  const started = performance.now();
  for (const [at, value] of places) array[at] = value;
  let wrong;
  try {
    wrong = run();
  } catch (error) {
    wrong = error;
  }
  for (const [at] of places) array[at] = 0;
  if (wrong) failed++;
  else passed++;
  const what = wrong
    ? `FAILED: ${wrong instanceof Error ? wrong.stack : wrong}`
    : 'as it should be';
  console.log(`${name}: ${what} (${seconds(started)}, ${megabytes()} MB resident)`);
}

function expectClose(what, actual, expected) {
  if (actual.length !== expected.length) return `${what}: ${actual.length} results`;
  for (const [i, value] of expected.entries()) {
    if (!close(actual[i], value)) return `${what}[${i}] is ${actual[i]}, not ${value}`;
  }
}

const log = (count, ...large) => {
  const sum = large.reduce((a, x) => a + Math.exp(x), count - large.length);
  return Math.log(sum);
};

/** Numbers in the middle, at the index that needs one bit more than 31 (or 32), and at the end. */
const marks = (length) => [2 ** 31, 2 ** 32, length - 1].filter((at) => at < length);

/** The bits of a number that all element types have exactly. */
const bits = { float16: { 40: 0x5100, 48: 0x5200 }, bfloat16: { 40: 0x4220, 48: 0x4240 } };

function denseChecks(array, dtype) {
  const name = dtype ?? 'float32';
  const of = (x) => (dtype ? bits[dtype][x] : x);
  const MOST_CLASSES = 2 ** 32 - 2;

  const single = Math.min(array.length, MOST_CLASSES);
  const row = array.subarray(0, single);
  const own = marks(single);
  check(
    `logSumExp, one row of ${single} ${name}`,
    array,
    own.map((at) => [at, of(40)]),
    () =>
      expectClose('result', logits.logSumExp(row, { dtype }), [log(single, ...own.map(() => 40))]),
  );
  if (dtype) return;

  const rows = 4;
  const classes = Math.min(Math.floor(array.length / rows), 2 ** 30);
  const first = array.length - rows * classes;
  const tail = array.subarray(first);
  const at = (r, c) => [first + r * classes + c, of(40)];
  const last = Int32Array.from({ length: rows }, () => classes - 1);
  const loss = log(classes, 40) - 40;
  check(`crossEntropy, ${rows} rows of ${classes} ${name}`, array, [at(3, classes - 1)], () => {
    const options = { shape: [rows, classes], reduction: 'none' };
    const losses = logits.crossEntropy(tail, last, options);
    const even = Math.log(classes);
    if (!(Math.abs(losses[3] - loss) < 1e-6)) return `the last loss is ${losses[3]}, not ${loss}`;
    return expectClose('losses', losses.subarray(0, 3), [even, even, even]);
  });
  check(
    `score, ${rows} rows of ${classes} ${name}`,
    array,
    [at(1, 7), [first + 3 * classes + classes - 1, of(48)], at(3, 5)],
    () => {
      const options = { shape: [rows, classes], top: 2, ids: last, rank: true };
      const scores = logits.score(tail, last, options);
      const { predictions, ranks, top, idLogProbs } = scores;
      if (predictions.join() !== `0,7,0,${classes - 1}`) return `predictions ${predictions}`;
      // Equal logits count for nothing: only a larger one is before the target.
      if (ranks.join() !== '1,2,1,1') return `ranks ${ranks}`;
      const order = [0, 1, 7, 0, 0, 1, classes - 1, 5];
      if (top.indices.join() !== order.join()) return `top ${top.indices}`;
      const own48 = 48 - log(classes, 48, 40);
      if (!(Math.abs(idLogProbs[3] - own48) < 1e-6)) return `idLogProbs ${idLogProbs}`;
      return expectClose('logSumExp', scores.logSumExp, [
        log(classes),
        log(classes, 40),
        log(classes),
        log(classes, 48, 40),
      ]);
    },
  );
  const inner = 1024;
  const outer = Math.floor(array.length / (4096 * inner));
  const panel = array.subarray(array.length - outer * 4096 * inner);
  check(`logSumExp, ${outer} x 4096 x ${inner}, axis 1`, array, [[array.length - 1, 40]], () => {
    const result = logits.logSumExp(panel, { shape: [outer, 4096, inner], axis: 1 });
    const bad = result.subarray(0, -1).findIndex((x) => !close(x, Math.log(4096)));
    if (bad >= 0) return `result[${bad}] is ${result[bad]}`;
    return expectClose('the last', result.subarray(-1), [log(4096, 40)]);
  });
}

/** Rows as far apart as can be, written in place: the functions whose results are as many. */
function sparseChecks(array) {
  const type = array.constructor;
  const classes = 100;
  const rowStride = Math.floor((array.length - classes - 1) / 2);
  const shape = [3, classes];
  const far = array.subarray(0, 2 * rowStride + classes);
  const row = (r) => far.subarray(r * rowStride, r * rowStride + classes);
  const rows = [0, 1, 2].map((r) =>
    Array.from({ length: classes }, (_, c) => ((c * 7 + r) % 13) / 4),
  );
  const dense = type.from(rows.flat());
  const targets = Int32Array.of(1, 50, 99);
  const put = (values) => {
    for (const r of rows.keys()) row(r).set(values.subarray(r * classes, (r + 1) * classes));
  };
  const inPlace = {
    softmax: (x, options) => logits.softmax(x, { ...options, out: x }),
    logSoftmax: (x, options) => logits.logSoftmax(x, { ...options, out: x }),
    softmaxGradient: (x, options) => logits.softmaxGradient(x, x, { ...options, out: x }),
    crossEntropyWithGradient: (x, options) =>
      logits.crossEntropyWithGradient(x, targets, { ...options, gradient: x }),
    binaryCrossEntropy: (x, options) =>
      logits.binaryCrossEntropy(x, new type(300).fill(0.25), {
        ...options,
        reduction: 'none',
        out: x,
      }),
  };
  for (const [name, run] of Object.entries(inPlace)) {
    check(`${name}, ${type.name}, rows ${rowStride} apart, in place`, array, [], () => {
      const expected = dense.slice();
      run(expected, { shape });
      put(dense);
      run(far, { shape, rowStride });
      const wrong = rows.findIndex((_, r) =>
        row(r).some((x, c) => !Object.is(x, expected[r * classes + c])),
      );
      for (const r of [0, 1, 2]) {
        for (const at of [r * rowStride - 1, r * rowStride + classes]) {
          if (at >= 0 && at < array.length && array[at] !== 0) return `element ${at} was written`;
        }
      }
      put(new type(300));
      return wrong < 0 ? undefined : `row ${wrong} differs from that of a dense array`;
    });
  }
  check(`klDivergence, ${type.name}, rows ${rowStride} apart`, array, [], () => {
    const options = { shape, reduction: 'none' };
    // The other logits are the same memory, one element on: the last one of a row is a zero.
    const others = type.from(dense, (_, i) => (i % classes === classes - 1 ? 0 : dense[i + 1]));
    const expected = logits.klDivergence(dense, others, options);
    put(dense);
    const shifted = array.subarray(1, far.length + 1);
    const result = logits.klDivergence(far, shifted, { ...options, rowStride });
    put(new type(300));
    return result.some((x, r) => !Object.is(x, expected[r]))
      ? `${result}, not ${expected}`
      : undefined;
  });
}

const floats = largest(Float32Array);
denseChecks(floats);
sparseChecks(floats);
const halves = new Uint16Array(floats.buffer, 0, Math.min(wanted, floats.length));
denseChecks(halves, 'float16');
denseChecks(halves, 'bfloat16');
sparseChecks(new Float64Array(floats.buffer));
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
