// The example as it lies where somebody has installed it.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../../', import.meta.url));
const example = join(repository, 'examples', 'electron');
const isInstalled = (path) => path.split(/[\\/]/).includes('node_modules');

/** Packages that this repository has installed, with all that they depend on. */
function copyPackages(names, modules) {
  for (const name of names) {
    const from = join(repository, 'node_modules', name);
    const to = join(modules, name);
    if (existsSync(to)) continue;
    cpSync(from, to, { recursive: true });
    const { dependencies = {} } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'));
    copyPackages(Object.keys(dependencies), modules);
  }
}

let packed;

/** This checkout's package, packed once. */
function pack() {
  const script = join(repository, 'scripts', 'pack.sh');
  const into = () => mkdtempSync(join(tmpdir(), 'logits-packed-'));
  packed ??= execFileSync(script, [into()], { encoding: 'utf8' }).trim();
  return packed;
}

/** Installs `logits` in a folder: from a tarball or, without one, as this checkout would be packed. */
export function installLogits(app, tarball = pack()) {
  const modules = join(app, 'node_modules');
  const to = join(modules, 'logits');
  mkdirSync(to, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', to, '--strip-components=1']);
  const { dependencies = {} } = JSON.parse(readFileSync(join(to, 'package.json'), 'utf8'));
  copyPackages(Object.keys(dependencies), modules);
}

/** The example's own files. */
export function copyExample(app) {
  cpSync(example, app, {
    recursive: true,
    filter: (path) => !isInstalled(path.slice(repository.length)),
  });
}

/** The example with the substitute in Electron's place; its main module. */
export function stage(app, tarball) {
  copyExample(app);
  installLogits(app, tarball);
  const modules = join(app, 'node_modules');
  symlinkSync(join(repository, 'node_modules', 'echarts'), join(modules, 'echarts'), 'junction');
  symlinkSync(
    join(dirname(fileURLToPath(import.meta.url)), 'substitute'),
    join(modules, 'electron'),
    'junction',
  );
  return join(app, 'main.mjs');
}
