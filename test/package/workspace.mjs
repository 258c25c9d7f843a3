// A temporary folder with the tarball, the tools that it is tried with, and projects that it is installed in.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
export const repository = fileURLToPath(new URL('../../', import.meta.url));

/** What every check writes into. */
export const work = realpathSync(mkdtempSync(join(tmpdir(), 'logits-package-')));
process.once('exit', () => rmSync(work, { recursive: true, force: true }));

const MESSAGE_CHARACTERS = 4000;

/** Runs a program and returns what it wrote; throws the end of it when the program fails. */
export function run([command, ...args], { cwd, env } = {}) {
  const { status, signal, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  if (status !== 0) {
    const end = error ?? `${stdout}\n${stderr}`.slice(-MESSAGE_CHARACTERS);
    throw new Error(`${[command, ...args].join(' ')} ended with ${status ?? signal}\n${end}`);
  }
  return { stdout, stderr };
}

const quiet = ['--silent', '--no-audit', '--no-fund'];

/** The node_modules of a folder where npm has installed this package of the registry's. */
export function tools(specifier) {
  const folder = join(work, 'tools', specifier.replaceAll('/', '-'));
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{}');
    run(['npm', 'install', ...quiet, specifier], { cwd: folder });
  }
  return join(folder, 'node_modules');
}

/** The Node.js of this major version, from the registry; without one, this process's own. */
export function nodeOf(major) {
  if (major === undefined) return process.execPath;
  const name = `node-${process.platform}-${process.arch}`;
  return join(tools(`${name}@${major}`), name, 'bin', 'node');
}

/** For a PATH with this Node.js and nothing else: no compiler, no make, no Python. */
export function folderWithNode(node) {
  const folder = join(work, 'nodes', node.replaceAll(/\W+/g, '-'));
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true });
    symlinkSync(node, join(folder, 'node'));
  }
  return folder;
}

/** A folder with the programs of this one and a package.json. */
export function project(name, manifest = {}) {
  const folder = join(work, name);
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(here).filter((file) => /^use\b/.test(file))) {
    cpSync(join(here, file), join(folder, file));
  }
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'app', private: true, ...manifest }),
  );
  return folder;
}

let installed;

/** A project where npm has installed the package; the same one for all who ask. */
export function installedProject(tarball) {
  if (installed === undefined) {
    installed = project('installed', { dependencies: { logits: `file:${tarball}` } });
    run(['npm', 'install', ...quiet], { cwd: installed });
  }
  return installed;
}
