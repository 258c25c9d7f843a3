// The hosts of run.mjs. Of each:
//
//   name      what users of run.mjs write
//   title     what the table says
//   command   the script and its arguments before stage and file
//   binary    the file of prebuilds/ that it gets
//   best      the instruction set that it must choose
//   few       without --all these files alone, since its processor is emulated and slow
//   alone     processes that its tests start do not run on it: what starts some is left out
//   needless  why it runs only when it is named
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from './stage.mjs';

const { isas } = createRequire(import.meta.url)(join(root, 'dist', 'index.js')).runtime();

/** On this machine's processor. */
const native = (name, title, command, binary = 'linux-x64/logits.glibc.node') => ({
  name,
  title,
  command,
  binary,
  best: isas[0],
});

const node = (version) =>
  native(`node-${parseInt(version, 10)}`, `Node.js ${version}`, ['node.sh', version]);

const windows = (version, program) => ({
  ...native(
    `wine-${program}-${parseInt(version, 10)}`,
    `Windows (Wine), Node.js ${version} as ${program}.exe`,
    ['wine.sh', version, program],
    'win32-x64/logits.node',
  ),
  alone: true,
});

const emulated = (name, title, command, best, few, binary = 'linux-x64/logits.glibc.node') => ({
  name,
  title,
  command,
  binary,
  best,
  few,
  alone: true,
});

const some = [
  'golden',
  'operations/seed',
  'operations/edges',
  'operations/edges-losses',
  'native/binding',
  'evaluation/update',
];

export const hosts = [
  node('18.20.8'),
  node('20.20.2'),
  node('22.23.3'),
  node('24.21.0'),
  node('26.12.1'),
  native('bun', 'Bun 1.4.5', ['bun.sh', '1.4.5']),
  native('deno', 'Deno 2.9.6', ['deno.sh', '2.9.6']),
  native(
    'bun-musl',
    'musl, Bun 1.4.5',
    ['bun-musl.sh', 'x64', '1.4.5'],
    'linux-x64/logits.musl.node',
  ),
  windows('18.20.8', 'node'),
  windows('20.20.2', 'node'),
  windows('22.23.3', 'node'),
  windows('20.20.2', 'electron'),
  emulated(
    'qemu-arm64',
    'arm64 (qemu), Node.js 20.20.2',
    ['qemu-arm64.sh', '20.20.2'],
    'neon',
    some,
    'linux-arm64/logits.glibc.node',
  ),
  emulated(
    'qemu-arm64-musl',
    'arm64 (qemu) with musl, Bun 1.4.5',
    ['bun-musl.sh', 'arm64', '1.4.5'],
    'neon',
    some,
    'linux-arm64/logits.musl.node',
  ),
  emulated(
    'qemu-nehalem',
    `x64 without AVX (qemu), Node.js ${process.versions.node}`,
    ['qemu-nehalem.sh'],
    'scalar',
    some,
  ),
  {
    ...emulated(
      'bochs-avx512',
      `x64 with AVX-512 (Bochs), Node.js ${process.versions.node}`,
      ['bochs-avx512.sh'],
      'avx512',
      ['golden'],
    ),
    needless: isas.includes('avx512') && 'this processor has AVX-512, so that all others run it',
  },
];
