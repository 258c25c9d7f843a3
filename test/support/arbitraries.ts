import fc from 'fast-check';

/** How every property is run: the same examples each time. */
export const runs = { seed: 20_077, numRuns: 60 } as const;

/** A logit between -32 and 32, a multiple of 1/64: sums with powers of two from 1/64 to 4096 are exact. */
export const logit = fc.integer({ min: -2048, max: 2048 }).map((k) => k / 64);

/** A weight, or a probability before it is normalised: 0 now and then. */
export const share = fc.oneof(
  { weight: 1, arbitrary: fc.constant(0) },
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 64 }).map((k) => k / 32) },
);

export interface Example {
  readonly rows: number;
  readonly classes: number;
  readonly shape: readonly [rows: number, classes: number];
  readonly logits: Float32Array;
  readonly others: Float32Array;
  readonly targets: readonly number[];
  readonly probabilities: Float32Array;
  readonly weight: Float32Array;
}

/** A batch of some rows with all that the losses take; a target of -100 is ignored. */
export const example: fc.Arbitrary<Example> = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 70 }))
  .chain(([rows, classes]) => {
    const array = (arbitrary: fc.Arbitrary<number>, count: number) =>
      fc
        .array(arbitrary, { minLength: count, maxLength: count })
        .map((values) => Float32Array.from(values));
    const target = fc.oneof(
      { weight: 1, arbitrary: fc.constant(-100) },
      { weight: 5, arbitrary: fc.integer({ min: 0, max: classes - 1 }) },
    );
    return fc.record({
      rows: fc.constant(rows),
      classes: fc.constant(classes),
      shape: fc.constant([rows, classes] as const),
      logits: array(logit, rows * classes),
      others: array(logit, rows * classes),
      targets: fc.array(target, { minLength: rows, maxLength: rows }),
      probabilities: array(share, rows * classes),
      weight: array(share, classes),
    });
  });
