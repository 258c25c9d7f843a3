// Before packing: where no binary has been made for this machine, its own build stands in, so that the package can be used here.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fileOf } from './targets.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { platform, arch } = process;
const { glibcVersionRuntime } = process.report.getReport().header;
const libc = platform !== 'linux' ? undefined : glibcVersionRuntime ? 'glibc' : 'musl';

const file = join(root, fileOf({ platform, arch, libc }));
if (!existsSync(file)) {
  mkdirSync(dirname(file), { recursive: true });
  copyFileSync(join(root, 'build', 'Release', 'logits.node'), file);
  spawnSync('strip', [file]); // as prebuildify does; the same code without
}
