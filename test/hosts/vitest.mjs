// What the import of 'vitest' is in the files of a stage (stage.mjs): vitest's own runner and assertions, which are plain
// JavaScript for any host, without its processes, module loader and reporters, which are not.
import {
  ASYMMETRIC_MATCHERS_OBJECT,
  chai,
  customMatchers,
  GLOBAL_EXPECT,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  setState,
} from '@vitest/expect';
import { getCurrentTest, startTests } from '@vitest/runner';
import { getFullName, getTests } from '@vitest/runner/utils';

export { afterAll, afterEach, beforeAll, beforeEach, describe, it } from '@vitest/runner';

for (const plugin of [JestExtend, JestChaiExpect, JestAsymmetricMatchers]) chai.use(plugin);

/** As vitest makes it; the test that is under way waits for the assertions of promises. */
export const expect = (value, message) => {
  const assertion = chai.expect(value, message);
  const test = getCurrentTest();
  return test ? assertion.withTest(test) : assertion;
};
Object.assign(expect, chai.expect, globalThis[ASYMMETRIC_MATCHERS_OBJECT], {
  unreachable: (message = '') => chai.assert.fail(`expected ${message} not to be reached`),
});
globalThis[GLOBAL_EXPECT] = expect;
setState({ assertionCalls: 0 }, expect);
chai.expect.extend(expect, customMatchers);

/** As long as a file may take (run.mjs) on what is slower than this machine's processor. */
const milliseconds = 7_200_000;
const config = {
  root: process.cwd(),
  setupFiles: [],
  sequence: { hooks: 'stack', setupFiles: 'list' },
  tags: [],
  maxConcurrency: 1,
  testTimeout: milliseconds,
  hookTimeout: milliseconds,
  chaiConfig: {},
};

const errorEvents = ['uncaughtException', 'unhandledRejection'];

function tell(what, errors) {
  console.log(`FAILED: ${what}`);
  for (const error of errors) {
    console.log(error?.message ?? error);
    for (const more of [error?.diff, error?.stack]) if (more) console.log(more);
  }
}

/** Runs the tests that `load` defines; prints the failed ones and, last, how many passed, failed and were skipped. */
export async function run(name, load) {
  const outside = [];
  const keep = (error) => outside.push(error);
  for (const event of errorEvents) process.on(event, keep);
  const [file] = await startTests([name], { config, importFile: load });
  // What is thrown after the tests ends the process, and so is a failure too.
  for (const event of errorEvents) process.off(event, keep);
  const count = { pass: 0, fail: 0, skip: 0 };
  const suites = (task) => (task.type === 'suite' ? [task, ...task.tasks.flatMap(suites)] : []);
  for (const suite of suites(file)) {
    if (suite.result?.errors) outside.push(...suite.result.errors);
  }
  for (const test of getTests(file)) {
    const state = test.result?.state ?? 'skip';
    if (state === 'pass' || state === 'skip') {
      count[state]++;
      continue;
    }
    count.fail++;
    tell(getFullName(test), test.result.errors ?? []);
  }
  if (outside.length > 0) tell(`${name}, outside of its tests`, outside);
  const failed = count.fail + outside.length;
  console.log(`${count.pass} passed, ${failed} failed, ${count.skip} skipped`);
  process.exitCode = failed === 0 ? 0 : 1;
}
