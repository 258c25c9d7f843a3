import { describe, expect, it } from 'vitest';
import { type ScoreOptions, score } from '../../lib/index.js';
import {
  mixedRows,
  ordinaryRows,
  randomTargets,
  transposed,
  truncated,
  widened,
} from '../support/inputs.js';
import { describeEachIsa, isas, referenceIsa, withIsa } from '../support/isas.js';
import { type AnyScores, scoreBytes } from '../support/tables/scores.js';

// The same bytes on every instruction set, in every position, by any number of threads.

const sizes = [
  [40, 1],
  [60, 2],
  [60, 10],
  [1000, 9],
  [33, 64],
  [20, 100],
  [17, 129],
  [12, 1000],
  [5, 4096],
  [2, 16384 + 77],
] as const;

type Logits = Float32Array | Float64Array;

interface Batch {
  readonly rows: number;
  readonly classes: number;
  readonly logits: Logits;
  readonly targets: Int32Array;
  readonly ids: Int32Array;
}

const IDS = 2;

function makeBatch(rows: number, classes: number, precision: string): Batch {
  const make = precision === 'ordinary float32' ? ordinaryRows : mixedRows;
  const single = make(rows, classes, rows + classes);
  // Ties, also of the largest; not in every row.
  single.forEach((x, i) => {
    if (Math.floor(i / classes) % 3 === 0) single[i] = Math.round(x);
  });
  const logits =
    precision !== 'float64'
      ? single
      : Float64Array.from(single, (x, i) =>
          Math.abs(x) < 1e30 && i % 3 ? x + Math.sin(i) * 1e-9 : x,
        );
  const targets = randomTargets(rows, classes, classes);
  for (let row = 3; row < rows; row += 9) targets[row] = -100;
  return { rows, classes, logits, targets, ids: randomTargets(rows * IDS, classes, 11) };
}

const variants = {
  'log-probabilities alone': { rank: false },
  ranks: { rank: true },
  everything: { rank: true, entropy: true, margin: true, top: 5 },
  'many of the likeliest': { top: 100, ties: 'max' },
  'a temperature': { temperature: 0.7, entropy: true, margin: true, top: 3, ties: 'index' },
  'a soft cap': { softcap: 5, entropy: true, margin: true, top: 3 },
} as const;

function scored({ logits, targets, ids, rows, classes }: Batch, options: ScoreOptions): AnyScores {
  return score(logits as Float32Array, targets, { ids, shape: [rows, classes], ...options });
}

/** The result of one row among those of a batch. */
function rowOf(scores: AnyScores, row: number): AnyScores {
  const k = scores.top?.k ?? 0;
  const part = <A extends Logits | Int32Array | undefined>(array: A, width = 1) =>
    array?.subarray(row * width, (row + 1) * width) as A;
  const ignored = Number(scores.predictions[row] === -1 && scores.logSumExp[row] === 0);
  return {
    rows: 1,
    ignored,
    notFinite: Number(scores.predictions[row] === -1) - ignored,
    logSumExp: part(scores.logSumExp),
    predictions: part(scores.predictions),
    maxLogProbs: part(scores.maxLogProbs),
    logProbs: part(scores.logProbs),
    ranks: part(scores.ranks),
    entropies: part(scores.entropies),
    margins: part(scores.margins),
    idLogProbs: part(scores.idLogProbs, IDS),
    top: scores.top && {
      k,
      indices: part(scores.top.indices, k),
      logProbs: part(scores.top.logProbs, k),
    },
  };
}

const precisions = ['float32', 'ordinary float32', 'float64'] as const;

function expectSame(actual: AnyScores, expected: AnyScores, what: string): void {
  if (!scoreBytes(actual).equals(scoreBytes(expected))) expect(actual, what).toEqual(expected);
  expect(scoreBytes(actual).equals(scoreBytes(expected)), what).toBe(true);
}

describe.each(precisions)('%s: every instruction set gives the bytes of the last', (precision) => {
  it.each(Object.entries(variants))('%s', (_, options) => {
    for (const [rows, classes] of sizes) {
      const batch = makeBatch(rows, classes, precision);
      const logits = transposed(batch.logits, rows, classes);
      const compute = [
        () => scored(batch, options),
        () => scored({ ...batch, logits }, { ...options, shape: [classes, rows], axis: 0 }),
      ];
      for (const run of compute) {
        const expected = withIsa(referenceIsa, run);
        for (const isa of isas.filter((other) => other !== referenceIsa)) {
          expectSame(withIsa(isa, run), expected, `${isa}, ${rows} x ${classes}`);
        }
      }
    }
  });
});

describeEachIsa('a row gives the same bytes', (isa) => {
  const some = isa === 'scalar' ? sizes.slice(0, 9) : sizes;

  describe.each(precisions)('%s', (precision) => {
    it.each(Object.entries(variants))('%s: side by side as one after another', (_, options) => {
      for (const [rows, classes] of some) {
        const batch = makeBatch(rows, classes, precision);
        const logits = transposed(batch.logits, rows, classes);
        const across = scored(
          { ...batch, logits },
          { ...options, shape: [classes, rows], axis: 0 },
        );
        expectSame(across, scored(batch, options), `${rows} x ${classes}`);
      }
    });

    it.each(Object.entries(variants))('%s: alone as in a batch', (_, options) => {
      for (const [rows, classes] of some) {
        const batch = makeBatch(rows, classes, precision);
        const together = scored(batch, options);
        for (let row = 0; row < rows; row++) {
          const alone: Batch = {
            rows: 1,
            classes,
            logits: batch.logits.subarray(row * classes, (row + 1) * classes) as Logits,
            targets: batch.targets.subarray(row, row + 1),
            ids: batch.ids.subarray(row * IDS, (row + 1) * IDS),
          };
          expectSame(scored(alone, options), rowOf(together, row), `row ${row} of ${classes}`);
        }
      }
    });

    it('what else is asked for changes nothing', () => {
      for (const [rows, classes] of some) {
        const batch = makeBatch(rows, classes, precision);
        const all = scored(batch, variants.everything);
        const plain = scored(batch, { rank: false });
        expect(plain.logSumExp).toEqual(all.logSumExp);
        expect(plain.logProbs).toEqual(all.logProbs);
        expect(plain.maxLogProbs).toEqual(all.maxLogProbs);
        expect(plain.idLogProbs).toEqual(all.idLogProbs);
        for (const option of ['entropy', 'margin'] as const) {
          const name = option === 'entropy' ? 'entropies' : 'margins';
          expect(scored(batch, { [option]: true })[name]).toEqual(all[name]);
        }
        expect(scored(batch, { top: 5 }).top).toEqual(all.top);
        const bare = score(batch.logits as Float32Array, undefined, { shape: [rows, classes] });
        const counted = batch.targets.findIndex((target) => target >= 0);
        expect(bare.logSumExp[counted]).toBe(all.logSumExp[counted]);
      }
    });

    it('the likeliest class, the target and an id agree where they are one', () => {
      for (const [rows, classes] of some) {
        const batch = makeBatch(rows, classes, precision);
        const shape = [rows, classes];
        const logits = batch.logits as Float32Array;
        const { predictions } = score(logits, undefined, { shape });
        const likeliest = predictions.map((prediction) => Math.max(prediction, 0));
        const scores = score(logits, likeliest, { shape, ids: likeliest, top: 1, ties: 'index' });
        expect(scores.logProbs).toEqual(scores.maxLogProbs);
        expect(scores.idLogProbs).toEqual(scores.maxLogProbs);
        expect(scores.top.logProbs).toEqual(scores.maxLogProbs);
        expect(scores.top.indices).toEqual(predictions);
        expect(scores.ranks).toEqual(predictions.map((prediction) => (prediction < 0 ? 0 : 1)));
      }
    });
  });

  it.each([
    [3, 400_000],
    [700, 1000],
    [40_000, 10],
  ])('%i x %i on any number of threads', (rows, classes) => {
    if (isa === 'scalar') return;
    for (const precision of precisions) {
      const batch = makeBatch(rows, classes, precision);
      const options = { ...variants.everything, shape: [rows, classes] };
      const expected = scored(batch, { ...options, threads: 1 });
      const logits = transposed(batch.logits, rows, classes);
      const across = { shape: [classes, rows], axis: 0 };
      for (const threads of [2, 3, 7]) {
        expectSame(scored(batch, { ...options, threads }), expected, `${threads} threads`);
        const turned = scored({ ...batch, logits }, { ...options, ...across, threads });
        expectSame(turned, expected, `${threads} threads, side by side`);
      }
    }
  });

  it.each(['float16', 'bfloat16'] as const)('%s as the widened float32', (dtype) => {
    for (const [rows, classes] of some) {
      const batch = makeBatch(rows, classes, classes % 2 ? 'float32' : 'ordinary float32');
      const bits = truncated(batch.logits as Float32Array, dtype);
      for (const options of Object.values(variants)) {
        const { targets, ids } = batch;
        const expected = scored({ ...batch, logits: widened(bits, dtype) }, options);
        const all = { ...options, ids, dtype, shape: [rows, classes] };
        expectSame(score(bits, targets, all), expected, `${rows} x ${classes}`);
        const across = { ...all, shape: [classes, rows], axis: 0 };
        const turned = score(transposed(bits, rows, classes), targets, across);
        expectSame(turned, expected, `${classes} x ${rows}`);
      }
    }
  });

  it('padded rows as dense ones', () => {
    for (const [rows, classes] of some.slice(0, 8)) {
      const batch = makeBatch(rows, classes, 'float32');
      const stride = classes + 3;
      const padded = new Float32Array(rows * stride).fill(NaN);
      for (let row = 0; row < rows; row++) {
        padded.set(batch.logits.subarray(row * classes, (row + 1) * classes), row * stride);
      }
      const expected = scored(batch, variants.everything);
      const actual = scored(
        { ...batch, logits: padded },
        { ...variants.everything, rowStride: stride },
      );
      expectSame(actual, expected, `${rows} x ${classes}`);
    }
  });
});
