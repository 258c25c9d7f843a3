import { spawnSync } from 'node:child_process';
import { readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { native } from '../../lib/native/addon.js';
import { runtime } from '../../lib/native/runtime.js';
import { temporaryFolder } from '../support/files.js';
import { hasNodeOptions, runsFromShells } from '../support/host.js';
import { normalLogits, randomTargets } from '../support/inputs.js';
import { compiledCommand, npyHeader, npyOf } from '../support/package/command.js';

const { folder, write } = temporaryFolder();
const { main, run } = compiledCommand(folder);

const manifest = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8'),
) as { version: string };

write('x.npy', npyOf([50, 4], normalLogits(200)));
write('y.npy', npyOf([50], randomTargets(50, 4)));

describe('help and versions', () => {
  it('--version', () => {
    expect(run(['--version'])).toEqual({ status: 0, stdout: `${manifest.version}\n`, stderr: '' });
  });

  it('--help names the commands, and is what a missing command gives', () => {
    const { status, stdout, stderr } = run(['--help']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/\n {2}evaluate [\s\S]*\n {2}info /);
    expect(run([])).toEqual({ status: 2, stdout: '', stderr: stdout });
  });

  it('evaluate --help has every option, the statuses, and examples that parse', () => {
    const { status, stdout } = run(['evaluate', '--help']);
    expect(status).toBe(0);
    expect(stdout).toContain('Exit status: 0');
    const options = new Set(stdout.match(/^ {2}(-h, )?--[a-z-]+/gm)?.map((text) => text.slice(2)));
    const examples = [...stdout.matchAll(/^ {2}\$ logits (.+)$/gm)].map(([, text]) => text ?? '');
    expect(examples.length).toBeGreaterThan(3);
    for (const option of examples.flatMap((example) => example.match(/--[a-z-]+/g) ?? [])) {
      expect(options).toContain(option);
    }
  });

  it('need no addon', () => {
    const env = { ...process.env, LOGITS_ISA: 'mmx' };
    for (const args of [['--help'], ['--version'], ['evaluate', '--help'], ['info', '--help']]) {
      expect(run(args, { env }).status).toBe(0);
    }
  });

  it('info', () => {
    const { status, stdout } = run(['info', '--json']);
    expect(status).toBe(0);
    const { addon, ...info } = JSON.parse(stdout);
    const { isas } = runtime();
    expect(info).toEqual({
      commit: native.commit,
      version: manifest.version,
      node: process.versions.node,
      platform: `${process.platform}-${process.arch}`,
      isa: process.env.LOGITS_ISA || isas[0],
      isas,
      threads: runtime().threads,
    });
    const text = run(['info']).stdout;
    expect(text).toMatch(/^logits {2,}\d/);
    expect(text).toContain(`available        ${isas.join(', ')}\n`);
    expect(text).toContain(`binary           ${addon}\n`);
  });
});

// From util-linux: a terminal of its own for the command.
const hasScript = spawnSync('script', ['--version']).status === 0;

describe('progress', () => {
  const CLEARED = '\x1b[1G\x1b[2K';
  const inTerminal = (args: string, expectedStatus = 0) => {
    const line = `stty cols 100; ${process.execPath} ${main} evaluate ${args}`;
    const { status, stdout } = spawnSync('script', ['-qec', line, '/dev/null'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(status).toBe(expectedStatus);
    return stdout.replaceAll('\r\n', '\n');
  };
  const piped = () => run(['evaluate', 'x.npy', 'y.npy']);

  it('is silent where stderr is no terminal', () => {
    expect(piped()).toMatchObject({ status: 0, stderr: '' });
  });

  it.runIf(hasScript && runsFromShells)('is a bar that is gone at the end', () => {
    const output = inTerminal('x.npy y.npy --batch-rows 1');
    expect(output).toMatch(/\[=*-*\] \d+% {2}[\d.]+ GB\/s {2}\d+:\d\d left/);
    expect(output.endsWith(`${CLEARED}${piped().stdout}`)).toBe(true);
  });

  it.runIf(hasScript && runsFromShells)('is silent with --quiet', () => {
    expect(inTerminal('x.npy y.npy --quiet')).toBe(piped().stdout);
  });

  it.runIf(hasScript && runsFromShells)('is gone before an error', () => {
    write('late.npy', npyOf([50], new Int32Array(50).fill(9, 49)));
    const output = inTerminal('x.npy late.npy --batch-rows 1', 1);
    expect(output).toContain(
      `${CLEARED}logits: row 49 of late.npy is 9, but there are 4 classes (0 to 3)`,
    );
  });
});

describe('output', () => {
  it.runIf(process.platform !== 'win32' && runsFromShells)('may be closed by its reader', () => {
    const line = `${process.execPath} ${main} evaluate x.npy y.npy --json - | true`;
    const { stderr } = spawnSync('sh', ['-c', line], { cwd: folder, encoding: 'utf8' });
    expect(stderr).toBe('');
  });

  it('is a report, with --report', () => {
    const { status, stderr } = run(['evaluate', 'x.npy', 'y.npy', '--report', 'report.html']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toMatch(/^<!doctype html>/i);
  });
});

describe('memory', () => {
  // Files with holes: they have a size and take no room.
  const writeZeros = (
    name: string,
    shape: readonly number[],
    description: string,
    bytes: number,
  ) => {
    const header = npyHeader(shape, description);
    truncateSync(write(name, header), header.length + bytes);
  };
  const classes = 50_000;
  const hook = write(
    'memory.cjs',
    `if (require('node:worker_threads').isMainThread)
      process.on('exit', () => require('node:fs').writeSync(2, String(process.resourceUsage().maxRSS)));`,
  );

  /** The most memory that an evaluation of so many rows takes, in MiB. */
  function memoryOf(shape: readonly [number, number], axis: 0 | 1): number {
    const rows = shape[1 - axis] as number;
    writeZeros('zeros.npy', shape, '<f4', shape[0] * shape[1] * 4);
    writeZeros('zero-targets.npy', [rows], '<i8', rows * 8);
    const args = ['zeros.npy', 'zero-targets.npy', '--json', 'zeros.json', '--axis', `${axis}`];
    const { status, stderr } = run(['evaluate', ...args], {
      env: { ...process.env, NODE_OPTIONS: `--require ${hook}` },
    });
    expect(status).toBe(0);
    const summary = JSON.parse(readFileSync(join(folder, 'zeros.json'), 'utf8'));
    expect(summary).toMatchObject({ rows, accuracy: { 1: 1 } });
    expect(summary.perplexity / (shape[axis] as number)).toBeCloseTo(1, 6);
    return Number(stderr) / 1024;
  }

  it.runIf(hasNodeOptions)('does not grow with the file', () => {
    const small = memoryOf([200, classes], 1);
    expect(memoryOf([5000, classes], 1)).toBeLessThan(small + 50);
    // 1 GB of rows side by side, in pieces of 64 MiB.
    expect(memoryOf([500, 500_000], 0)).toBeLessThan(small + 250);
  });
});
