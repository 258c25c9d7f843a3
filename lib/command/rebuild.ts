import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { packageNotFound, rebuildFailed } from '../files/errors.js';

const root = join(__dirname, '..', '..');
const sources = join(root, 'native');

/** npm's own copy, whose path npm gives to what it runs. */
function nodeGypOfNpm(): string | undefined {
  const besideNode = dirname(process.execPath);
  const globals = process.platform === 'win32' ? besideNode : join(besideNode, '..', 'lib');
  const bundled = join(
    globals,
    'node_modules',
    'npm',
    'node_modules',
    'node-gyp',
    'bin',
    'node-gyp.js',
  );
  return [process.env.npm_config_node_gyp, bundled].find(
    (file) => file !== undefined && existsSync(file),
  );
}

/** The headers that the sources include: none but those who compile them need it. */
function expectHeaders(): void {
  try {
    createRequire(join(sources, 'binding.gyp')).resolve('node-addon-api');
  } catch (error) {
    throw packageNotFound('node-addon-api', 'logits rebuild', error);
  }
}

/** The project's own node-gyp, or else npm's. */
function findNodeGyp(): string {
  try {
    return createRequire(join(process.cwd(), 'package.json')).resolve('node-gyp/bin/node-gyp.js');
  } catch (error) {
    const file = nodeGypOfNpm();
    if (file === undefined) throw packageNotFound('node-gyp', 'logits rebuild', error);
    return file;
  }
}

function run(args: readonly string[]): boolean {
  // The sources on all processors, unless the caller's JOBS says otherwise.
  const env = { JOBS: 'max', ...process.env };
  return spawnSync(process.execPath, args, { stdio: 'inherit', env }).status === 0;
}

/** `logits rebuild`: compiles the addon, and sees that it can be loaded. */
export function rebuild(): void {
  const nodeGyp = findNodeGyp();
  expectHeaders();
  if (!run([nodeGyp, 'rebuild', '--directory', sources])) {
    throw rebuildFailed(`Expected ${nodeGyp} to compile ${sources}, received its errors, above`);
  }
  const file = join(sources, 'build', 'Release', 'logits.node');
  if (!run(['-e', `process.dlopen({ exports: {} }, ${JSON.stringify(file)})`])) {
    throw rebuildFailed(`Expected ${file} to be loaded, received an error, above`);
  }
  process.stdout.write(`${file}\n`);
}
