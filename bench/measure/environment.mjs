// On what a run was made: without this its numbers say nothing.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { runtime } from '../../index.mjs';

function git(...args) {
  try {
    return execFileSync('git', args, {
      cwd: new URL('../..', import.meta.url),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return null; // no git, or no checkout
  }
}

/** The commit, with a '+' if files have been changed since; null outside a checkout. */
function commit() {
  const hash = git('rev-parse', '--short=12', 'HEAD');
  return hash && git('status', '--porcelain', '--untracked-files=no') ? `${hash}+` : hash;
}

/** Virtual machines hide the model's number; the family tells the generation all the same. */
function cpuModel() {
  const model = cpus()[0]?.model.trim() ?? 'unknown CPU';
  if (!existsSync('/proc/cpuinfo')) return model;
  const info = readFileSync('/proc/cpuinfo', 'utf8');
  const [family, number] = ['cpu family', 'model'].map(
    (key) => info.match(new RegExp(`^${key}\\s*: (\\d+)$`, 'm'))?.[1],
  );
  return family ? `${model} (family ${family}, model ${number})` : model;
}

export function environment() {
  return {
    date: new Date().toISOString(),
    commit: commit(),
    node: process.version.slice(1),
    machine: {
      cpu: cpuModel(),
      cores: availableParallelism(),
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      os: `${type()} ${release().match(/^\d+\.\d+/)?.[0]}, ${process.arch}`,
      isas: runtime().isas,
    },
  };
}
