import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Evaluator } from '../../lib/index.js';
import { runs } from '../support/arbitraries.js';
import {
  expectSummary,
  measuredRows,
  stateOf,
  summaryWithConfusion,
} from '../support/evaluation/evaluators.js';
import { mixedRows, randomTargets, transposed, truncated, widened } from '../support/inputs.js';
import { describeEachIsa, isas, referenceIsa, withIsa } from '../support/isas.js';

// The state does not know in which order, in which batches and by which evaluators rows were added.

type Logits = Float32Array | Float64Array;

interface Rows {
  readonly classes: number;
  readonly logits: Logits;
  readonly targets: Int32Array;
}

/** Rows of every kind, some ignored; float64 ones with losses from 1e-300 to 1e300. */
function makeRows(rows: number, classes: number, seed: number, wide: boolean): Rows {
  const single = mixedRows(rows, classes, seed);
  const targets = randomTargets(rows, classes, seed);
  for (let row = seed % 4; row < rows; row += 5) targets[row] = -100;
  if (!wide) return { classes, logits: single, targets };
  const logits = Float64Array.from(single, (x, i) => {
    const row = Math.floor(i / classes);
    const scale = [1, 1, 30, 1e10, 1e300][row % 5] as number;
    return Math.abs(x) < 1e5 ? (x + Math.sin(i) * 1e-9) * scale : x;
  });
  return { classes, logits, targets };
}

function part({ classes, logits, targets }: Rows, order: readonly number[]): Rows {
  const picked = order.flatMap((row) => [...logits.subarray(row * classes, (row + 1) * classes)]);
  const type = logits.constructor as Float32ArrayConstructor;
  return {
    classes,
    logits: type.from(picked),
    targets: Int32Array.from(order, (row) => targets[row] as number),
  };
}

function add(evaluator: Evaluator, { classes, logits, targets }: Rows): Evaluator {
  const shape = [targets.length, classes];
  return evaluator.update(logits as Float32Array, targets, { shape, bytes: 3 * targets.length });
}

const optionsFor = (classes: number) => ({
  classes,
  top: [1, 3],
  calibrationBins: 6,
  confusion: classes < 20,
});

/** A number of rows, an order of them, and where it is cut. */
const arrangement = fc
  .tuple(fc.integer({ min: 1, max: 24 }), fc.constantFrom(1, 2, 3, 10, 17, 33, 130))
  .chain(([rows, classes]) => {
    const all = Array.from({ length: rows }, (_, row) => row);
    return fc.record({
      rows: fc.constant(rows),
      classes: fc.constant(classes),
      seed: fc.integer({ min: 0, max: 1000 }),
      wide: fc.boolean(),
      order: fc.shuffledSubarray(all, { minLength: rows, maxLength: rows }),
      cuts: fc.array(fc.integer({ min: 0, max: rows }), { maxLength: 6 }),
      merges: fc.infiniteStream(fc.nat()),
    });
  });

function sectionsOf(order: readonly number[], cuts: readonly number[]): number[][] {
  const edges = [0, ...[...cuts].sort((a, b) => a - b), order.length];
  return edges.slice(1).map((end, i) => order.slice(edges[i] as number, end));
}

describeEachIsa('an evaluator', () => {
  it('has the same bytes whatever the order and the batches', () => {
    fc.assert(
      fc.property(arrangement, ({ rows, classes, seed, wide, order, cuts }) => {
        const batch = makeRows(rows, classes, seed, wide);
        const expected = stateOf(add(new Evaluator(optionsFor(classes)), batch));
        const evaluator = new Evaluator(optionsFor(classes));
        for (const section of sectionsOf(order, cuts)) add(evaluator, part(batch, section));
        expect(stateOf(evaluator)).toBe(expected);
      }),
      runs,
    );
  });

  it('has the same bytes whatever is merged with what', () => {
    fc.assert(
      fc.property(arrangement, ({ rows, classes, seed, wide, order, cuts, merges }) => {
        const batch = makeRows(rows, classes, seed, wide);
        const whole = add(new Evaluator(optionsFor(classes)), batch);
        const evaluators = sectionsOf(order, cuts).map((section) =>
          add(new Evaluator(optionsFor(classes)), part(batch, section)),
        );
        while (evaluators.length > 1) {
          const [other] = evaluators.splice((merges.next().value as number) % evaluators.length, 1);
          const into = evaluators[(merges.next().value as number) % evaluators.length];
          const before = stateOf(other as Evaluator);
          expect((into as Evaluator).merge(other as Evaluator)).toBe(into);
          expect(stateOf(other as Evaluator)).toBe(before);
        }
        expect(stateOf(evaluators[0] as Evaluator)).toBe(stateOf(whole));
        expect((evaluators[0] as Evaluator).summary()).toEqual(whole.summary());
      }),
      runs,
    );
  });

  it('has the exact sums of its rows', () => {
    fc.assert(
      fc.property(arrangement, ({ rows, classes, seed, wide, order, cuts }) => {
        const batch = makeRows(rows, classes, seed, wide);
        const options = optionsFor(classes);
        const evaluator = new Evaluator(options);
        for (const section of sectionsOf(order, cuts)) {
          evaluator.merge(add(new Evaluator(options), part(batch, section)));
        }
        const measured = measuredRows(batch.logits, batch.targets, options);
        const finite = measured.every(
          (row) => typeof row === 'string' || Math.abs(row.loss) < 1e150,
        );
        // The square of a larger one has no float64.
        if (finite)
          expectSummary(summaryWithConfusion(evaluator), measured, { ...options, bytes: 3 * rows });
      }),
      { ...runs, numRuns: 30 },
    );
  });

  it('has the same bytes for float16 and bfloat16 as for their float32', () => {
    const { logits, targets } = makeRows(30, 40, 5, false);
    for (const dtype of ['float16', 'bfloat16'] as const) {
      const bits = truncated(logits as Float32Array, dtype);
      const halves = new Evaluator({ classes: 40 });
      halves.update(bits, targets, { shape: [30, 40], dtype });
      const wide = new Evaluator({ classes: 40 });
      wide.update(widened(bits, dtype), targets, { shape: [30, 40] });
      expect(stateOf(halves)).toBe(stateOf(wide));
    }
  });

  it('has the same sums along another axis, and on any number of threads', () => {
    for (const [rows, classes] of [
      [30, 40],
      [3000, 100],
      [20_000, 10],
    ] as const) {
      for (const wide of [false, true]) {
        const { logits, targets } = makeRows(rows, classes, 5, wide);
        const { sums, counts } = add(new Evaluator({ classes }), {
          classes,
          logits,
          targets,
        }).toJSON();
        const across = transposed(logits, rows, classes) as Float32Array;
        for (const threads of [1, 2, 5]) {
          const turned = new Evaluator({ classes, axis: 0 });
          turned.update(across, targets, { shape: [classes, rows], threads, bytes: 3 * rows });
          expect(turned.toJSON()).toMatchObject({ sums, counts });
        }
      }
    }
  });
});

it.each([
  [33, 10],
  [17, 129],
  [5, 5000],
])('%i rows of %i classes: every instruction set gives the same bytes', (rows, classes) => {
  for (const wide of [false, true]) {
    const batch = makeRows(rows, classes, 7, wide);
    const state = () => stateOf(add(new Evaluator({ classes }), batch));
    const expected = withIsa(referenceIsa, state);
    for (const isa of isas) expect(withIsa(isa, state), isa).toBe(expected);
  }
});

describe('merging', () => {
  const fill = (evaluator: Evaluator) => add(evaluator, makeRows(12, 3, 2, false));

  it('with one that is empty changes nothing, either way', () => {
    const options = optionsFor(3);
    const full = fill(new Evaluator(options));
    const expected = stateOf(full);
    expect(stateOf(full.merge(new Evaluator(options)))).toBe(expected);
    expect(stateOf(new Evaluator(options).merge(full))).toBe(expected);
  });

  it('with itself doubles it', () => {
    const once = fill(new Evaluator({ classes: 3 }));
    const twice = fill(fill(new Evaluator({ classes: 3 })));
    expect(stateOf(once.merge(once))).toBe(stateOf(twice));
  });

  it('leaves both apart', () => {
    const a = fill(new Evaluator({ classes: 3 }));
    const b = new Evaluator({ classes: 3 }).merge(a);
    const before = stateOf(a);
    fill(b);
    expect(stateOf(a)).toBe(before);
    expect(stateOf(b)).not.toBe(before);
  });

  it('of infinite losses keeps them', () => {
    const infinite = new Evaluator({ classes: 2 }).update(Float32Array.of(0, -Infinity), [1]);
    const finite = new Evaluator({ classes: 2 }).update(Float32Array.of(0, 1), [1]);
    const merged = new Evaluator({ classes: 2 }).merge(finite).merge(infinite);
    expect(merged.summary().loss).toBe(Infinity);
    expect(merged.summary().rows).toBe(2);
    expect(stateOf(merged)).toBe(
      stateOf(new Evaluator({ classes: 2 }).merge(infinite).merge(finite)),
    );
  });
});
