// On what a run was made: without this its numbers say nothing.
import { execFileSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';

function git(...args) {
  try {
    return execFileSync('git', args, {
      cwd: new URL('..', import.meta.url),
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
  return hash && git('status', '--porcelain') ? `${hash}+` : hash;
}

export function environment() {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown CPU',
    cores: cpus().length,
    node: process.version,
    commit: commit(),
    load: loadavg()[0],
    date: new Date().toISOString(),
  };
}
