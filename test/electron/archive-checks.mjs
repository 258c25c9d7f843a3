// The example in an archive, by its own configuration, with an empty folder in the place of Electron's binary.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { check, skip } from '../support/checks.mjs';
import { copyExample, installLogits } from './staging.mjs';

const program = fileURLToPath(new URL('archived.cjs', import.meta.url));

const npm = (cwd, ...arguments_) =>
  execFileSync('npm', [...arguments_, '--ignore-scripts', '--no-audit', '--no-fund', '--silent'], {
    cwd,
    encoding: 'utf8',
  }).trim();

/** The package as a file to install. */
function pack(folder) {
  const staged = join(folder, 'staged');
  installLogits(staged);
  const name = npm(join(staged, 'node_modules', 'logits'), 'pack', '--pack-destination', folder);
  return join(folder, name);
}

/** What electron-builder asks of an unpacked Electron for Linux. */
function makeElectronFolder(folder) {
  mkdirSync(join(folder, 'resources'), { recursive: true });
  for (const name of ['electron', 'chrome-sandbox', 'LICENSE', 'LICENSES.chromium.html']) {
    writeFileSync(join(folder, name), '', { mode: 0o755 });
  }
}

function reasonToSkip() {
  if (process.platform !== 'linux') return 'it packs for Linux alone';
  const { status } = spawnSync('npm', ['view', 'asar-node', 'version']);
  return status === 0 ? undefined : 'the npm registry cannot be reached';
}

export async function checkArchive(folder, given) {
  const reason = reasonToSkip();
  if (reason) return skip('archive', reason);
  const app = join(folder, 'packed-app');
  const tools = join(folder, 'tools');
  copyExample(app);
  npm(app, 'install', '--no-save', given ?? pack(folder));
  mkdirSync(tools);
  npm(
    tools,
    'install',
    '--prefix',
    tools,
    '@electron/asar@^3.4.1',
    '@electron/rebuild@^4.2.1',
    'asar-node@^3.1.1',
  );
  const run = (...arguments_) =>
    execFileSync(process.execPath, arguments_, { cwd: app, encoding: 'utf8' });

  await check('archive: @electron/rebuild leaves the package alone', () => {
    const rebuild = join(tools, 'node_modules/@electron/rebuild/lib/cli.js');
    const { stdout, stderr, status } = spawnSync(process.execPath, [rebuild], {
      cwd: app,
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    assert.match(stdout + stderr, /No native modules found/);
  });

  // Away from the app's own node_modules, where asar-node would look first.
  const output = join(folder, 'packed');
  const archive = join(output, 'linux-unpacked', 'resources', 'app.asar');

  await check('archive: electron-builder packs what is needed and nothing else', () => {
    const electron = join(folder, 'electron');
    makeElectronFolder(electron);
    run(
      'node_modules/electron-builder/cli.js',
      '--dir',
      `-c.electronDist=${electron}`,
      `-c.directories.output=${output}`,
    );
    const names = run(
      join(tools, 'node_modules/@electron/asar/bin/asar.js'),
      'list',
      archive,
    ).split('\n');
    const binaries = names.filter((name) => name.endsWith('.node'));
    const folderOfBinary = `/node_modules/logits/prebuilds/linux-${process.arch}/`;
    assert.ok(binaries.length > 0);
    assert.ok(
      binaries.every((name) => name.startsWith(folderOfBinary)),
      binaries.join(),
    );
    const scripts = names.filter((name) => /^\/node_modules\/echarts\/.*js$/.test(name));
    assert.deepEqual(scripts, ['/node_modules/echarts/dist/echarts.esm.min.mjs']);
    assert.deepEqual(
      names.filter((name) => name.startsWith('/node_modules/logits/native/')),
      [],
    );
  });

  await check('archive: the package works from in it, its binary beside it', () => {
    const { addon, loaded, loss, probabilities } = JSON.parse(
      run(program, join(tools, 'node_modules/asar-node'), archive),
    );
    assert.ok(addon.startsWith(join(archive, 'node_modules')), addon);
    assert.deepEqual(loaded, [addon.replace(archive, `${archive}.unpacked`)]);
    assert.equal(loss, 0.29564938229127075);
    assert.ok(Math.abs(probabilities.reduce((sum, share) => sum + share, 0) - 1) < 1e-6);
  });
}
