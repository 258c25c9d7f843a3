import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'vitest';

const root = join(import.meta.dirname, '..', '..', '..');

/** Compiles lib/ into this folder. On other hosts, ../../hosts/copy-compiled.mjs stands for this file. */
export function compileInto(dist: string): void {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const config = join(root, 'tsconfig.build.json');
  const compiled = spawnSync(process.execPath, [compiler, '--project', config, '--outDir', dist], {
    encoding: 'utf8',
  });
  expect(compiled).toMatchObject({ stdout: '', status: 0 });
}
