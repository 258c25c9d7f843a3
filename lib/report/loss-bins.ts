import { binsPerOctave, type LossCounts, lowerEnd } from './loss-counts.js';

export interface LossBin {
  /** Losses within [lower, upper). */
  readonly lower: number;
  readonly upper: number;
  readonly count: number;
}

export interface LossBins {
  /** Losses too small to be told apart: the open bin below the others. */
  readonly below: number;
  /** Bins of equal widths on a logarithmic axis. */
  readonly bins: readonly LossBin[];
  readonly infinite: number;
}

const MOST_BINS = 48;

/** Fewer would leave the axis without labels. */
const FEWEST_BINS = 2 * binsPerOctave;

/**
 * Losses below 2^-14 are of no interest, the target's probability being 99.994 % or more; except where all
 * are: then all but the uppermost ten octaves.
 */
const SMALL = binsPerOctave * (1023 - 14);
const BINS_KEPT = 10 * binsPerOctave;

/** The losses as a histogram shows them: in quarters of an octave, or coarser where these are too many. */
export function lossBins(losses: LossCounts): LossBins {
  const { infinite, range } = losses;
  if (!range || range.last === 0) return { below: losses.sum(0, 1), bins: [], infinite };
  const end = range.last + 1;
  const lowest = Math.max(range.first, Math.min(SMALL, end - BINS_KEPT));
  const start = Math.max(1, Math.min(lowest, end - FEWEST_BINS));
  let width = 1;
  while ((end - start) / width > MOST_BINS) width *= 2;
  const first = Math.floor(start / width) * width;
  const bins = Array.from({ length: Math.ceil((end - first) / width) }, (_, i) => {
    const from = first + i * width;
    const to = from + width;
    return { lower: lowerEnd(from), upper: lowerEnd(to), count: losses.sum(from, to) };
  });
  return { below: losses.sum(0, first), bins, infinite };
}
