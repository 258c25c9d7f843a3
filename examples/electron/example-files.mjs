// A pair of files to try the app with: 20,000 rows of 100 float32 logits and their targets.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const ROWS = 20_000;
const CLASSES = 100;
const OVERCONFIDENCE = 1.35;

/** Numbers within [0, 1), the same ones each time (mulberry32). */
function makeRandom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A class by its weight, `place` being how far along all weights it lies. */
function drawClass(weights, place) {
  let rest = place * weights.reduce((sum, weight) => sum + weight, 0);
  let name = 0;
  while (name < weights.length - 1 && rest >= weights[name]) rest -= weights[name++];
  return name;
}

/** Each target is drawn by a row's probabilities; the logits written tell larger ones. */
function draw() {
  const random = makeRandom(1);
  const logits = new Float32Array(ROWS * CLASSES);
  const targets = new BigInt64Array(ROWS);
  for (let row = 0; row < ROWS; row++) {
    const spread = 0.5 + 8 * random();
    const values = Float64Array.from(
      { length: CLASSES },
      () => -spread * Math.log(random() + 1e-9),
    );
    const weights = values.map((value) => Math.exp(value / OVERCONFIDENCE));
    targets[row] = BigInt(drawClass(weights, random()));
    logits.set(values, row * CLASSES);
  }
  return { logits, targets };
}

function npyOf(descr, shape, array) {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const padded = `${header.padEnd(117)}\n`; // with the prefix 128 bytes, as NumPy aligns
  const prefix = Buffer.from('\x93NUMPY\x01\x00\x00\x00', 'latin1');
  prefix.writeUInt16LE(padded.length, 8);
  return Buffer.concat([prefix, Buffer.from(padded, 'latin1'), Buffer.from(array.buffer)]);
}

/** Writes the pair into a folder and gives its paths. */
export async function writeExample(folder) {
  const { logits, targets } = draw();
  const files = [
    [join(folder, 'logits.npy'), npyOf('<f4', [ROWS, CLASSES], logits)],
    [join(folder, 'targets.npy'), npyOf('<i8', [ROWS], targets)],
  ];
  await mkdir(folder, { recursive: true });
  await Promise.all(files.map(([path, bytes]) => writeFile(path, bytes)));
  return files.map(([path]) => path);
}
