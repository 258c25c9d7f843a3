// Packs the package as it would be published, and tries the tarball as others would: what is in it, how package managers
// install it, what TypeScript and bundlers make of it.
//
//   node test/package/check.mjs [--all] [--tarball FILE] [CONCERN...]
//
// Without --all each concern is tried in its most common forms, and what takes minutes (executables, compilers) not at all.
// --tarball is a package packed before. Tools come from the npm registry; where that does not answer, the contents alone
// are checked. Ends with one line 'N passed, N failed', or with 77 where all is skipped.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { conclude, skip } from '../support/checks.mjs';
import { checkBundlers } from './bundlers.mjs';
import { checkContents } from './contents.mjs';
import { checkManagers } from './managers.mjs';
import { checkRebuild } from './rebuild.mjs';
import { checkSingleExecutables } from './single-executables.mjs';
import { checkTypes } from './types.mjs';
import { repository, run, work } from './workspace.mjs';

const concerns = {
  contents: { check: checkContents, offline: true },
  managers: { check: checkManagers },
  types: { check: checkTypes },
  bundlers: { check: checkBundlers },
  'single-executables': { check: checkSingleExecutables, long: true },
  rebuild: { check: checkRebuild, long: true },
};

const { values, positionals } = parseArgs({
  options: { all: { type: 'boolean', default: false }, tarball: { type: 'string' } },
  allowPositionals: true,
});

function isOnline() {
  try {
    run(['npm', 'ping', '--fetch-retries=0']);
    return true;
  } catch {
    return false;
  }
}

const { all } = values;
const names = Object.keys(concerns);
const wanted =
  positionals.length > 0 ? positionals : names.filter((name) => all || !concerns[name].long);
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) throw new Error(`Expected some of ${names}, received ${unknown}`);

const online = isOnline();
const possible = wanted.filter((name) => online || concerns[name].offline);
for (const name of wanted) {
  if (!possible.includes(name)) skip(name, 'the npm registry cannot be reached');
}
if (possible.length === 0) process.exit(77);

const tarball = values.tarball
  ? resolve(values.tarball)
  : run(['scripts/pack.sh', work], { cwd: repository }).stdout.trim();
for (const name of possible) await concerns[name].check({ tarball, all });
process.exit(conclude());
