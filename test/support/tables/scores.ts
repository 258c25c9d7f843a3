import { expect } from 'vitest';
import type { RowScore } from '../reference.js';
import { expectWithin } from '../ulp.js';

type Floats = Float32Array | Float64Array;

/** What score returns, whatever was asked for. */
export interface AnyScores {
  readonly rows: number;
  readonly ignored: number;
  readonly notFinite: number;
  readonly logSumExp: Floats;
  readonly predictions: Int32Array;
  readonly maxLogProbs: Floats;
  readonly logProbs: Floats | undefined;
  readonly ranks: Int32Array | undefined;
  readonly entropies: Floats | undefined;
  readonly margins: Floats | undefined;
  readonly top:
    | { readonly k: number; readonly indices: Int32Array; readonly logProbs: Floats }
    | undefined;
  readonly idLogProbs: Floats | undefined;
}

/** How far results may be off: log-probabilities, entropies and margins by a share of themselves. */
export interface ScoreBounds {
  readonly relative: number;
  /** Of logSumExp, besides `floor`: its sum's own rounding shows where it is near 0. */
  readonly logSumExp: number;
  readonly floor: number;
  /** Of entropies, besides, where probabilities may be subnormal. */
  readonly entropyFloor?: number;
}

/** Float32, float16 and bfloat16 logits; a temperature's division is one more rounding. */
export const single: ScoreBounds = { relative: 4e-7, logSumExp: 1.8e-7, floor: 1.5e-7 };
export const singleTransformed: ScoreBounds = { ...single, relative: 1e-6, logSumExp: 3e-7 };
/** Float64 logits. */
export const double: ScoreBounds = { relative: 1e-13, logSumExp: 2e-15, floor: 2 ** -51 };
export const doubleTransformed: ScoreBounds = { ...double, relative: 1e-12, logSumExp: 1e-14 };

/** The arrays of a result, by name; those that were not asked for are missing. */
export function floatsOf(scores: AnyScores): Record<string, Floats> {
  const { logSumExp, maxLogProbs, logProbs, entropies, margins, top, idLogProbs } = scores;
  const all = { logSumExp, maxLogProbs, logProbs, entropies, margins, top: top?.logProbs };
  return Object.fromEntries(
    Object.entries({ ...all, idLogProbs }).filter(([, array]) => array !== undefined),
  ) as Record<string, Floats>;
}

export function integersOf({ predictions, ranks, top }: AnyScores): Record<string, Int32Array> {
  return Object.fromEntries(
    Object.entries({ predictions, ranks, topIndices: top?.indices }).filter(
      ([, array]) => array !== undefined,
    ),
  ) as Record<string, Int32Array>;
}

function expectedFloats(name: string, rows: readonly RowScore[]): number[] {
  return rows.flatMap((row) => {
    switch (name) {
      case 'logSumExp':
        return row.logSumExp;
      case 'maxLogProbs':
        return row.maxLogProb;
      case 'logProbs':
        return row.logProb;
      case 'entropies':
        return row.entropy;
      case 'margins':
        return row.margin;
      case 'top':
        return row.topLogProbs;
      default:
        return row.idLogProbs;
    }
  });
}

function expectedIntegers(name: string, rows: readonly RowScore[]): number[] {
  return rows.flatMap((row) => {
    if (name === 'predictions') return row.prediction;
    return name === 'ranks' ? row.rank : row.topIndices;
  });
}

/** The first place where two lists differ is told, instead of both lists. */
export function expectIntegers(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  what: string,
): void {
  expect(actual.length, what).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    if (actual[i] !== expected[i]) expect(actual[i], `${what} [${i}]`).toBe(expected[i]);
  }
}

/** Every array of a result against the reference's rows. */
export function expectScores(
  actual: AnyScores,
  expected: readonly RowScore[],
  bounds: ScoreBounds,
  what = '',
): void {
  const count = (state: string) => expected.filter((row) => row.state === state).length;
  expect({ rows: actual.rows, ignored: actual.ignored, notFinite: actual.notFinite }).toEqual({
    rows: expected.length,
    ignored: count('ignored'),
    notFinite: count('not finite'),
  });
  for (const [name, array] of Object.entries(integersOf(actual))) {
    expect(array, `${what} ${name}`).toBeInstanceOf(Int32Array);
    expectIntegers(array, expectedIntegers(name, expected), `${what} ${name}`);
  }
  for (const [name, array] of Object.entries(floatsOf(actual))) {
    // Subnormal results, and those that are smaller than any.
    const smallest = array instanceof Float32Array ? 2 ** -149 : 2 ** -1074;
    const floor = name === 'entropies' ? (bounds.entropyFloor ?? 0) : 0;
    const tolerance = (exact: number) =>
      name === 'logSumExp'
        ? bounds.logSumExp * Math.abs(exact) + bounds.floor
        : bounds.relative * Math.abs(exact) + smallest + floor;
    expectWithin(array, expectedFloats(name, expected), tolerance, `${what} ${name}`);
  }
}

/** All bytes of a result in one buffer. */
export function scoreBytes(scores: AnyScores): Buffer {
  const arrays = [...Object.values(floatsOf(scores)), ...Object.values(integersOf(scores))];
  return Buffer.concat([
    Buffer.from(`${scores.rows} ${scores.ignored} ${scores.notFinite} ${scores.top?.k} `),
    ...arrays.map((array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength)),
  ]);
}
