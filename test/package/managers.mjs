// Installs the tarball by each package manager and uses it from there.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { check } from '../support/checks.mjs';
import { managers } from './managers-table.mjs';
import { folderWithNode, nodeOf, project, run } from './workspace.mjs';

/** Besides what a manager is told: through what answers nothing, no registry is reached. */
const proxies = ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'];
const nowhere = Object.fromEntries(proxies.map((name) => [name, 'http://127.0.0.1:9']));

/** The first fills the cache that the others install from. */
const ways = [
  { name: 'scripts, compilers', scripts: true, compilers: true, isCommon: true },
  { name: 'neither, offline', offline: true, isCommon: true },
  { name: 'scripts, offline', scripts: true, offline: true },
  { name: 'compilers, offline', compilers: true, offline: true },
];

const lockfiles = new Map();

/** A project where this manager has installed the package: its folder, and what runs programs there. */
export function installBy(manager, name, tarball, { scripts, compilers, offline, headers }) {
  const program = manager.program();
  // `logits rebuild` alone takes them.
  const more = headers && { 'node-addon-api': '^8.9.2' };
  const dependencies = { logits: `file:${tarball}`, ...more };
  const cwd = project(name, { dependencies, ...manager.manifest });
  const lockfile = manager.lockfile && join(cwd, manager.lockfile);
  if (lockfile) writeFileSync(lockfile, lockfiles.get(manager) ?? '');

  const parts = [manager.install];
  if (!scripts) parts.push(manager.withoutScripts);
  if (offline) parts.push(manager.offline, { env: nowhere });
  const path = [dirname(program), folderWithNode(nodeOf(manager.nodeMajor))];
  if (compilers) path.push(process.env.PATH);
  const env = Object.assign({ PATH: path.join(delimiter) }, ...parts.map((part) => part.env));
  run([program, ...parts.flatMap((part) => part.args ?? [])], { cwd, env });
  if (lockfile) lockfiles.set(manager, readFileSync(lockfile, 'utf8'));
  return { cwd, runThere: (command, more) => run(command, { cwd, env: { ...env, ...more } }) };
}

/** The addon that programs of both kinds load in this project, in workers too. */
export function addonsOf(manager, runThere) {
  return ['use.mjs', 'use.cjs'].map((file) =>
    runThere([...manager.node, file])
      .stdout.trim()
      .split('\n')
      .at(-1),
  );
}

function tryWay(manager, name, tarball, way) {
  const { cwd, runThere } = installBy(manager, name, tarball, way);
  for (const addon of addonsOf(manager, runThere)) assert.match(addon, /\bprebuilds\b/);
  runThere([...manager.node, 'use-command.mjs', ...manager.logits]);
  const built = join(cwd, 'node_modules', 'logits', 'native', 'build');
  assert.ok(!existsSync(built), 'nothing has been compiled');
}

export async function checkManagers({ tarball, all }) {
  for (const [name, manager] of Object.entries(managers)) {
    for (const way of ways) {
      if (!all && !(manager.isCommon && way.isCommon)) continue;
      const title = `${name}: ${way.name}`;
      await check(title, () => tryWay(manager, title.replaceAll(/\W+/g, '-'), tarball, way));
    }
  }
}
