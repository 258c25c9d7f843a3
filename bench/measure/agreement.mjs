// A contender that computes something else is not faster but wrong. This tells a mistake in the
// benchmark, or a peer that computes in fewer digits than its results have; how accurate the
// library is, the tests tell.

/**
 * How far a value may be off, relative to the largest of the array, by the type of the results.
 * Some peers add a row's exponentials in float32, one after another.
 */
const tolerances = { float64: 1e-11, float32: 1e-3, float16: 2e-3, bfloat16: 2e-2 };

function difference(actual, expected, tolerance) {
  if (actual.length !== expected.length) {
    return `${actual.length} values, not ${expected.length}`;
  }
  let largest = 0;
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(expected[i]));
  for (let i = 0; i < expected.length; i++) {
    if (!(Math.abs(actual[i] - expected[i]) <= tolerance * largest)) {
      return `value ${i} is ${actual[i]}, not ${expected[i]}`;
    }
  }
  return null;
}

/**
 * What is wrong with a result, or null.
 *
 * @param {{ loss?: number, array?: ArrayLike<number>, type: keyof typeof tolerances }} actual
 * @param {{ loss?: number, array?: Float64Array }} expected
 */
export function disagreement(actual, expected) {
  const tolerance = tolerances[actual.type];
  if (expected.loss !== undefined) {
    const wrong = difference([actual.loss], [expected.loss], tolerance);
    if (wrong) return `loss: ${wrong}`;
  }
  return expected.array ? difference(actual.array ?? [], expected.array, tolerance) : null;
}
