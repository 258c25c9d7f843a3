import { it } from 'vitest';
import { crossEntropy, crossEntropyWithGradient } from '../../lib/index.js';
import { describeEachIsa } from '../support/isas.js';
import { expectRow } from '../support/tables/arrangements.js';

const INF = Infinity;

interface LossCase {
  readonly logits: number[];
  readonly targets: number[];
  readonly classes: number;
  readonly ignoreIndex?: number;
  readonly none: number[];
  readonly sum: number;
  readonly mean: number;
  /** The gradient of the sum. */
  readonly gradient: number[];
}

const p = [0.09003057317038046, 0.24472847105479764, 0.6652409557748219]; // softmax(0, 1, 2)
const l = [2.4076059644443806, 1.4076059644443804, 0.4076059644443804];
const [p0, p1, p2] = p as [number, number, number];
const [l0, l1, l2] = l as [number, number, number];
const nans = [NaN, NaN, NaN];
const zeros = [0, 0, 0];

// Cross-entropy with class indices: PyTorch's values, but for the gradient of an ignored row that is
// not finite, which is 0 here and NaN there.
const losses: Record<string, LossCase> = {
  'two rows': {
    logits: [0, 1, 2, 0, 1, 2],
    targets: [2, 0],
    classes: 3,
    none: [l2, l0],
    sum: l2 + l0,
    mean: (l2 + l0) / 2,
    gradient: [p0, p1, p2 - 1, p0 - 1, p1, p2],
  },
  'one of two ignored': {
    logits: [0, 1, 2, 0, 1, 2],
    targets: [-100, 1],
    classes: 3,
    none: [0, l1],
    sum: l1,
    mean: l1,
    gradient: [...zeros, p0, p1 - 1, p2],
  },
  'all ignored': {
    logits: [0, 1, 2, 0, 1, 2],
    targets: [-100, -100],
    classes: 3,
    none: [0, 0],
    sum: 0,
    mean: NaN,
    gradient: [...zeros, ...zeros],
  },
  'no rows': { logits: [], targets: [], classes: 3, none: [], sum: 0, mean: NaN, gradient: [] },
  'ignoreIndex is a class, which still counts in the sum': {
    logits: [0, 1, 2, 0, 1, 2],
    targets: [2, 0],
    classes: 3,
    ignoreIndex: 2,
    none: [0, l0],
    sum: l0,
    mean: l0,
    gradient: [...zeros, p0 - 1, p1, p2],
  },
  'ignoreIndex is the number of classes': {
    logits: [0, 1, 2],
    targets: [3],
    classes: 3,
    ignoreIndex: 3,
    none: [0],
    sum: 0,
    mean: NaN,
    gradient: zeros,
  },
  'no classes, all ignored': {
    logits: [],
    targets: [-100, -100],
    classes: 0,
    none: [0, 0],
    sum: 0,
    mean: NaN,
    gradient: [],
  },
  'target at -inf': {
    logits: [0, -INF, 2],
    targets: [1],
    classes: 3,
    none: [INF],
    sum: INF,
    mean: INF,
    gradient: [0.11920292202211755, -1, 0.8807970779778824],
  },
  'another class at -inf': {
    logits: [0, -INF, 2],
    targets: [0],
    classes: 3,
    none: [2.1269280110429727],
    sum: 2.1269280110429727,
    mean: 2.1269280110429727,
    gradient: [-0.8807970779778824, 0, 0.8807970779778824],
  },
  'all others at -inf': {
    logits: [-INF, 3, -INF],
    targets: [1],
    classes: 3,
    none: [0],
    sum: 0,
    mean: 0,
    gradient: zeros,
  },
  'one class': { logits: [5], targets: [0], classes: 1, none: [0], sum: 0, mean: 0, gradient: [0] },
  'all -inf': {
    logits: [-INF, -INF, -INF],
    targets: [1],
    classes: 3,
    none: [NaN],
    sum: NaN,
    mean: NaN,
    gradient: nans,
  },
  '+inf': {
    logits: [0, INF, 1],
    targets: [1],
    classes: 3,
    none: [NaN],
    sum: NaN,
    mean: NaN,
    gradient: nans,
  },
  NaN: {
    logits: [0, 1, NaN, 0, 1, 2],
    targets: [1, 2],
    classes: 3,
    none: [NaN, l2],
    sum: NaN,
    mean: NaN,
    gradient: [...nans, p0, p1, p2 - 1],
  },
  'ignored rows that hold NaN, +inf and nothing but -inf': {
    logits: [NaN, NaN, 0, INF, 0, 0, -INF, -INF, -INF, 0, 1, 2],
    targets: [-100, -100, -100, 1],
    classes: 3,
    none: [0, 0, 0, l1],
    sum: l1,
    mean: l1,
    gradient: [...zeros, ...zeros, ...zeros, p0, p1 - 1, p2],
  },
};

describeEachIsa('losses at the edge', () => {
  it.each(Object.entries(losses))('%s', (_, expected) => {
    const { classes, targets } = expected;
    const rows = targets.length;
    const valid = targets.filter((t) => t !== (expected.ignoreIndex ?? -100)).length;
    const byColumns = (values: readonly number[]) =>
      values.map((_x, i) => values[(i % rows) * classes + Math.floor(i / rows)] as number);
    for (const [logits, shape, axis, arrange] of [
      [expected.logits, [rows, classes], 1, (values: number[]) => values],
      [byColumns(expected.logits), [classes, rows], 0, byColumns],
    ] as const) {
      const x = Float32Array.from(logits);
      const options = { shape, axis, ignoreIndex: expected.ignoreIndex };
      const none = crossEntropyWithGradient(x, targets, { ...options, reduction: 'none' });
      expectRow(none.loss, expected.none);
      expectRow(none.gradient, arrange(expected.gradient) as number[]);
      const sum = crossEntropyWithGradient(x, targets, { ...options, reduction: 'sum' });
      expectRow([sum.loss], [expected.sum]);
      expectRow(sum.gradient, arrange(expected.gradient) as number[]);
      const mean = crossEntropyWithGradient(x, targets, options);
      expectRow([mean.loss], [expected.mean]);
      expectRow(
        mean.gradient,
        arrange(expected.gradient.map((g) => (g === 0 ? 0 : g / valid))) as number[],
      );
      for (const reduction of ['none', 'sum', 'mean'] as const) {
        const alone = crossEntropy(x, targets, { ...options, reduction });
        const values = typeof alone === 'number' ? [alone] : alone;
        expectRow(values, [expected[reduction]].flat());
      }
    }
  });

  it('class probabilities without classes: no term, nothing read', () => {
    for (const type of [Float32Array, Float64Array]) {
      // Empty views in the middle of memory, whose neighbours must not matter.
      const x = new type(4).fill(NaN).subarray(2, 2);
      for (const [shape, axis] of [
        [[2, 0], 1],
        [[0, 2], 0],
      ] as const) {
        const options = { shape, axis, labelSmoothing: 0.1, zLoss: 1 };
        const none = crossEntropyWithGradient(x, x, { ...options, reduction: 'none' });
        expectRow(none.loss, [0, 0]);
        expectRow(none.gradient, []);
        expectRow([crossEntropy(x, x, { ...options, reduction: 'sum' })], [0]);
        expectRow([crossEntropy(x, x, options)], [0]);
      }
    }
  });
});
