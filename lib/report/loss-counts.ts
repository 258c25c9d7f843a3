import { newCounts } from './memory.js';
import { highWord, wordsOf } from './words.js';

/** Bins between one power of two and the next. */
export const binsPerOctave = 4;

/** The largest high words of significands below 2^(1/4), 2^(1/2) and 2^(3/4). */
const FIRST = 0x306fe;
const SECOND = 0x6a09e;
const THIRD = 0xae89f;

/** Numbers below 2^-1022 are in bin 0. */
const BINS_OF_ONE = 1023 * binsPerOctave;
const INFINITE = 2047 * binsPerOctave;

/** The lower end of a bin, as far as high words tell losses apart: within 2^-20 of it. */
export function lowerEnd(bin: number): number {
  if (bin === 0) return 0;
  return Math.min(2 ** ((bin - BINS_OF_ONE) / binsPerOctave), Number.MAX_VALUE);
}

/**
 * How many losses lie in each quarter of an octave. The bins cover all of float64, so that nothing
 * need be known of the losses beforehand, and are read off its bits, since a logarithm a row would cost more
 * than all else that is counted.
 */
export class LossCounts {
  /** One for each bin, the last one for infinite losses. */
  readonly counts: Float64Array;

  constructor(counts = newCounts(INFINITE + 1)) {
    this.counts = counts;
  }

  /** Counts the losses of rows with a rank. */
  add(losses: Float64Array, ranks: Int32Array): void {
    const { counts } = this;
    const words = wordsOf(losses);
    for (let row = 0; row < losses.length; row++) {
      if (ranks[row] === 0) continue;
      // Without the sign: -0 is a loss too.
      const word = (words[2 * row + highWord] as number) & 0x7fffffff;
      const significand = word & 0xfffff;
      // The sign bits of differences, since a processor cannot foresee comparisons of these.
      const quarter =
        ((FIRST - significand) >>> 31) +
        ((SECOND - significand) >>> 31) +
        ((THIRD - significand) >>> 31);
      const bin = binsPerOctave * (word >>> 20) + quarter;
      counts[bin] = (counts[bin] as number) + 1;
    }
  }

  get infinite(): number {
    return this.counts[INFINITE] as number;
  }

  get #finite(): Float64Array {
    return this.counts.subarray(0, INFINITE);
  }

  /** The first and the last bin with finite losses; undefined where there are none. */
  get range(): { first: number; last: number } | undefined {
    const isUsed = (count: number) => count > 0;
    const first = this.#finite.findIndex(isUsed);
    const last = this.#finite.reduce((used, count, bin) => (isUsed(count) ? bin : used), first);
    return first < 0 ? undefined : { first, last };
  }

  /** How many finite losses lie in the bins from `first` up to but not including `end`. */
  sum(first: number, end: number): number {
    return this.#finite.subarray(first, end).reduce((a, b) => a + b, 0);
  }
}
