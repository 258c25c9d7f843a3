// Programs that bundlers make: with the package left outside, and with it inside and its prebuilds/ beside the bundle.
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { check } from '../support/checks.mjs';
import { installedProject, run, tools, work } from './workspace.mjs';

/** What a module lacks that CommonJS has. */
const dirnameOfModules = { __dirname: 'import.meta.dirname' };
const requireOfModules =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

const isOurs = /^logits(\/|$)/;

async function esbuild({ build }, { entry, file, format, external }) {
  await build({
    entryPoints: [entry],
    outfile: file,
    bundle: true,
    platform: 'node',
    format,
    external: external ? ['logits'] : [],
    define: format === 'esm' ? dirnameOfModules : {},
    banner: format === 'esm' ? { js: requireOfModules } : {},
    logLevel: 'warning',
  });
}

async function rolldown({ build }, { entry, file, format, external }) {
  await build({
    input: entry,
    platform: 'node',
    external: external ? isOurs : [],
    output: { file, format },
    logLevel: 'warn',
  });
}

async function vite({ build }, { entry, file, external }) {
  await build({
    configFile: false,
    root: dirname(entry),
    define: external ? {} : dirnameOfModules,
    ssr: external ? {} : { noExternal: true },
    build: {
      ssr: entry,
      outDir: dirname(file),
      rolldownOptions: { output: { entryFileNames: 'main.mjs' } },
    },
    logLevel: 'warn',
  });
}

async function webpack({ default: start }, { entry, file, format, external }) {
  const isModule = format === 'esm';
  const output = { path: dirname(file), filename: basename(file) };
  const ofModules = {
    experiments: { outputModule: true },
    output: { ...output, module: true, library: { type: 'module' } },
  };
  const settings = {
    mode: 'production',
    target: 'node',
    entry,
    output,
    externals: external ? [isOurs] : [],
    externalsType: isModule ? 'module' : 'commonjs',
    ...(isModule ? ofModules : {}),
  };
  const stats = await new Promise((resolve, reject) => {
    start(settings, (error, stats) => (error ? reject(error) : resolve(stats)));
  });
  assert.equal(stats.toString({ all: false, errors: true, warnings: true }), '');
}

const bundlers = {
  esbuild: {
    specifier: 'esbuild@0.28.2',
    bundle: esbuild,
    formats: ['esm', 'cjs'],
    isCommon: true,
  },
  rolldown: { specifier: 'rolldown@1.3.2', bundle: rolldown, formats: ['esm', 'cjs'] },
  vite: { specifier: 'vite@8.3.8', bundle: vite, formats: ['esm'] },
  webpack: { specifier: 'webpack@5.113.0', bundle: webpack, formats: ['esm', 'cjs'] },
};

/** A tool of the registry's as a module. */
async function load(name, specifier) {
  const { resolve } = createRequire(join(tools(specifier), 'any.js'));
  return await import(pathToFileURL(resolve(name)));
}

export async function bundleBy(name, options) {
  const { specifier, bundle } = bundlers[name];
  await bundle(await load(name, specifier), options);
}

/** The files that a program needs, as those who deploy functions find them. */
async function traced(app, entry) {
  const { nodeFileTrace } = await load('@vercel/nft', '@vercel/nft@1.11.5');
  const { fileList } = await nodeFileTrace([join(app, entry)], { base: app });
  return [...fileList];
}

export async function checkBundlers({ tarball, all }) {
  const app = installedProject(tarball);
  for (const [name, { formats, isCommon }] of Object.entries(bundlers)) {
    if (!all && !isCommon) continue;
    for (const format of formats) {
      const ending = format === 'esm' ? 'mjs' : 'cjs';
      const entry = join(app, `use-bundled.${ending}`);

      await check(`${name}, ${format}: left outside`, async () => {
        const file = join(app, 'out', `${name}-${format}`, `main.${ending}`);
        await bundleBy(name, { entry, file, format, external: true });
        const { stdout } = run([process.execPath, file]);
        assert.ok(stdout.startsWith(join(app, 'node_modules', 'logits', 'prebuilds')), stdout);
      });

      await check(`${name}, ${format}: inside, its binaries beside it`, async () => {
        const folder = join(work, 'bundled', `${name}-${format}`);
        const file = join(folder, `main.${ending}`);
        await bundleBy(name, { entry, file, format, external: false });
        const prebuilds = join(folder, 'prebuilds');
        cpSync(join(app, 'node_modules', 'logits', 'prebuilds'), prebuilds, { recursive: true });
        const { stdout } = run([process.execPath, file]);
        assert.ok(stdout.startsWith(prebuilds), stdout);
      });
    }
  }

  for (const entry of ['use-bundled.mjs', 'use-bundled.cjs']) {
    await check(`@vercel/nft finds the binary that ${entry} needs`, async () => {
      const files = await traced(app, entry);
      assert.ok(
        files.some((file) => /^node_modules\/logits\/prebuilds\/.*\.node$/.test(file)),
        files.join('\n'),
      );
    });
  }
}
