import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { safetensors, temporaryFolder } from '../support/files.js';
import { hasNodeOptions, sharesFiles } from '../support/host.js';
import { normalLogits, randomTargets } from '../support/inputs.js';
import { compiledCommand, npyOf, type Outcome } from '../support/package/command.js';

// The command on several threads, whose results nobody can tell from those of one.

const { folder, write } = temporaryFolder();
const { dist, run } = compiledCommand(folder);

const THREADS = [1, 2, 3, 8];

/** Code that runs before the command, and before each of its worker threads. */
function hook(name: string, code: string): string {
  const prelude = `const fs = require('node:fs'); const { isMainThread } = require('node:worker_threads');`;
  return write(`${name}.cjs`, `${prelude}\n${code}`);
}

// Batches of a few rows, and a thread for the least of work.
const small = hook(
  'small',
  `if (isMainThread) {
    const { sizes } = require(${JSON.stringify(join(dist, 'command', 'batches.js'))});
    Object.assign(sizes, { batch: 512, thread: 1 });
  }`,
);

/** The command with these hooks before it. */
function evaluate(args: readonly string[], ...hooks: string[]): Outcome {
  const NODE_OPTIONS = hooks.map((path) => `--require ${path}`).join(' ');
  return run(['evaluate', ...args], { env: { ...process.env, NODE_OPTIONS } });
}

const onThreads = (threads: number, args: readonly string[], ...hooks: string[]) =>
  evaluate([...args, '--threads', `${threads}`], small, ...hooks);

const ROWS = 700;
const CLASSES = 13;
const shape = [ROWS, CLASSES];
const logits = normalLogits(ROWS * CLASSES, { seed: 8, deviation: 3 });
const targets = randomTargets(ROWS, CLASSES);
for (let row = 0; row < ROWS; row += 31) targets[row] = -100;

write('logits.npy', npyOf(shape, logits));
write('float64.npy', npyOf(shape, Float64Array.from(logits)));
write(
  'bits.npy',
  npyOf(
    shape,
    Uint16Array.from(new Uint32Array(logits.buffer), (x) => x >>> 16),
  ),
);
const halves = Uint16Array.from(logits, (_, i) => 0x3c00 + ((i * 37) % 1024));
write('float16.npy', npyOf(shape, halves, '<f2'));
write('pixels.npy', npyOf([7, CLASSES, 5, 20], logits));
write('side-by-side.npy', npyOf([CLASSES, ROWS], logits));
const cuts = [0, 7, 7, 300, ROWS];
const shards = cuts.slice(1).map((end, k) => {
  const part = logits.slice((cuts[k] as number) * CLASSES, end * CLASSES);
  write(`shard-${k}.npy`, npyOf([part.length / CLASSES, CLASSES], part));
  return `shard-${k}.npy`;
});
const spoilt = logits.slice();
for (const row of [690, 405, 211]) spoilt[row * CLASSES + 2] = NaN;
write('spoilt.npy', npyOf(shape, spoilt));

write('targets.npy', npyOf([ROWS], targets));
write('bytes.npy', npyOf([ROWS], Int8Array.from(targets)));
write('targets.csv', `label\n${targets.join('\n')}\n`);
const labels = BigInt64Array.from(targets, BigInt);
const labelsEntry = { dtype: 'I64', shape: [ROWS], data_offsets: [0, labels.byteLength] };
write('labels.safetensors', safetensors({ labels: labelsEntry }, Buffer.from(labels.buffer)));

describe.runIf(hasNodeOptions)('every byte of summary and report is the same', () => {
  const common = ['--json', 'summary.json', '--report', 'report.html', '--bytes', '4321'];
  const written = (outcome: Outcome) => ({
    ...outcome,
    json: readFileSync(join(folder, 'summary.json'), 'utf8'),
    report: readFileSync(join(folder, 'report.html'), 'utf8'),
  });

  const cases: [name: string, args: string[]][] = [
    ['float32', ['logits.npy', 'targets.npy']],
    ['float64', ['float64.npy', 'targets.npy']],
    ['float16', ['float16.npy', 'targets.npy']],
    ['bfloat16', ['bits.npy', 'targets.npy', '--dtype', 'bfloat16']],
    ['options', ['logits.npy', 'bytes.npy', '--temperature', '2', '--top', '2,5', '--bins', '7']],
    ['text', ['logits.npy', 'targets.csv']],
    ['labels of .safetensors', ['logits.npy', 'labels.safetensors']],
    ['shards', [...shards, 'targets.npy']],
    ['rows that are not finite', ['spoilt.npy', 'targets.npy']],
    ['pixels', ['pixels.npy', 'targets.npy', '--axis', '1']],
    ['rows side by side', ['side-by-side.npy', 'targets.npy', '--axis', '0']],
  ];

  it.each(cases)('%s', (_, args) => {
    const whole = written(evaluate([...args, ...common, '--threads', '1']));
    expect(whole.status).toBe(0);
    // The confusion matrix is the report's alone.
    expect(whole.json).not.toContain('confusion');
    for (const threads of THREADS) {
      expect(written(onThreads(threads, [...args, ...common]))).toEqual(whole);
    }
    const single = [...args, ...common, '--batch-rows', '1'];
    expect(written(onThreads(3, single))).toEqual(whole);
  });

  it('with more different mistakes than are told apart', () => {
    const [rows, classes] = [75_000, 300];
    const right = new Int32Array(rows);
    const peaks = new Uint16Array(rows * classes);
    for (let row = 0; row < rows; row++) {
      // One in ten rows has one of a few mistakes, the others have one of their own.
      const pair = row % 10 === 0 ? (row % 7) * classes + 9 : row;
      const target = Math.floor(pair / classes);
      right[row] = target;
      // 1 in bfloat16.
      peaks[row * classes + (pair % classes)] = 0x3f80;
    }
    write('peaks.npy', npyOf([rows, classes], peaks));
    write('right.npy', npyOf([rows], right));
    const args = ['peaks.npy', 'right.npy', '--dtype', 'bfloat16', ...common];
    const whole = written(evaluate([...args, '--threads', '1']));
    expect(whole.status).toBe(0);
    expect(whole.report).toContain('too many to count each');
    for (const threads of [2, 3]) {
      const many = ['--threads', `${threads}`, '--batch-rows', '500'];
      expect(written(evaluate([...args, ...many], small))).toEqual(whole);
    }
  });
});

describe.runIf(hasNodeOptions && sharesFiles)('threads', () => {
  const counted = hook('counted', `if (!isMainThread) fs.writeSync(2, 'w');`);
  const workers = (args: string[], ...hooks: string[]) =>
    evaluate(['logits.npy', 'targets.npy', '--json', '-', ...args], counted, ...hooks).stderr;

  it('are this many, at most eight', () => {
    expect(workers(['--threads', '1'], small)).toBe('');
    expect(workers(['--threads', '3'], small)).toBe('ww');
    expect(workers(['--threads', '100'], small)).toBe('wwwwwww');
  });

  it('are no more than there is work for', () => {
    expect(workers(['--threads', '8'])).toBe('');
    expect(workers(['--threads', '8', '--batch-rows', '350'], small)).toBe('w');
    expect(workers(['--threads', '8', '--batch-rows', '9007199254740991'], small)).toBe('');
  });

  it('that end without results are an error of one line', () => {
    const line = (received: string) => ({
      status: 1,
      stdout: '',
      stderr: `logits: Expected results for a worker thread, received ${received}\n`,
    });
    const thrown = hook('thrown', `if (!isMainThread) throw new Error('no luck\\nat all');`);
    const ended = hook('ended', `if (!isMainThread) process.exit();`);
    const args = ['logits.npy', 'targets.npy', '--report', 'report.html'];
    for (const threads of [2, 8]) {
      expect(onThreads(threads, args, thrown)).toEqual(line('no luck'));
      expect(onThreads(threads, args, ended)).toEqual(line('none'));
    }
  });
});

describe.runIf(hasNodeOptions)('of several errors the first in the file is told', () => {
  const expectLine = (line: string, args: string[], ...hooks: string[]) => {
    for (const threads of THREADS) {
      const report = threads === 3 ? ['--report', 'none.html'] : [];
      expect(onThreads(threads, [...args, ...report], ...hooks)).toEqual({
        status: 1,
        stdout: '',
        stderr: `logits: ${line}\n`,
      });
    }
  };

  const wrong = targets.slice();
  for (const row of [699, 698, 420, 287, 288, 650]) wrong[row] = 13 + row;
  write('wrong.npy', npyOf([ROWS], wrong));
  write('wrong.txt', `${wrong.join('\n')}\n`);

  const badRow = (path: string) =>
    `row 287 of ${path} is 300, but there are 13 classes (0 to 12). A target that means "no class" belongs in ignoreIndex`;

  it.each(['wrong.npy', 'wrong.txt'])('targets that are no classes, %s', (path) => {
    expectLine(badRow(path), ['logits.npy', path]);
  });

  // What has the size that it had when the file was opened, and ends before.
  const shrunk = (path: string, from: number) =>
    hook(
      `shrunk-${from}-${path}`,
      `const open = fs.openSync;
      const stat = fs.fstatSync;
      let path;
      fs.openSync = (...args) => { path = args[0]; return open(...args); };
      fs.fstatSync = (descriptor) => {
        const stats = stat(descriptor);
        if (path === ${JSON.stringify(path)}) stats.size += ${from};
        return stats;
      };`,
    );
  const rowBytes = 4 * CLASSES;

  it('a file that has shrunk', () => {
    const content = npyOf(shape, logits);
    for (const row of [300, 695]) {
      const missing = (ROWS - row) * rowBytes - 2;
      const name = `cut-${row}.npy`;
      write(name, content.subarray(0, content.length - missing));
      const line = `Expected ${content.length} bytes, as when it was opened, for ${name}, received fewer`;
      expectLine(line, [name, 'targets.npy'], shrunk(name, missing));
      expectLine(badRow('wrong.npy'), [name, 'wrong.npy'], shrunk(name, missing));
    }
    const missing = (ROWS - 100) * rowBytes;
    write('cut-100.npy', content.subarray(0, content.length - missing));
    const line = `Expected ${content.length} bytes, as when it was opened, for cut-100.npy, received fewer`;
    expectLine(line, ['cut-100.npy', 'wrong.npy'], shrunk('cut-100.npy', missing));
  });

  it('a disk that fails', () => {
    const failing = hook(
      'failing',
      `const read = fs.readSync;
      fs.readSync = (...args) => {
        if (args[4] > 20000) throw new Error('EIO: i/o error, read');
        return read(...args);
      };`,
    );
    const line = 'Expected a readable file for logits.npy, received EIO: i/o error';
    expectLine(line, ['logits.npy', 'targets.npy'], failing);
  });
});
