import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { native } from '../../lib/native/addon.js';

// The kernels on memory whose neighbours cannot be read: a C++ program with the objects of the local
// build, since JavaScript has no such memory. guard-pages/main.cc says what it does.

const root = join(import.meta.dirname, '..', '..');
const release = join(root, 'build', 'Release');
const compiler = process.env.CXX ?? 'c++';
const reason =
  process.platform === 'win32'
    ? 'Windows has no mmap'
    : !existsSync(release) || !readdirSync(release).some((name) => /^kernels_.*\.a$/.test(name))
      ? 'there is no local build whose kernels could be linked'
      : spawnSync(compiler, ['--version']).status !== 0
        ? `there is no C++ compiler ${compiler}`
        : '';
if (reason !== '') console.log(`skipped: guard-pages.test.ts: ${reason}`);

describe.skipIf(reason !== '')('with unreadable pages around', () => {
  const folder = mkdtempSync(join(tmpdir(), 'logits-guard-pages-'));
  const program = join(folder, 'main');
  afterAll(() => rmSync(folder, { recursive: true }));

  beforeAll(() => {
    const archives = readdirSync(release)
      .filter((name) => /^kernels_.*\.a$/.test(name))
      .map((name) => join(release, name));
    const sources = [
      'test/memory/guard-pages/main.cc',
      'native/isa/dispatch.cc',
      'native/platform/cpu-features.cc',
    ];
    const options = ['-std=c++17', '-O1', '-o', program];
    const built = spawnSync(
      compiler,
      [...options, ...sources.map((source) => join(root, source)), ...archives],
      { encoding: 'utf8' },
    );
    expect(built.stderr).toBe('');
  });

  it('nothing outside the arrays is touched, and no ignored row', () => {
    const { status, signal, stdout } = spawnSync(program, { encoding: 'utf8' });
    expect({ status, signal }).toEqual({ status: 0, signal: null });
    const names = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(':')[0]);
    expect(names).toEqual(native.isas());
  });

  it('a read behind an array would have been seen', () => {
    expect(spawnSync(program, ['page']).signal).toMatch(/^SIG(SEGV|BUS)$/);
  });
});
