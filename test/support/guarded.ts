const GUARD = 64;

/** A Float32Array view at a chosen element offset, with guard values on both sides. */
export interface Guarded {
  readonly view: Float32Array;
  /** Throws if anything outside the view was written. */
  check(): void;
}

export function guarded(values: ArrayLike<number>, offset: number): Guarded {
  const bits = new Uint32Array(GUARD + offset + values.length + GUARD);
  // A signalling pattern as guard: arithmetic on it, too, would show as NaN.
  bits.fill(0x7fa5a5a5);
  const view = new Float32Array(bits.buffer, (GUARD + offset) * 4, values.length);
  view.set(Array.from(values));
  return {
    view,
    check() {
      for (let i = 0; i < bits.length; i++) {
        const inside = i >= GUARD + offset && i < GUARD + offset + values.length;
        if (!inside && bits[i] !== 0x7fa5a5a5) {
          throw new Error(`element ${i - GUARD - offset} outside the view was written`);
        }
      }
    },
  };
}
