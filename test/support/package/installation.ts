import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { native } from '../../../lib/native/addon.js';
import { compileInto } from './compile.js';

const root = join(import.meta.dirname, '..', '..', '..');

/**
 * Compiles lib/ into the folder `dist`, and returns a function that puts the package as it is
 * installed into a folder of the given name, perhaps with a file as its addon: the addon under
 * test, or one with these contents.
 */
export function installerOf(dist: string, folder: (name: string) => string) {
  compileInto(dist);

  return function install(name: string, addonPath?: string[], addon?: string | Uint8Array): void {
    for (const dependency of ['bindings', 'detect-libc', 'file-uri-to-path']) {
      const path = join('node_modules', dependency);
      cpSync(join(root, path), join(folder(name), path), { recursive: true });
    }
    cpSync(dist, join(folder(name), 'dist'), { recursive: true });
    if (!addonPath) return;
    const file = join(folder(name), ...addonPath);
    mkdirSync(join(file, '..'), { recursive: true });
    if (addon === undefined) cpSync(native.path, file);
    else writeFileSync(file, addon);
  };
}
