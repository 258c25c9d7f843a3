import { type Confusions, mostFrequent, type Pair } from './confusions.js';
import { newCounts } from './memory.js';
import type { ClassNumbers } from './words.js';

/** So many different mistakes are told apart exactly. */
export const countedPairs = 2 ** 16;

const SLOT_BITS = 17;
const SLOTS = 2 ** SLOT_BITS;

/** How many numbers stand before the slots: of mistakes, uncounted ones and slots in use. */
const HEAD = 3;
const [MISTAKES, UNCOUNTED, USED] = [0, 1, 2] as const;

/**
 * Mistakes by target and prediction, for many classes: exact up to `countedPairs` different ones. When
 * there are more, every count is lowered by one as often as it takes until some are gone (Misra and
 * Gries). Each time takes away as many rows as there are pairs, so `uncounted` is at most the number of
 * mistakes divided by `countedPairs`, and no pair that occurs more often is missed.
 */
export class MistakeCounts implements Confusions {
  readonly memory: Float64Array;
  // Pairs by their hash, half of the slots at most in use: one is free where its count is 0.
  readonly #counts: Float64Array;
  readonly #targets: Float64Array;
  readonly #predictions: Float64Array;

  constructor(memory = newCounts(HEAD + 3 * SLOTS)) {
    const slots = (index: number) => memory.subarray(HEAD + index * SLOTS).subarray(0, SLOTS);
    this.memory = memory;
    this.#counts = slots(0);
    this.#targets = slots(1);
    this.#predictions = slots(2);
  }

  get mistakes(): number {
    return this.memory[MISTAKES] as number;
  }

  get uncounted(): number {
    return this.memory[UNCOUNTED] as number;
  }

  add(predictions: Int32Array, { numbers, first, stride }: ClassNumbers): void {
    for (let row = 0; row < predictions.length; row++) {
      const prediction = predictions[row] as number;
      const target = numbers[first + stride * row] as number;
      if (prediction >= 0 && prediction !== target) this.#count(target, prediction);
    }
  }

  #increment(index: typeof MISTAKES | typeof UNCOUNTED | typeof USED): void {
    this.memory[index] = (this.memory[index] as number) + 1;
  }

  #count(target: number, prediction: number): void {
    this.#increment(MISTAKES);
    const slot = this.#find(target, prediction);
    const count = this.#counts[slot] as number;
    if (count !== 0) {
      this.#counts[slot] = count + 1;
      return;
    }
    while (this.memory[USED] === countedPairs) this.#lower();
    this.#put({ target, prediction, count: 1 });
  }

  /** Where a pair is, or the free slot where it would be. */
  #find(target: number, prediction: number): number {
    const hash = Math.imul(Math.imul(target, 0x9e3779b1) + prediction, 0x85ebca6b);
    let slot = hash >>> (32 - SLOT_BITS);
    while (
      this.#counts[slot] !== 0 &&
      (this.#targets[slot] !== target || this.#predictions[slot] !== prediction)
    ) {
      slot = (slot + 1) % SLOTS;
    }
    return slot;
  }

  #put({ target, prediction, count }: Pair): void {
    const slot = this.#find(target, prediction);
    this.#targets[slot] = target;
    this.#predictions[slot] = prediction;
    this.#counts[slot] = count;
    this.#increment(USED);
  }

  #lower(): void {
    const left = this.#pairs().filter(({ count }) => count > 1);
    this.#counts.fill(0);
    this.memory[USED] = 0;
    for (const pair of left) this.#put({ ...pair, count: pair.count - 1 });
    this.#increment(UNCOUNTED);
  }

  #pairs(): Pair[] {
    const pairs: Pair[] = [];
    this.#counts.forEach((count, slot) => {
      if (count === 0) return;
      const target = this.#targets[slot] as number;
      pairs.push({ target, prediction: this.#predictions[slot] as number, count });
    });
    return pairs;
  }

  mostConfused(limit: number): Pair[] {
    return mostFrequent(this.#pairs(), limit);
  }
}
