import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// Memory that cannot be had, in processes of their own: a result or an error with a code, never an abort,
// and nothing half-written. They run dist/ with the addon as it was last built.

const folder = join(import.meta.dirname, 'allocation');

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { stdout, stderr, status, signal } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: 280_000,
    maxBuffer: 2 ** 26,
    env: { ...process.env, ...env },
  });
  // What was tried last, and what was said of it.
  const last = stderr.trim().split('\n').slice(-8).join('\n');
  return { stdout: stdout.trim(), last, status, signal };
}

const compiler = process.env.CC ?? 'cc';
const isGlibc = process.report?.getReport() as
  | { header?: { glibcVersionRuntime?: string } }
  | undefined;
const reason = !isGlibc?.header?.glibcVersionRuntime
  ? 'this is not glibc, whose allocations can be intercepted'
  : spawnSync(compiler, ['--version']).status !== 0
    ? `there is no C compiler ${compiler}`
    : '';
if (reason !== '') console.log(`skipped: allocation.test.ts: ${reason}`);

describe.skipIf(reason !== '')('allocations that fail', () => {
  const temporary = mkdtempSync(join(tmpdir(), 'logits-allocation-'));
  const library = join(temporary, 'failing.node');
  beforeAll(() => {
    const options = ['-O1', '-shared', '-fPIC', '-o', library, join(folder, 'failing.c')];
    expect(run(compiler, [...options, '-ldl', '-pthread'])).toMatchObject({ last: '', status: 0 });
  });
  afterAll(() => rmSync(temporary, { recursive: true }));

  const failing = (program: string, ...words: string[]) =>
    run(process.execPath, [join(folder, program), library, ...words], { LD_PRELOAD: library });

  it.each(['one', 'onwards'])(
    'of all that a call makes, %s: a result or an error with a code',
    (kind) => {
      const { stdout, last, status, signal } = failing('sweep.cjs', kind);
      expect({ status, signal }, last).toEqual({ status: 0, signal: null });
      const [, attempts, failed] = stdout.match(/(\d+) attempts, (\d+) without memory/) ?? [];
      // Every function has allocated something, and gone without it.
      expect(Number(failed)).toBeGreaterThan(80);
      expect(Number(attempts)).toBeGreaterThan(Number(failed));
    },
  );

  it('of results: an error of JavaScript becomes one with a code', () => {
    expect(failing('results.cjs')).toEqual({
      stdout: '11 functions without memory',
      last: '',
      status: 0,
      signal: null,
    });
  });

  it('while the addon is loaded', () => {
    const answer = { stdout: 'an error at the most', last: '', status: 0, signal: null };
    expect(failing('loading.cjs')).toEqual(answer);
  });

  it('of threads, or threads themselves: the calling thread does it all', () => {
    const answer = { stdout: 'as on one thread', last: '', status: 0, signal: null };
    expect(failing('threads.cjs')).toEqual(answer);
  });
});

const hasPrlimit = spawnSync('prlimit', ['--version']).status === 0;
if (!hasPrlimit) console.log('skipped: allocation.test.ts: prlimit is not installed');

describe.skipIf(!hasPrlimit)('a process whose address space is limited', () => {
  it('gives errors with a code, and computes what fits', () => {
    const program = join(folder, 'limited.cjs');
    const { stdout, last, status, signal } = run('prlimit', [
      `--as=${3 * 2 ** 30}`,
      process.execPath,
      program,
    ]);
    expect({ status, signal }, last).toEqual({ status: 0, signal: null });
    expect(stdout.split('\n').at(-1)).toMatch(/^[1-9]\d* without memory, [1-9]\d* with$/);
  });
});
