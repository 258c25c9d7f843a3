#!/usr/bin/env node
// Builds the binaries that the package ships, all from one Linux machine, by prebuildify with zig as the compiler:
//
//   npm run prebuild:all                             all of them
//   npm run prebuild:all -- linux-x64-glibc win32-x64
//
// They lie in prebuilds/ then. zig's caches stay in node_modules/.cache/zig: the first build for a target compiles its C++ library.
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileOf, nameOf, targets } from './targets.mjs';

const root = join(import.meta.dirname, '..', '..');

const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
const hasChanges = git('status', '--porcelain') !== '';
const commit = `${git('rev-parse', 'HEAD')}${hasChanges ? '-changed' : ''}`;

/** prebuildify moves the addon out of the build/ of its folder: one of its own, so that a checkout keeps its build. */
function build(target) {
  const folder = join(root, 'node_modules', '.cache', 'prebuild', nameOf(target));
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(root, 'package.json'), join(folder, 'package.json'));
  const { platform, arch, libc } = target;
  const options = ['--napi', '--name', 'logits', '--platform', platform, '--arch', arch];
  if (libc !== undefined) options.push('--tag-libc', libc);
  const { status } = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules', 'prebuildify', 'bin.js'),
      ...options,
      '--cwd',
      folder,
      '--out',
      root,
    ],
    {
      stdio: 'inherit',
      env: {
        ...process.env,
        PREBUILD_NODE_GYP: join(import.meta.dirname, 'zig-gyp.mjs'),
        LOGITS_COMMIT: commit,
        LOGITS_PREBUILD: nameOf(target),
      },
    },
  );
  return status === 0;
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !targets.some((target) => nameOf(target) === name));
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(', ')}; there are ${targets.map(nameOf).join(', ')}`);
  process.exit(2);
}
for (const target of targets) {
  if (wanted.length > 0 && !wanted.includes(nameOf(target))) continue;
  const start = Date.now();
  if (!build(target)) process.exit(1);
  const file = fileOf(target);
  const megabytes = (statSync(join(root, file)).size / 1e6).toFixed(2);
  console.log(`${file}: ${megabytes} MB in ${Math.round((Date.now() - start) / 1000)} s`);
}
