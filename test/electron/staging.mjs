// The example as it lies where somebody has installed it.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
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

/** What the package's tarball holds, by its list of files, with this checkout's own build as its binary. */
function copyBuild(to) {
  const { files } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
  for (const name of ['package.json', ...files]) {
    const from = join(repository, name);
    if (existsSync(from)) cpSync(from, join(to, name), { recursive: true });
  }
  const platform = `${process.platform}-${process.arch}`;
  const built = join(repository, 'build', 'Release', 'logits.node');
  cpSync(built, join(to, 'prebuilds', platform, 'logits.node'));
}

/** Installs `logits` in a folder: from a tarball or, without one, this checkout's build. */
export function installLogits(app, tarball) {
  const modules = join(app, 'node_modules');
  const to = join(modules, 'logits');
  mkdirSync(to, { recursive: true });
  if (tarball) execFileSync('tar', ['-xzf', tarball, '-C', to, '--strip-components=1']);
  else copyBuild(to);
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
