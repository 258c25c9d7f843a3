// The app trying itself, as it does on a machine that has Electron.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { check } from '../support/checks.mjs';

const run = fileURLToPath(new URL('substitute/run.mjs', import.meta.url));

export async function checkSmoke(folder, main) {
  await check('smoke: prints what each process has computed, and keeps a picture', () => {
    const picture = join(folder, 'smoke.png');
    const arguments_ = [run, main, '--smoke', picture];
    const { status, stdout, stderr } = spawnSync(process.execPath, arguments_, {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    const { isa, addon, main: here, utility, preload } = JSON.parse(stdout);
    assert.match(isa, /avx|neon|scalar/);
    assert.match(addon, /logits(\.\w+)?\.node$/);
    assert.equal(here.loss, utility.loss);
    assert.equal(here.probability, preload.probability);
    assert.equal(readFileSync(picture).toString('latin1', 1, 4), 'PNG');
  });
}
