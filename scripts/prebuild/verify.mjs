#!/usr/bin/env node
// Before a release: fails if one of the binaries that the package ships is missing, or was built from another commit.
//
//   node scripts/prebuild/verify.mjs [COMMIT]        default: the one that is checked out
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileOf, targets } from './targets.mjs';

const root = join(import.meta.dirname, '..', '..');
const [, , given] = process.argv;
const commit =
  given ?? execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();

for (const file of targets.map(fileOf)) {
  const path = join(root, file);
  const bytes = existsSync(path) ? readFileSync(path) : undefined;
  // The whole text: a build of a changed tree has more behind it.
  const reason =
    bytes === undefined
      ? 'is missing'
      : bytes.includes(`\0${commit}\0`)
        ? undefined
        : `was not built from ${commit}`;
  console.log(reason === undefined ? `ok      ${file}` : `FAILED  ${file} ${reason}`);
  if (reason !== undefined) process.exitCode = 1;
}
