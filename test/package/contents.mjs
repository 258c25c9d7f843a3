// Which files the tarball holds, what its package.json tells installers to run, and what linters of packages say.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileOf, targets } from '../../scripts/prebuild/targets.mjs';
import { check } from '../support/checks.mjs';
import { repository, run, work } from './workspace.mjs';

/** The files below a folder, by their paths from it. */
function filesIn(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)))
    .map((path) => path.replaceAll('\\', '/'));
}

const shipped = targets.map(fileOf);

/** Everything but the binaries. */
function expectedFiles() {
  const papers = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'];
  const faces = 'index.d.mts index.mjs promises.d.mts promises.d.ts promises.js promises.mjs'.split(
    ' ',
  );
  const sources = filesIn(join(repository, 'native'))
    .filter((path) => /\.(cc|def|gyp|h|map)$/.test(path))
    .map((path) => `native/${path}`);
  const compiled = filesIn(join(repository, 'lib'))
    .map((path) => `dist/${path.replace(/\.ts$/, '')}`)
    .flatMap((path) => [`${path}.d.ts`, `${path}.js`]);
  return [...papers, ...faces, ...sources, ...compiled].sort();
}

export async function checkContents({ tarball }) {
  const folder = join(work, 'unpacked');
  mkdirSync(folder);
  run(['tar', '-xzf', tarball, '-C', folder, '--strip-components=1']);
  const packed = filesIn(folder).sort();
  const binaries = packed.filter((path) => shipped.includes(path));

  await check('contents: compiled files, sources, papers and binaries, and nothing else', () => {
    assert.ok(binaries.length > 0);
    assert.deepEqual(
      packed.filter((path) => !shipped.includes(path)),
      expectedFiles(),
    );
  });

  await check('contents: npm publish would publish these', () => {
    const published = JSON.parse(
      run(['npm', 'publish', tarball, '--dry-run', '--json', '--offline']).stdout,
    );
    const { files } = published.logits ?? published; // npm 11 says whose files they are
    assert.deepEqual(files.map(({ path }) => path).sort(), packed);
  });

  await check('contents: no installer finds anything to run', () => {
    const { scripts, gypfile, dependencies, peerDependenciesMeta } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    );
    assert.deepEqual(
      ['preinstall', 'install', 'postinstall'].filter((name) => name in scripts),
      [],
    );
    assert.equal(gypfile, false);
    assert.ok(!('node-addon-api' in dependencies), 'only who compiles the sources needs it');
    assert.ok(peerDependenciesMeta['node-addon-api'].optional);
  });

  await check('contents: neither symbols for debuggers nor paths of this machine', () => {
    for (const path of binaries) {
      const bytes = readFileSync(join(folder, path));
      for (const text of ['.debug_info', '.symtab', repository]) {
        assert.ok(!bytes.includes(text), `${path} holds ${text}`);
      }
    }
    for (const path of packed.filter((path) => path.endsWith('.js'))) {
      assert.ok(!readFileSync(join(folder, path)).includes('sourceMappingURL'), path);
    }
  });

  await check('contents: publint', () => {
    run(['npx', '--no-install', 'publint', '--strict', tarball], { cwd: repository });
  });

  await check('contents: attw', () => {
    run(['npx', '--no-install', 'attw', tarball], { cwd: repository });
  });
}
