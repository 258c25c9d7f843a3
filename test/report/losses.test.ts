import { describe, expect, it } from 'vitest';
import { LossCounts, lossBins } from '../../lib/report/losses.js';
import { uniform } from '../support/inputs.js';

describe('losses of every size', () => {
  function binsOf(losses: number[]) {
    const counts = new LossCounts();
    counts.add(Float64Array.from(losses), new Int32Array(losses.length).fill(1));
    return lossBins(counts);
  }

  it.each([
    { losses: [], below: 0, bins: 0, infinite: 0 },
    { losses: [0, 0, -0], below: 3, bins: 0, infinite: 0 },
    { losses: [Infinity, 0], below: 1, bins: 0, infinite: 1 },
    { losses: [5e-324, 2.5], below: 1, bins: 31, infinite: 0 },
    { losses: [1e-9, 1e-3, 0.5, 3, Infinity], below: 1, bins: 32, infinite: 1 },
    { losses: [1e-12, 1e-13, 1e-30], below: 1, bins: 40, infinite: 0 },
    { losses: [2.5, 2.5], below: 0, bins: 8, infinite: 0 },
    { losses: [1, Number.MAX_VALUE], below: 0, bins: 33, infinite: 0 },
  ])('$losses', ({ losses, below, bins, infinite }) => {
    const found = binsOf(losses);
    expect({ ...found, bins: found.bins.length }).toEqual({ below, bins, infinite });
    const counted = found.bins.reduce((sum, { count }) => sum + count, 0);
    expect(found.below + counted + found.infinite).toBe(losses.length);
    for (const { lower, upper } of found.bins) {
      expect(lower).toBeGreaterThan(0);
      expect(upper).toBeGreaterThan(lower);
      expect(upper).toBeLessThan(Infinity);
    }
  });

  it('stand in bins that follow each other, up to the largest loss', () => {
    const random = uniform(3);
    const losses = Array.from({ length: 1000 }, () => 10 ** (8 * random() - 6));
    const { bins } = binsOf(losses);
    bins.slice(1).forEach(({ lower }, i) => {
      expect(lower).toBe(bins[i]?.upper);
    });
    for (const { lower, upper, count } of bins) {
      expect(losses.filter((loss) => loss >= lower && loss < upper)).toHaveLength(count);
    }
    expect(bins.at(-1)?.upper).toBeGreaterThan(Math.max(...losses));
  });
});
