import fc from 'fast-check';
import { expect, it } from 'vitest';
import { batchAt, partitionOf } from '../../lib/command/batches.js';
import type { Dataset } from '../../lib/command/dataset.js';
import type { ElementType } from '../../lib/types.js';

type Shape = readonly [outer: number, classes: number, inner: number];

/** As much of a data set as decides how it is divided. */
function datasetOf([outer, classes, inner]: Shape, elementType: ElementType = 'float32'): Dataset {
  const layout = { outer, classes, inner, outerStride: classes * inner };
  return { layout, elementType } as Dataset;
}

it('batches are all rows, in their order', () => {
  const size = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 3000 }));
  const classes = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 200_000 }));
  const batchRows = fc.option(fc.integer({ min: 1, max: 100_000 }), { nil: undefined });
  fc.assert(
    fc.property(size, classes, size, batchRows, (outer, classCount, inner, rows) => {
      const dataset = datasetOf([outer, classCount, inner]);
      const partition = partitionOf(dataset, rows);
      fc.pre(partition.batches < 5000);
      let next = 0;
      for (let index = 0; index < partition.batches; index++) {
        const batch = batchAt(partition, dataset, index);
        expect(batch.firstRow).toBe(next);
        expect(batch.rows).toBeGreaterThan(0);
        expect(batch.rows).toBeLessThanOrEqual(partition.outers * partition.inners);
        expect(batch.rows).toBe(batch.outers * batch.inners);
        // Of several outer positions all of their rows.
        if (batch.outers > 1) expect(batch.inners).toBe(inner);
        next += batch.rows;
      }
      expect(next).toBe(outer * inner);
      if (rows !== undefined) expect(partition.outers * partition.inners).toBeLessThanOrEqual(rows);
    }),
  );
});

const cases: [shape: Shape, type: ElementType, outers: number, inners: number][] = [
  // As many rows as fit, and one where none does.
  [[1e6, 10, 1], 'float32', 52_428, 1],
  [[1e6, 32_000, 1], 'float32', 16, 1],
  [[1e6, 32_000, 1], 'float16', 32, 1],
  [[1e6, 32_000, 1], 'float64', 8, 1],
  [[10, 500_000, 1], 'float32', 1, 1],
  // Whole outer positions.
  [[500, 21, 1024], 'float32', 24, 1024],
  // Parts of them: an odd number of panels, at least 16 KiB of each class, 64 MiB of all at most.
  [[50, 21, 2 ** 18], 'float32', 1, 64 * 389],
  [[1, 200, 1e6], 'float32', 1, 64 * 63],
  [[1, 200, 1e6], 'float16', 1, 64 * 127],
  [[1, 50_000, 1e6], 'float32', 1, 64 * 5],
  [[1, 5e6, 1e6], 'float32', 1, 3],
  [[1, 5e7, 1e6], 'float32', 1, 1],
];

it.each(cases)('%j of %s in batches of %i and %i', (shape, type, outers, inners) => {
  const dataset = datasetOf(shape, type);
  expect(partitionOf(dataset, undefined)).toMatchObject({ outers, inners });
});
