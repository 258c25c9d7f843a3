// The evaluation itself. It knows nothing of Electron, so that it can be tested without.
import { runtime, score } from 'logits';
import { Evaluator } from 'logits/promises';
import { openNpy } from './npy.mjs';

const CHUNK_BYTES = 2 ** 24;
const LEAST_CHUNKS = 20; // so that the progress bar moves with small files too
const MOST_SAMPLES = 48;
const MOST_SAMPLE_BYTES = 2 ** 20;

/** Which of two files is which, in whichever order they come. */
function tellApart(files) {
  const logits = files.find(({ dtype }) => dtype.startsWith('float'));
  const targets = files.find(({ dtype }) => dtype.includes('int'));
  if (files.length !== 2 || !logits || !targets) {
    throw new Error(
      'It takes two .npy files: one with logits (float16, float32 or float64) and one with targets (integers).',
    );
  }
  return { logits, targets };
}

function expectFit(logits, targets) {
  const classes = logits.shape.at(-1) ?? 1;
  const rows = logits.length / classes;
  if (!(rows > 0)) throw new Error(`${logits.name} holds no logits.`);
  if (targets.length !== rows) {
    const counts = [targets.length, rows].map((count) => count.toLocaleString('en-US'));
    throw new Error(
      `The files do not fit together: ${targets.name} holds ${counts[0]} targets, ` +
        `but ${logits.name} holds ${counts[1]} rows of ${classes} logits.`,
    );
  }
  return { rows, classes };
}

/** The first rows as they are, to be looked at one by one. */
async function takeSamples(logits, targets, { rows, classes }) {
  const fitting = Math.ceil(MOST_SAMPLE_BYTES / (classes * logits.bytesPerElement));
  const count = Math.min(rows, MOST_SAMPLES, fitting);
  const [values, labels] = await Promise.all([
    logits.read(0, count * classes),
    targets.read(0, count),
  ]);
  const { predictions } = score(values, labels, {
    shape: [count, classes],
    dtype: dtypeOf(logits),
  });
  return Array.from(predictions, (prediction, row) => ({
    // slice, since shared memory cannot be sent to another process.
    logits: values.slice(row * classes, (row + 1) * classes),
    target: Number(labels[row]),
    prediction,
  }));
}

/** What the array's own type does not tell. */
const dtypeOf = ({ dtype }) => (dtype === 'float16' ? dtype : undefined);

/**
 * Evaluates logits and targets in two .npy files of any size, piece by piece.
 *
 * @param paths - The two files.
 * @param options - `signal`: ends it; `onProgress`: is told the share of rows that are done.
 */
export async function evaluate(paths, { signal, onProgress = () => {} } = {}) {
  const files = [];
  try {
    for (const path of paths) files.push(await openNpy(path));
    const { logits, targets } = tellApart(files);
    const { rows, classes } = expectFit(logits, targets);
    const dtype = dtypeOf(logits);
    const rowBytes = classes * logits.bytesPerElement;

    const evaluator = new Evaluator({ classes, top: [1, 5] });
    const chunk = Math.ceil(Math.min(rows / LEAST_CHUNKS, CHUNK_BYTES / rowBytes));
    let seconds = 0;
    for (let start = 0; start < rows; start += chunk) {
      const end = Math.min(rows, start + chunk);
      const [values, labels] = await Promise.all([
        logits.read(start * classes, end * classes),
        targets.read(start, end),
      ]);
      const began = performance.now();
      const shape = [end - start, classes];
      try {
        await evaluator.update(values, labels, { shape, dtype, signal });
      } catch (error) {
        if (error.code !== 'ERR_TARGET_OUT_OF_RANGE') throw error;
        const place = `${targets.name}[${start + error.row}]`;
        const message = `${place} is ${error.target}, but the classes are 0 to ${classes - 1}.`;
        throw new Error(message, { cause: error });
      }
      seconds += (performance.now() - began) / 1000;
      onProgress(end / rows);
    }
    return {
      names: { logits: logits.name, targets: targets.name },
      shape: { rows, classes, dtype: logits.dtype },
      summary: evaluator.summary(),
      samples: await takeSamples(logits, targets, { rows, classes }),
      // Of the computing alone, without the reading of files.
      speed: { seconds, rows: rows / seconds, bytes: (rows * rowBytes) / seconds },
      runtime: runtime(),
    };
  } finally {
    await Promise.all(files.map((file) => file.close()));
  }
}
