// A contender that computes something else is not faster but wrong.

const values = (result) => {
  if (typeof result === 'number') return [result];
  return 'gradient' in result ? [result.loss, ...result.gradient] : result;
};

/**
 * Throws unless all results agree with the first. This tells a mistake in the benchmark; how
 * accurate the library is, the tests tell.
 *
 * @param {{ name: string, run: () => unknown }[]} tasks
 */
export function expectAgreement(tasks) {
  let expected;
  for (const { name, select, run } of tasks) {
    select();
    const actual = Float64Array.from(values(run()));
    expected ??= actual;
    let largest = 0;
    for (const value of expected) largest = Math.max(largest, Math.abs(value));
    for (let i = 0; i < expected.length; i++) {
      if (!(Math.abs(actual[i] - expected[i]) <= 1e-5 * largest)) {
        throw new Error(`${name}: value ${i} is ${actual[i]}, ${tasks[0].name} has ${expected[i]}`);
      }
    }
  }
}
