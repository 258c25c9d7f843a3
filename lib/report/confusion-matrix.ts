import { type Confusions, mostFrequent, type Pair } from './confusions.js';
import { newCounts } from './memory.js';
import type { ClassNumbers } from './words.js';

/** All pairs of target and prediction, for few classes. */
export class ConfusionMatrix implements Confusions {
  readonly classes: number;
  readonly uncounted = 0;
  /** Row by row: one of `classes` counts for each target. */
  readonly memory: Float64Array;

  constructor(classes: number, memory = newCounts(classes * classes)) {
    this.classes = classes;
    this.memory = memory;
  }

  add(predictions: Int32Array, { numbers, first, stride }: ClassNumbers): void {
    const { classes, memory: counts } = this;
    for (let row = 0; row < predictions.length; row++) {
      const prediction = predictions[row] as number;
      if (prediction < 0) continue;
      const at = (numbers[first + stride * row] as number) * classes + prediction;
      counts[at] = (counts[at] as number) + 1;
    }
  }

  /** All pairs that occurred, target by target. */
  get pairs(): Pair[] {
    return Array.from(this.memory, (count, at) => ({
      target: Math.floor(at / this.classes),
      prediction: at % this.classes,
      count,
    })).filter(({ count }) => count > 0);
  }

  get #mistaken(): Pair[] {
    return this.pairs.filter(({ target, prediction }) => target !== prediction);
  }

  get mistakes(): number {
    return this.#mistaken.reduce((sum, { count }) => sum + count, 0);
  }

  mostConfused(limit: number): Pair[] {
    return mostFrequent(this.#mistaken, limit);
  }
}
