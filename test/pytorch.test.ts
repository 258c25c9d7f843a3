import { describe, expect, it } from 'vitest';
import { crossEntropyWithGradient, logSoftmax, logSumExp, softmax } from '../lib/index.js';
import { type FamilyFixture, fixtures, type LossFixture } from './support/fixtures.js';
import { describeEachIsa } from './support/isas.js';

/** Equal as NaN or infinity, or within a relative distance, or within `floor`. */
function expectClose(actual: number, exact: number, relative: number, floor: number): void {
  if (!Number.isFinite(exact)) {
    expect(actual).toBe(exact);
  } else {
    expect(Math.abs(actual - exact)).toBeLessThanOrEqual(
      Math.max(relative * Math.abs(exact), floor),
    );
  }
}

function expectAllClose(
  actual: ArrayLike<number>,
  exact: ArrayLike<number>,
  relative: number,
  floor: number,
): void {
  expect(actual.length).toBe(exact.length);
  for (let i = 0; i < exact.length; i++) {
    expectClose(actual[i] as number, exact[i] as number, relative, floor);
  }
}

// Relative tolerances: 2.5, 3 and 1.5 ulp; one step of the subnormals below them, and for logarithms
// near 0 what the sum's own rounding leaves (native/NUMERICS.md, 5).
const smallest = 2 ** -149;
const checks: Record<FamilyFixture['operation'], (fixture: FamilyFixture) => void> = {
  softmax({ logits, shape, axis, values }) {
    expectAllClose(softmax(logits, { shape, axis: axis as number }), values, 3e-7, smallest);
  },
  logSoftmax({ logits, shape, axis, values }) {
    expectAllClose(logSoftmax(logits, { shape, axis: axis as number }), values, 4e-7, smallest);
  },
  logSumExp({ logits, shape, axis, values }) {
    expectAllClose(logSumExp(logits, { shape, axis }), values, 1.8e-7, 1.5e-7);
  },
};

function checkLoss(fixture: LossFixture): void {
  const { logits, shape, axis, targets, ignoreIndex, reduction } = fixture;
  const options = { shape, axis, ignoreIndex, reduction };
  const { loss, gradient } = crossEntropyWithGradient(logits, targets, options);
  if (typeof loss === 'number') {
    expectClose(loss, fixture.loss as number, 4e-7, 0);
  } else {
    expectAllClose(loss, fixture.loss as Float64Array, 4e-7, smallest);
  }
  expectAllClose(gradient, fixture.gradient, 5e-7, smallest);
}

describe('fixtures', () => {
  it('are all there', () => {
    expect(fixtures.length).toBeGreaterThan(500);
  });
});

describeEachIsa('PyTorch agrees with', () => {
  it.each(fixtures)('$name', (fixture) => {
    if (fixture.operation === 'crossEntropy') {
      checkLoss(fixture);
    } else {
      checks[fixture.operation](fixture);
    }
  });
});
