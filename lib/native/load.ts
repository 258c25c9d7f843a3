import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import bindings from 'bindings';
import { familySync, GLIBC } from 'detect-libc';
import { addonNotFound } from '../arguments/errors.js';
import { boundaryHash } from './boundary.js';

/** The package's folder. Where a bundler has put this file into another, two folders above that. */
const root = join(__dirname, '..', '..');
// Spelled out like this, it is seen by those who trace which files a program needs.
const shipped = join(__dirname, '..', '..', 'prebuilds');

const platform = `${process.platform}-${process.arch}`;
// glibc is by far the more common: where the system does not tell, its binary is tried.
const libc = process.platform === 'linux' ? (familySync() ?? GLIBC) : undefined;
const prebuilt = ['logits', libc, 'node'].filter((part) => part !== undefined).join('.');

/** Where the addon may be: local builds, what the package ships, and that beside a bundle. */
const files: readonly (readonly [folder: string, name: string])[] = [
  [join(root, 'build', 'Release'), 'logits.node'],
  [join(root, 'native', 'build', 'Release'), 'logits.node'],
  [join(shipped, platform), prebuilt],
  [join(__dirname, 'prebuilds', platform), prebuilt],
];

/** Whether it is not the file that is wrong: Node.js and Deno load addons only where they may. */
function isForbidden(error: unknown): boolean {
  const { code, name } = error as NodeJS.ErrnoException;
  return code === 'ERR_DLOPEN_DISABLED' || name === 'NotCapable';
}

/** What helps, by what went wrong and where this file lies. */
function advice(errors: readonly unknown[]): string {
  if (errors.some(isForbidden)) {
    return 'This process may not load addons: --allow-addons lets Node.js do so, --allow-ffi Deno';
  }
  if (/\.asar\b/.test(__dirname)) {
    return 'Have *.node unpacked from the archive (electron-builder: asarUnpack, Forge: asar.unpack)';
  }
  if (!existsSync(join(root, 'native', 'binding.gyp'))) {
    return (
      'logits seems to be part of a bundle: keep it external, or copy its folder prebuilds/ to ' +
      `${__dirname}, or name the file in LOGITS_BINARY`
    );
  }
  return compileAdvice();
}

function compileAdvice(): string {
  const isCheckout = existsSync(join(root, 'binding.gyp'));
  const command = isCheckout ? 'npm run build:native' : 'npx logits rebuild';
  return `Compile it, which takes Python 3, a C++17 compiler and the package node-addon-api, with: ${command}`;
}

/** What an addon says of itself; those of version 0.1 say less. */
interface Origin {
  readonly path: string;
  readonly boundary?: unknown;
  readonly version?: unknown;
  readonly commit?: unknown;
}

/** Refuses an addon whose numbers and arguments are not those of this lib/. */
function expectFitting({ path, boundary, version, commit }: Origin, given: string): void {
  if (boundary === boundaryHash) return;
  const built = version === undefined ? 'an earlier version' : `version ${version}`;
  const from = commit === undefined || commit === 'none' ? 'a local build' : `commit ${commit}`;
  const remedy =
    given === ''
      ? compileAdvice()
      : 'Name a binary of this version in LOGITS_BINARY, or unset the variable';
  throw addonNotFound(
    `The logits binary ${path} was built from ${built} of logits (${from}), with another native/boundary.def than this one. ${remedy}`,
  );
}

const reasonFor = (file: string, error: unknown) =>
  existsSync(file) ? String(error).split('\n')[0] : 'there is no such file';

/** The addon in this file, whatever its name, and no other in its place. */
function loadGiven(file: string): Origin {
  const module = { exports: {} };
  try {
    process.dlopen(module, file);
  } catch (error) {
    throw addonNotFound(
      `No logits binary could be loaded from LOGITS_BINARY. Tried:\n  ${file}: ${reasonFor(file, error)}`,
    );
  }
  return Object.assign(module.exports, { path: file });
}

/**
 * Loads the addon, and adds the `path` of its file.
 *
 * @param given - The one file that it is to be, where one has been named.
 * @throws Error `ERR_ADDON_NOT_FOUND`: each file tried, why it is not the one, and what helps; or the file that was built from
 *   another native/boundary.def.
 */
export function loadAddon(given = ''): object {
  const addon = given === '' ? findAddon() : loadGiven(resolve(given));
  expectFitting(addon, given);
  return addon;
}

function findAddon(): Origin {
  const failures: string[] = [];
  const errors: unknown[] = [];
  for (const [folder, name] of files) {
    try {
      // bindings joins the segments of a row; `bindings` among them stands for the file's name.
      return bindings({ bindings: name, module_root: root, try: [[folder, 'bindings']] });
    } catch (error) {
      errors.push(error);
      const file = join(folder, name);
      failures.push(`  ${file}: ${reasonFor(file, error)}`);
    }
  }
  const system = libc === undefined ? platform : `${platform} with ${libc}`;
  throw addonNotFound(
    `No logits binary could be loaded for ${system}. Tried:\n${failures.join('\n')}\n${advice(errors)}`,
  );
}
