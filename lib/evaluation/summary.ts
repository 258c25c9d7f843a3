import { bitsOf, LOWEST_BIT, scaleBy, toNumber } from './exact-sum.js';
import type { GatheredState } from './state.js';
import type { Calibration, EvaluationSummary } from './types.js';

/** A sum over a number of rows, rounded once. */
function mean(sum: bigint, rows: number): number {
  return rows === 0 ? NaN : toNumber(sum, BigInt(rows), LOWEST_BIT);
}

/**
 * The square root of the sample variance over the number of rows, from the exact sums of the values
 * and of their squares: nothing cancels. The variance itself may be beyond float64: an even power of
 * two brings it near 1.
 */
function standardError(sum: bigint, squares: bigint, rows: number): number {
  if (rows < 2) return NaN;
  const n = BigInt(rows);
  const spread = n * (squares << BigInt(-LOWEST_BIT)) - sum * sum;
  const divisor = n * n * (n - 1n);
  const half = (bitsOf(spread) - bitsOf(divisor)) >> 1;
  return scaleBy(Math.sqrt(toNumber(spread, divisor, -2 * half)), half + LOWEST_BIT);
}

/** |hits - the bin's confidences|, in units of 2^LOWEST_BIT. */
function gapOf(state: GatheredState, bin: number): bigint {
  const hits = BigInt(state.binHits[bin] as number) << BigInt(-LOWEST_BIT);
  const gap = hits - state.confidence(bin);
  return gap < 0n ? -gap : gap;
}

function summariseCalibration(state: GatheredState): Calibration {
  const { binRows, binHits } = state;
  const rows = state.count('rows');
  let gaps = 0n;
  let maximum = rows === 0 ? NaN : 0;
  let squares = 0;
  const bins = Array.from(binRows, (count, bin) => {
    const gap = gapOf(state, bin);
    const distance = mean(gap, count);
    if (count > 0) {
      gaps += gap;
      maximum = Math.max(maximum, distance);
      squares += distance * distance * count;
    }
    return {
      lower: bin / binRows.length,
      upper: (bin + 1) / binRows.length,
      count,
      confidence: mean(state.confidence(bin), count),
      accuracy: (binHits[bin] as number) / count,
    };
  });
  const expected = mean(gaps, rows);
  const rootMeanSquare = Math.sqrt(squares / rows);
  return { bins, expected, maximum, rootMeanSquare, ece: expected, mce: maximum };
}

/** The summary of what an evaluator has gathered. */
export function summarise(state: GatheredState): EvaluationSummary {
  const { bytes, options } = state;
  const rows = state.count('rows');
  const isBounded = state.count('infinite') === 0;
  const loss = isBounded ? mean(state.sum('loss'), rows) : Infinity;
  const bits = isBounded ? toNumber(state.sum('loss'), 1n, LOWEST_BIT) / Math.LN2 : Infinity;
  return {
    rows,
    ignored: state.count('ignored'),
    notFinite: state.count('notFinite'),
    loss,
    lossStandardError: isBounded
      ? standardError(state.sum('loss'), state.sum('lossSquare'), rows)
      : NaN,
    perplexity: Math.exp(loss),
    bitsPerToken: loss / Math.LN2,
    ...(bytes === null || bytes === 0 ? {} : { bitsPerByte: bits / bytes }),
    accuracy: Object.fromEntries(
      options.top.map((k, index) => [k, (state.hits[index] as number) / rows]),
    ),
    meanLogProb: -loss,
    meanEntropy: mean(state.sum('entropy'), rows),
    brier: mean(state.sum('squareDistance'), rows),
    calibration: summariseCalibration(state),
  };
}
