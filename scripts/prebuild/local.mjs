// Before packing: where no binary has been made for this machine, its own build stands in, so that the package can be used here.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { familySync } from 'detect-libc';
import { fileOf } from './targets.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { platform, arch } = process;
// null on other systems than Linux, whose files name no libc.
const file = join(root, fileOf({ platform, arch, libc: familySync() }));
if (!existsSync(file)) {
  mkdirSync(dirname(file), { recursive: true });
  copyFileSync(join(root, 'build', 'Release', 'logits.node'), file);
  spawnSync('strip', [file]); // as prebuildify does; the same code without
}
