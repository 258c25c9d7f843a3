import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { terminatesLoops } from '../support/host.js';

// All functions in eight threads at once, and in the middle of calls whatever ends a thread or the
// process; and on memory that another thread writes to. In processes of their own, which run dist/.

const root = join(import.meta.dirname, '..', '..');

function run(program: string, ...words: string[]) {
  const file = join(root, 'test', 'threads', 'processes', program);
  const { stdout, stderr, status, signal } = spawnSync(process.execPath, [file, ...words], {
    encoding: 'utf8',
    timeout: 120_000,
  });
  return { stdout: stdout.trim(), stderr, status, signal };
}

const done = { stdout: 'done', stderr: '', status: 0, signal: null };
const kinds = ['calls', 'promises'].filter(
  (kind) => kind === 'calls' || existsSync(join(root, 'dist', 'promises.js')),
);
if (kinds.length === 1) console.log('skipped: processes.test.ts: no promises');

describe.runIf(terminatesLoops).each(kinds)('eight workers with %s', (kind) => {
  it('at once give the same bits', () => {
    expect(run('workers.cjs', 'together', kind)).toEqual(done);
  });

  it.each(['terminated', 'thrown', 'exited'])('%s in the middle: the others go on', (way) => {
    expect(run('workers.cjs', way, kind)).toEqual(done);
  });

  it('and the main thread: process.exit() in the middle ends them all', () => {
    for (let round = 0; round < 2; round++) {
      const ended = { stdout: '', stderr: '', status: 7, signal: null };
      expect(run('workers.cjs', 'exit of all', kind)).toEqual(ended);
    }
  });
});

describe.runIf(terminatesLoops)('memory that another thread fills with random bits', () => {
  it('makes results meaningless, and nothing else', () => {
    const { stdout, ...end } = run('racing.cjs', '20');
    expect(end).toEqual({ stderr: '', status: 0, signal: null });
    // Both have been seen, thousands of times where the machine is not busy.
    expect(stdout).toMatch(/^\d{3,} results, \d{2,} errors$/);
  });
});
