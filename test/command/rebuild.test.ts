import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { native } from '../../lib/native/addon.js';
import { temporaryFolder } from '../support/files.js';
import { compiledCommand } from '../support/package/command.js';

// What `logits rebuild` says, by a node-gyp that compiles nothing. test/package/rebuild.mjs has the real one compile.

const { folder, write } = temporaryFolder();
const { main, dist, run } = compiledCommand(folder);
const nodeGyp = join('node_modules', 'node-gyp', 'bin', 'node-gyp.js');
const sources = join(dist, '..', 'native');
const built = join(sources, 'build', 'Release', 'logits.node');

/** The command where the project has a node-gyp that runs this code. */
function rebuildBy(code: string) {
  mkdirSync(join(folder, nodeGyp, '..'), { recursive: true });
  write(nodeGyp, code);
  return run(['rebuild']);
}

/** A node-gyp that makes a file of what `addon` evaluates to. */
const making = (addon: string) => `
  const fs = require('fs');
  const built = ${JSON.stringify(built)};
  fs.mkdirSync(require('path').dirname(built), { recursive: true });
  fs.writeFileSync(built, ${addon});
`;

describe('logits rebuild', () => {
  beforeEach(() => rmSync(sources, { recursive: true, force: true }));

  it("has the project's node-gyp compile the sources in the package", () => {
    const { stdout } = rebuildBy(
      'console.log(JSON.stringify([process.argv.slice(2), process.env.JOBS]))',
    );
    expect(JSON.parse(stdout)).toEqual([
      ['rebuild', '--directory', sources],
      process.env.JOBS ?? 'max',
    ]);
  });

  it('prints the file that it has made', () => {
    const copy = making(`fs.readFileSync(${JSON.stringify(native.path)})`);
    expect(rebuildBy(copy)).toEqual({ status: 0, stdout: `${built}\n`, stderr: '' });
  });

  it('fails where node-gyp does, below what that says', () => {
    const { status, stderr } = rebuildBy('console.error("gyp ERR!"); process.exitCode = 1');
    expect(status).toBe(1);
    const file = join(folder, nodeGyp);
    expect(stderr).toBe(
      `gyp ERR!\nlogits: Expected ${file} to compile ${sources}, received its errors, above\n`,
    );
  });

  it('fails where the new file cannot be loaded, below the reason', () => {
    const { status, stderr } = rebuildBy(making('"no addon"'));
    expect(status).toBe(1);
    expect(stderr).toMatch(/^Error: .*logits\.node/m);
    expect(stderr).toMatch(`logits: Expected ${built} to be loaded, received an error, above\n`);
  });

  it('says how to get node-gyp where neither the project nor npm has one', () => {
    rmSync(join(folder, 'node_modules'), { recursive: true, force: true });
    const code = `
      process.execPath = ${JSON.stringify(join(folder, 'bin', 'node'))};
      process.argv.splice(1, 0, 'rebuild');
      require(${JSON.stringify(main)});
    `;
    const { npm_config_node_gyp: _nodeGyp, ...env } = process.env;
    const { status, stderr } = spawnSync(process.execPath, ['-e', code], {
      cwd: folder,
      env,
      encoding: 'utf8',
    });
    const what = 'Expected the package node-gyp to be installed for logits rebuild';
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: `logits: ${what}: npm install node-gyp\n`,
    });
  });
});
