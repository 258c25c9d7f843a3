// One line a check.
let passed = 0;
let failed = 0;

/** Runs a check and says whether it holds: whether it throws. */
export async function check(name, run) {
  try {
    await run();
    passed++;
    console.log(`passed: ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAILED: ${name}\n  ${String(error.stack ?? error).replaceAll('\n', '\n  ')}`);
  }
}

export function skip(name, reason) {
  console.log(`skipped: ${name}: ${reason}`);
}

/** The last line; the status to end with. */
export function conclude() {
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}
