import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { uniform } from '../inputs.js';

// What make-evaluation.py makes for itself too, bit for bit: integers, and sums that are exact.

const root = join(import.meta.dirname, '..', '..');

export interface LabelledLogits {
  readonly logits: Float32Array;
  readonly targets: Int32Array;
}

/** A summary as scikit-learn and PyTorch compute it, and some of the rows. */
export interface EvaluationFixture {
  readonly name: 'digits' | 'drawn';
  readonly classes: number;
  readonly top: readonly number[];
  readonly summary: {
    readonly rows: number;
    readonly loss: number;
    readonly lossStandardError: number;
    readonly perplexity: number;
    readonly accuracy: Readonly<Record<string, number>>;
    readonly meanEntropy: number;
    readonly brier: number;
    readonly calibration: {
      /** Of all bins; the other two are of those with rows alone. */
      readonly counts: readonly number[];
      readonly confidence: readonly number[];
      readonly accuracy: readonly number[];
      readonly expected: number;
      readonly maximum: number;
      readonly rootMeanSquare: number;
    };
    readonly confusion?: readonly (readonly number[])[];
  };
  readonly rankSums: { readonly min: number; readonly max: number };
  readonly firstRows: {
    readonly targets: readonly number[];
    readonly logSumExp: readonly number[];
    readonly logProbs: readonly number[];
    readonly entropies: readonly number[];
    readonly margins: readonly number[];
    readonly topLogProbs: readonly number[];
    readonly topIndices: readonly (readonly number[] | null)[];
  };
}

export function readEvaluationFixtures(): readonly EvaluationFixture[] {
  const text = readFileSync(join(root, 'fixtures', 'evaluation.json'), 'utf8');
  return (JSON.parse(text) as { cases: EvaluationFixture[] }).cases;
}

/** The held out digits by their distances to the means of the others. */
function digits(): LabelledLogits {
  const file = join(root, '..', 'examples', 'digits.csv.gz');
  const lines = gunzipSync(readFileSync(file)).toString().trim().split('\n');
  const table = lines.map((line) => line.split(',').map(Number));
  const training = table.filter((_, row) => row % 2 === 0);
  const heldOut = table.filter((_, row) => row % 2 === 1);
  const means = Array.from({ length: 10 }, (_, digit) => {
    const pictures = training.filter((line) => line[64] === digit);
    return Array.from({ length: 64 }, (_, i) => {
      const sum = pictures.reduce((total, picture) => total + (picture[i] as number), 0);
      return Math.floor((16 * sum) / pictures.length);
    });
  });
  const score = (picture: readonly number[], mean: readonly number[]) =>
    mean.reduce((sum, value, i) => sum + (32 * (picture[i] as number) - value) * value, 0);
  return {
    logits: Float32Array.from(
      heldOut.flatMap((picture) => means.map((mean) => score(picture, mean) / 2 ** 14)),
    ),
    targets: Int32Array.from(heldOut, (line) => line[64] as number),
  };
}

/** Sums of four uniform numbers; some targets are lifted. */
function drawn(): LabelledLogits {
  const [rows, classes] = [2000, 5000];
  const random = uniform(12345);
  const logits = new Float64Array(rows * classes);
  for (let i = 0; i < logits.length; i++) {
    logits[i] = 4 * (random() + random() + random() + random()) - 8;
  }
  const targets = Int32Array.from({ length: rows }, () => Math.floor(random() * classes));
  targets.forEach((target, row) => {
    const at = row * classes + target;
    if (row % 3 === 0) logits[at] = (logits[at] as number) + 6;
    if (row % 7 === 0) logits[at] = (logits[at] as number) + 16;
  });
  return { logits: Float32Array.from(logits), targets };
}

export const labelledLogits = { digits, drawn };
