import { type Confusions, mostFrequent, type Pair } from './confusions.js';
import type { ClassNumbers } from './words.js';

/** So many different mistakes are told apart exactly. */
export const countedPairs = 2 ** 16;

const SLOT_BITS = 17;
const SLOTS = 2 ** SLOT_BITS;

/** Pairs by their hash, half of the slots at most in use: one is free where its count is 0. */
class Slots {
  readonly targets = new Int32Array(SLOTS);
  readonly predictions = new Int32Array(SLOTS);
  readonly counts = new Float64Array(SLOTS);
  used = 0;

  /** Where a pair is, or the free slot where it would be. */
  find(target: number, prediction: number): number {
    const hash = Math.imul(Math.imul(target, 0x9e3779b1) + prediction, 0x85ebca6b);
    let slot = hash >>> (32 - SLOT_BITS);
    while (
      this.counts[slot] !== 0 &&
      (this.targets[slot] !== target || this.predictions[slot] !== prediction)
    ) {
      slot = (slot + 1) % SLOTS;
    }
    return slot;
  }

  put(slot: number, { target, prediction, count }: Pair): void {
    this.targets[slot] = target;
    this.predictions[slot] = prediction;
    this.counts[slot] = count;
    this.used++;
  }

  *pairs(): Generator<Pair> {
    for (let slot = 0; slot < SLOTS; slot++) {
      const count = this.counts[slot] as number;
      if (count === 0) continue;
      yield {
        target: this.targets[slot] as number,
        prediction: this.predictions[slot] as number,
        count,
      };
    }
  }
}

/**
 * Mistakes by target and prediction, for many classes: exact up to `countedPairs` different ones. When
 * there are more, every count is lowered by one as often as it takes until some are gone (Misra and
 * Gries). Each time takes away as many rows as there are pairs, so `uncounted` is at most the number of
 * mistakes divided by `countedPairs`, and no pair that occurs more often is missed.
 */
export class MistakeCounts implements Confusions {
  mistakes = 0;
  uncounted = 0;
  #slots = new Slots();

  add(predictions: Int32Array, { numbers, first, stride }: ClassNumbers): void {
    for (let row = 0; row < predictions.length; row++) {
      const prediction = predictions[row] as number;
      const target = numbers[first + stride * row] as number;
      if (prediction >= 0 && prediction !== target) this.#count(target, prediction);
    }
  }

  #count(target: number, prediction: number): void {
    this.mistakes++;
    const { counts } = this.#slots;
    const slot = this.#slots.find(target, prediction);
    if (counts[slot] !== 0) {
      counts[slot] = (counts[slot] as number) + 1;
      return;
    }
    while (this.#slots.used === countedPairs) this.#lower();
    this.#slots.put(this.#slots.find(target, prediction), { target, prediction, count: 1 });
  }

  #lower(): void {
    const lowered = new Slots();
    for (const pair of this.#slots.pairs()) {
      if (pair.count === 1) continue;
      const slot = lowered.find(pair.target, pair.prediction);
      lowered.put(slot, { ...pair, count: pair.count - 1 });
    }
    this.#slots = lowered;
    this.uncounted++;
  }

  mostConfused(limit: number): Pair[] {
    return mostFrequent([...this.#slots.pairs()], limit);
  }
}
