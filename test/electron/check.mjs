// Checks examples/electron without Electron: with Chromium for its window and Node.js for its processes.
//
//   node test/electron/check.mjs [--tarball FILE] [--screenshot FILE]
//
// --tarball is the package as it is published; without it this checkout's build is tried. --screenshot keeps pictures,
// named after this one. Ends with 77 where Chromium is missing.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { conclude } from '../support/checks.mjs';
import { checkArchive } from './archive-checks.mjs';
import { checkPreload } from './preload-checks.mjs';
import { checkSmoke } from './smoke-checks.mjs';
import { stage } from './staging.mjs';
import { start } from './substitute/run.mjs';
import wiring from './substitute/wiring.cjs';
import { checkWindow } from './window-checks.mjs';

const { values } = parseArgs({
  options: { tarball: { type: 'string' }, screenshot: { type: 'string' } },
});
const tarball = values.tarball && resolve(values.tarball);

if (!existsSync(wiring.chromium)) {
  console.log(`skipped: there is no ${wiring.chromium}`);
  process.exit(77);
}

const folder = mkdtempSync(join(tmpdir(), 'logits-electron-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
// So that whoever looks for a package.json in the folders above finds none but this.
writeFileSync(join(folder, 'package.json'), '{}');
const app = join(folder, 'app');
const main = stage(app, tarball);

await checkPreload(app);
await start(main);
await checkWindow({ app, folder, wiring, screenshot: values.screenshot });
await checkSmoke(folder, main);
await checkArchive(folder, tarball);
await wiring.windows[0].browser.close();
process.exit(conclude());
