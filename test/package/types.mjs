// The types, as TypeScript finds them from modules of both kinds by each of its resolutions.
import { join } from 'node:path';
import { check } from '../support/checks.mjs';
import { installedProject, repository, run } from './workspace.mjs';

const moduleOf = { node16: 'node16', nodenext: 'nodenext', bundler: 'preserve' };

export async function checkTypes({ tarball }) {
  const cwd = installedProject(tarball);
  const tsc = join(repository, 'node_modules/.bin/tsc');
  const types = ['--types', 'node', '--typeRoots', join(repository, 'node_modules/@types')];
  for (const [resolution, module] of Object.entries(moduleOf)) {
    for (const file of ['use.mts', 'use.cts']) {
      await check(`types: ${file}, moduleResolution ${resolution}`, () => {
        const how = ['--module', module, '--moduleResolution', resolution, '--target', 'es2022'];
        run([tsc, '--noEmit', '--strict', '--exactOptionalPropertyTypes', ...how, ...types, file], {
          cwd,
        });
      });
    }
  }
  // Without `exports`: resolutions that TypeScript 7 has not any more.
  await check('types: use.cts, moduleResolution node10', () => {
    const old = join(repository, 'node_modules/typescript-5.9/bin/tsc');
    const how = ['--module', 'commonjs', '--moduleResolution', 'node10', '--target', 'es2022'];
    run([process.execPath, old, '--noEmit', '--strict', ...how, ...types, 'use.cts'], { cwd });
  });
}
