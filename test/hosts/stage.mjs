// A stage: a folder laid out like the repository, with what any host can run: the compiled package as it ships, the test files
// as plain CommonJS, whose 'vitest' is vitest.mjs, and what they read.
import { cpSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { rolldown } from 'rolldown';
import { viteImportGlobPlugin } from 'rolldown/experimental';

export const root = resolve(import.meta.dirname, '..', '..');
const tests = join(root, 'test');
const entry = '\0entry:';

/** Imports of lib/ become those of dist/, so that what ships is tested, and once in a process. */
const bundling = {
  name: 'stage',
  resolveId(source, importer) {
    if (source.startsWith(entry)) return source;
    if (source === 'vitest') return join(import.meta.dirname, 'vitest.mjs');
    // vitest's own, of its version.
    if (source.startsWith('@vitest/')) {
      return this.resolve(source, join(root, 'node_modules', 'vitest', 'package.json'), {
        skipSelf: true,
      });
    }
    if (source.endsWith('/compile.js')) return join(import.meta.dirname, 'copy-compiled.mjs');
    if (!source.startsWith('.')) return null;
    const path = relative(join(root, 'lib'), resolve(dirname(importer), source));
    if (path.startsWith('..')) return null;
    return { id: `../dist/${path.split(sep).join('/').replace(/\.ts$/, '.js')}`, external: true };
  },
  load(id) {
    if (!id.startsWith(entry)) return null;
    const name = id.slice(entry.length);
    const file = JSON.stringify(join(tests, `${name}.test.ts`));
    return `import { run } from 'vitest'; run('${name}', () => import(${file}));`;
  },
  // Every file of a stage lies in test/, and Node.js 18 has no import.meta.dirname.
  transform(code, id) {
    if (!id.startsWith(tests + sep)) return null;
    const folder = relative(tests, dirname(id)).split(sep).join('/');
    return code.replaceAll('import.meta.dirname', `(__dirname + '/${folder}')`);
  },
};

const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));

/** What is needed beside the bundles, the packages that lib/ imports among them. */
const copied = [
  'dist',
  'package.json',
  'examples/digits.csv.gz',
  ...['fixtures', 'fuzz', 'golden', 'support', 'threads/processes'].map((name) => `test/${name}`),
  ...Object.keys(packages).filter((path) => path !== '' && !packages[path].dev),
];

async function bundleTests(folder, names) {
  const bundle = await rolldown({
    input: Object.fromEntries(names.map((name) => [name, entry + name])),
    platform: 'node',
    plugins: [viteImportGlobPlugin(), bundling],
    logLevel: 'warn',
  });
  await bundle.write({
    dir: folder,
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: 'part-[name].cjs',
  });
  await bundle.close();
}

/** Makes the stage for these test files, by their paths below test/; `golden` needs no bundle. */
export async function makeStage(stage, files) {
  for (const path of copied) cpSync(join(root, path), join(stage, path), { recursive: true });
  const names = [...files].filter((name) => name !== 'golden');
  if (names.length > 0) await bundleTests(join(stage, 'test'), names);
  // ECharts is large, and little of it is read: no copy.
  if (names.some((name) => /^(report|command)\//.test(name))) {
    for (const name of ['echarts', 'zrender', 'tslib']) {
      const path = join('node_modules', name);
      symlinkSync(join(root, path), join(stage, path), 'junction');
    }
  }
}
