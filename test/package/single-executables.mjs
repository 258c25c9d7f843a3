// Single executables: Node.js with a bundled program in it, and the addon in a file beside it or in the executable.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { check } from '../support/checks.mjs';
import { bundleBy } from './bundlers.mjs';
import { installedProject, nodeOf, run, tools, work } from './workspace.mjs';

const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/** Before Node.js 25.5: the program becomes a file, which another tool puts into a copy of Node.js. */
function inject(node, folder, config) {
  const output = join(folder, 'program.blob');
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config, output }));
  run([node, '--experimental-sea-config', 'config.json'], { cwd: folder });
  const file = join(folder, 'app');
  copyFileSync(node, file);
  const postject = join(tools('postject@1.0.0-alpha.6'), '.bin', 'postject');
  run([postject, file, 'NODE_SEA_BLOB', output, '--sentinel-fuse', fuse]);
  return file;
}

function build(node, folder, config) {
  const output = join(folder, 'app');
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config, output }));
  run([node, '--build-sea', 'config.json'], { cwd: folder });
  return output;
}

export async function checkSingleExecutables({ tarball }) {
  const app = installedProject(tarball);
  const bundle = join(work, 'executable.cjs');
  const entry = join(app, 'use-executable.cjs');
  await bundleBy('esbuild', { entry, file: bundle, format: 'cjs', external: false });
  const prebuilds = join(
    app,
    'node_modules/logits/prebuilds',
    `${process.platform}-${process.arch}`,
  );
  const [addon] = readdirSync(prebuilds).filter((name) => !name.includes('musl'));

  for (const [major, make] of [
    [22, inject],
    [24, inject],
    [26, build],
  ]) {
    const folder = join(work, `executable-${major}`);
    const config = {
      main: bundle,
      disableExperimentalSEAWarning: true,
      assets: { 'logits.node': join(prebuilds, addon) },
    };
    let file;
    await check(`a single executable of Node.js ${major}: the addon in it`, () => {
      mkdirSync(folder);
      file = make(nodeOf(major), folder, config);
      const { stdout } = run([file], { env: { LOGITS_BINARY: '' } });
      assert.match(stdout, /app-\w+.logits\.node\n$/);
    });
    await check(`a single executable of Node.js ${major}: the addon beside it`, () => {
      const beside = join(folder, 'logits.node');
      copyFileSync(join(prebuilds, addon), beside);
      assert.equal(run([file], { env: { LOGITS_BINARY: beside } }).stdout, `${beside}\n`);
    });
  }
}
