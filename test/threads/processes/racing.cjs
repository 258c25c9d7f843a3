// All functions on shared memory that another thread fills with random bits meanwhile: each call gives a result
// or an error with a code, whatever it says, and nothing beside the arrays is touched.
//
//   node test/threads/processes/racing.cjs [SECONDS]      needs dist/ and the addon
const assert = require('node:assert');
const { join } = require('node:path');
const { isMainThread, Worker, workerData } = require('node:worker_threads');
const { functions, withOutputs } = require('../../support/tables/functions.cjs');
const { promises } = require('../../support/promises.cjs');

const GUARD = 0x5a;
const GUARD_BYTES = 256;

/** Places arrays in shared memory, with guards before and behind each. */
class Arena {
  #next = 0;
  arrays = [];
  bytes = new Uint8Array(new SharedArrayBuffer(96 * 2 ** 20)).fill(GUARD);

  place = (type, length) => {
    const size = type.BYTES_PER_ELEMENT;
    // At offsets that no vector asks for.
    const first = this.#next + GUARD_BYTES + 3 * size;
    const end = first + size * length;
    this.#next = Math.ceil((end + GUARD_BYTES) / 8) * 8;
    assert.ok(this.#next < this.bytes.length);
    this.arrays.push([first, end]);
    return new type(this.bytes.buffer, first, length);
  };

  expectGuards(what) {
    for (const [first, end] of this.arrays) {
      for (let i = 1; i <= GUARD_BYTES - 8; i++) {
        const isWhole = this.bytes[first - i] === GUARD && this.bytes[end - 1 + i] === GUARD;
        assert.ok(isWhole, `${what}: ${i} bytes beside the array at ${first}`);
      }
    }
  }
}

/** Random bits, and numbers that are special somewhere, for ever. */
function scribble({ buffer, arrays, isOn }) {
  const special = [0, 1, -1, 3, 10, 1e9, 0x7f800000, 0xff800000, 0x7fc00000, 0x7ff00000];
  let state = 12345;
  const random = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  const views = arrays.map(([first, end]) => {
    const aligned = Math.ceil(first / 4) * 4;
    return new Int32Array(buffer, aligned, Math.floor((end - aligned) / 4));
  });
  for (;;) {
    const view = views[random() % views.length];
    const start = random() % view.length;
    const count = Math.min(view.length - start, random() % 4096);
    for (let i = start; i < start + count; i++) {
      const bits = random();
      view[i] = bits % 3 === 0 ? special[(bits >>> 8) % special.length] : bits;
    }
    // Right numbers again, so that calls get beyond the first error.
    if (random() % 2 === 0) view.subarray(start, start + count).fill(random() % 3);
    while (Atomics.load(isOn, 0) === 0) Atomics.wait(isOn, 0, 0);
  }
}

const sizes = [
  { rows: 64, classes: 10 },
  { rows: 33, classes: 100, Float: Float64Array },
  { rows: 9, classes: 1000 },
  { rows: 2, classes: 40_000 },
  { rows: 1200, classes: 500 },
  { rows: 1, classes: 600_000 },
];

async function main() {
  const logits = require(join(__dirname, '..', '..', '..', 'dist', 'index.js'));
  const seconds = Number(process.argv[2] ?? 20);
  logits.setThreads(2);
  const counts = { results: 0, errors: 0 };
  const answer = async (run) => {
    try {
      await run();
      counts.results++;
    } catch (error) {
      assert.match(String(error.code), /^ERR_[A-Z_]+$/, error.stack);
      counts.errors++;
    }
  };
  for (const size of sizes) {
    const arena = new Arena();
    const table = functions({ ...size, place: arena.place });
    const calls = table.map((one) => [one.name, withOutputs(one)]);
    const isOn = new Int32Array(new SharedArrayBuffer(4)).fill(1);
    const data = { buffer: arena.bytes.buffer, arrays: arena.arrays, isOn };
    const worker = new Worker(__filename, { workerData: data });
    await new Promise((resolve) => worker.once('online', resolve));
    const end = performance.now() + (1000 * seconds) / sizes.length;
    const [x, targets] = calls.find(([name]) => name === 'nllLoss')[1];
    const shape = [size.rows, size.classes];
    const confusion = size.classes <= 1000;
    const evaluator = new logits.Evaluator({ classes: size.classes, confusion, top: [1, 5] });
    while (performance.now() < end) {
      for (const [name, given] of calls) {
        await answer(() => logits[name](...given));
        if (promises) await answer(() => promises[name](...given));
      }
      await answer(() => evaluator.update(x, targets, { shape }));
      const { rows, ignored, notFinite } = evaluator.summary();
      assert.ok(Number.isSafeInteger(rows + ignored + notFinite));
    }
    await worker.terminate();
    arena.expectGuards(`${size.rows} x ${size.classes}`);
    const [, behind] = arena.arrays[0];
    arena.bytes[behind] = 0;
    assert.throws(() => arena.expectGuards('a byte behind an array'));
  }
  console.log(`${counts.results} results, ${counts.errors} errors`);
}

if (isMainThread) main();
else scribble(workerData);
