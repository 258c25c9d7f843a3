// `logits rebuild` where package managers have installed the package: it compiles the sources that lie there.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { check } from '../support/checks.mjs';
import { addonsOf, installBy } from './managers.mjs';
import { managers } from './managers-table.mjs';

/** What npm tells programs that it runs, and others do not: where Node's headers are. */
function nodedir() {
  const { stdout } = spawnSync('npm', ['config', 'get', 'nodedir'], { encoding: 'utf8' });
  return /^(?:null|undefined)?$/.test(stdout.trim()) ? {} : { npm_config_nodedir: stdout.trim() };
}

// It is the way there that is tried: other checks look at what optimised code computes.
const settings = { CXXFLAGS: '-O0', ...nodedir() };

export async function checkRebuild({ tarball }) {
  for (const name of ['npm 11', 'npm 12', 'pnpm 12', 'yarn 4 with PnP']) {
    const manager = managers[name];
    const folder = `rebuilt-${name.replaceAll(' ', '-')}`;
    await check(`logits rebuild, installed by ${name}`, () => {
      const { runThere } = installBy(manager, folder, tarball, {
        scripts: true,
        compilers: true,
        headers: true,
      });
      runThere([...manager.exec, 'rebuild'], settings);
      const built = join('logits', 'native', 'build', 'Release', 'logits.node');
      for (const addon of addonsOf(manager, runThere)) assert.ok(addon.endsWith(built), addon);
    });
  }

  await check('logits rebuild without compilers says what it takes', () => {
    const { runThere } = installBy(managers['npm 11'], 'not-rebuilt', tarball, { headers: true });
    assert.throws(
      () => runThere([process.execPath, 'node_modules/logits/dist/command/main.js', 'rebuild']),
      /Python.*logits: Expected \S* to compile \S*, received its errors, above/s,
    );
  });
}
