import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

// A function that is compiled with an instruction set's flags and shared by name with another unit may
// be the copy that the linker keeps for all: then a processor without these instructions dies in it.
// So every symbol that such an object defines must carry its own type's name.
const types = { scalar: 'Scalar', avx2: 'Avx2', avx512: 'Avx512', neon: 'Neon' } as const;
const root = join(import.meta.dirname, '..', '..');

function objectOf(build: string, isa: string): string {
  return join(root, 'build', build, 'obj.target', `kernels_${isa}`, 'native', 'isa', `${isa}.o`);
}

const objects = ['Release', 'Debug'].flatMap((build) =>
  Object.entries(types)
    .map(([isa, type]) => ({ build, isa, type, file: objectOf(build, isa) }))
    .filter(({ file }) => existsSync(file)),
);
const hasNm = spawnSync('nm', ['--version']).status === 0;
const reason = !hasNm
  ? 'nm is not installed'
  : objects.length === 0
    ? 'no object files here (only a local build on Linux leaves them)'
    : '';
if (reason !== '') console.log(`skipped: symbols.test.ts: ${reason}`);

describe.skipIf(reason !== '')('the objects of one instruction set', () => {
  it.each(objects)('$build/$isa define nothing that another unit could share', ({ type, file }) => {
    const lines = execFileSync('nm', ['-C', '--defined-only', file], {
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    })
      .trim()
      .split('\n');
    // Capital letters and weak ones are visible to other units.
    const visible = lines.filter((line) => /^[0-9a-f]+ [A-TV-Zuvw] /.test(line));
    expect(visible.length).toBeGreaterThan(0);
    const own = new RegExp(`\\b(${type}\\b|k${type}Table$)`);
    expect(visible.filter((line) => !own.test(line))).toEqual([]);
  });

  it.each(objects)('$build/$isa call nothing of the mathematics library', ({ file }) => {
    const undefinedSymbols = execFileSync('nm', ['-u', file], {
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    });
    const names = undefinedSymbols.match(/\bU (\S+)/g)?.map((line) => line.slice(2)) ?? [];
    const allowed = /^(mem(cpy|set|move)|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_)$/;
    expect(names.filter((name) => !allowed.test(name))).toEqual([]);
  });
});
