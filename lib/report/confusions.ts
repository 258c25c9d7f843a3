import type { ClassNumbers } from './words.js';

/** Rows with this target and this prediction. */
export interface Pair {
  readonly target: number;
  readonly prediction: number;
  readonly count: number;
}

/** What has been counted of targets and predictions. */
export interface Confusions {
  /** Counts the rows that have a prediction. */
  add(predictions: Int32Array, targets: ClassNumbers): void;
  /** All counts. */
  readonly memory: Float64Array;
  /** The number of wrong predictions. */
  readonly mistakes: number;
  /** Each count of a pair may be too low by so much. */
  readonly uncounted: number;
  /** The most frequent mistakes, of equal ones the smaller classes first. */
  mostConfused(limit: number): Pair[];
}

/** The `limit` most frequent of some pairs, in an order that depends on nothing else. */
export function mostFrequent(pairs: Pair[], limit: number): Pair[] {
  return pairs
    .sort(
      (one, other) =>
        other.count - one.count || one.target - other.target || one.prediction - other.prediction,
    )
    .slice(0, limit);
}
