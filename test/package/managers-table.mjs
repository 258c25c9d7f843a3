// How each package manager is run, with a cache in the checks' folder, and its words for 'without scripts' and 'offline'.
import { join } from 'node:path';
import { tools, work } from './workspace.mjs';

const cache = (name) => join(work, 'caches', name);
const program = (specifier, name) => join(tools(specifier), '.bin', name);
const flags = { withoutScripts: { args: ['--ignore-scripts'] }, offline: { args: ['--offline'] } };
const nodeModules = { node: ['node'], logits: [join('node_modules', '.bin', 'logits')] };

const npm = (version) => ({
  program: () => program(`npm@${version}`, 'npm'),
  install: { args: ['install', '--cache', cache(`npm-${version}`), '--no-audit', '--no-fund'] },
  exec: ['npx', 'logits'],
  ...flags,
  ...nodeModules,
});

const yarn = (linker) => ({
  program: () => program('@yarnpkg/cli-dist@4.18.1', 'yarn'),
  install: {
    args: ['install'],
    env: {
      YARN_GLOBAL_FOLDER: cache(`yarn-${linker}`),
      YARN_NODE_LINKER: linker,
      YARN_PNP_ENABLE_ESM_LOADER: 'true', // by itself only where some package of the project is an ES module
      YARN_ENABLE_SCRIPTS: '1',
      YARN_ENABLE_IMMUTABLE_INSTALLS: '0', // their default where the environment says CI
      YARN_ENABLE_TELEMETRY: '0',
    },
  },
  withoutScripts: { env: { YARN_ENABLE_SCRIPTS: '0' } },
  offline: { env: { YARN_ENABLE_NETWORK: '0' } },
  lockfile: 'yarn.lock', // says that the folder is a project of its own, and offline which versions to take
  node: ['yarn', 'node'],
  logits: ['yarn', 'logits'],
  exec: ['yarn', 'logits'],
});

/** `isCommon`: also without --all. `exec` is how its users run the command. */
export const managers = {
  'npm 11': { ...npm('11.19.1'), isCommon: true },
  'npm 12': { ...npm('12.2.1'), nodeMajor: 24 },
  'pnpm 12': {
    program: () => program('pnpm@12.21.0', 'pnpm'),
    install: {
      args: ['install', '--store-dir', cache('pnpm'), '--cache-dir', cache('pnpm-metadata')],
    },
    exec: ['pnpm', 'exec', 'logits'],
    ...flags,
    ...nodeModules,
    isCommon: true,
  },
  'yarn 4 with PnP': { ...yarn('pnp'), isCommon: true },
  'yarn 4 with node_modules': yarn('node-modules'),
  'yarn 1': {
    program: () => program('yarn@1.22.22', 'yarn'),
    install: { args: ['install', '--non-interactive', '--cache-folder', cache('yarn-1')] },
    exec: ['yarn', 'logits'],
    ...flags,
    ...nodeModules,
  },
  bun: {
    program: () => program('bun@1.4.5', 'bun'),
    install: { args: ['install'], env: { BUN_INSTALL_CACHE_DIR: cache('bun') } },
    exec: ['bun', 'run', 'logits'],
    ...flags,
    ...nodeModules,
    manifest: { trustedDependencies: ['logits'] }, // whose scripts it would run
  },
};
