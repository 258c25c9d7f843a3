import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { safetensors, temporaryFolder } from '../support/files.js';
import { normalLogits, randomTargets } from '../support/inputs.js';
import { compiledCommand, npyOf } from '../support/package/command.js';
import { type EvaluationChoices, evaluationOf } from '../support/reference/evaluation.js';

const { folder, write } = temporaryFolder();
const { run } = compiledCommand(folder);

const ROWS = 60;
const CLASSES = 11;
const shape = [ROWS, CLASSES];
const logits = normalLogits(ROWS * CLASSES, { seed: 3, deviation: 3 });
const targets = randomTargets(ROWS, CLASSES);
targets[4] = -100;
targets[17] = -100;
const rowsOf = (elements: ArrayLike<number>, classes = CLASSES) =>
  Array.from({ length: elements.length / classes }, (_, row) =>
    Array.from({ length: classes }, (_, c) => elements[row * classes + c] as number),
  );
const lines = `${targets.join('\n')}\n`;

write('logits.npy', npyOf(shape, logits));
write('targets.npy', npyOf([ROWS], targets));
write('targets.txt', lines);

/** The summary that `evaluate` writes to stdout as JSON, with this status and nothing on stderr. */
function summaryOf(...args: string[]): unknown {
  const { status, stdout, stderr } = run(['evaluate', ...args, '--json', '-']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout);
}

/** Close to these numbers, null for those that are not finite; counts and names are the same. */
function expectClose(actual: unknown, expected: unknown, name = 'summary'): void {
  if (typeof expected === 'object' && expected !== null) {
    expect(Object.keys(actual as object), name).toEqual(Object.keys(expected));
    for (const [key, value] of Object.entries(expected)) {
      expectClose((actual as Record<string, unknown>)[key], value, `${name}.${key}`);
    }
  } else if (Number.isFinite(expected)) {
    const value = expected as number;
    const error = Math.abs((actual as number) - value) / Math.max(1, Math.abs(value));
    expect(error, `${name}: ${actual}, not ${value}`).toBeLessThan(1e-6);
  } else {
    expect(actual, name).toBe(null);
  }
}

describe('evaluate', () => {
  const cases: [options: string[], choices: EvaluationChoices][] = [
    [[], {}],
    [['--top', '1,2,5'], { top: [1, 2, 5] }],
    [['--bins', '4'], { bins: 4 }],
    [['--ignore-index', '-100,3'], { ignoreIndex: [-100, 3] }],
    [['--temperature', '2.5'], { temperature: 2.5 }],
    [['--softcap', '3'], { softcap: 3 }],
    [['--bytes', '1234'], { bytes: 1234 }],
    [['--bytes', 'targets.txt'], { bytes: lines.length }],
    [
      ['--top', '3', '--bins', '2', '--temperature', '0.5', '--softcap', '10', '--axis', '1'],
      { top: [3], bins: 2, temperature: 0.5, softcap: 10 },
    ],
  ];

  it.each(cases)('gives what float64 gives, with %j', (options, choices) => {
    const expected = evaluationOf(rowsOf(logits), [...targets], choices);
    expectClose(summaryOf('logits.npy', 'targets.npy', ...options), expected);
  });

  it('writes the same to a file as to stdout', () => {
    const { stdout } = run(['evaluate', 'logits.npy', 'targets.npy', '--json', '-']);
    const quiet = run(['evaluate', 'logits.npy', 'targets.npy', '--json', 'summary.json']);
    expect(quiet).toMatchObject({ status: 0, stderr: '' });
    expect(quiet.stdout).toMatch(/^rows +58\nignored +2\n/);
    expect(readFileSync(join(folder, 'summary.json'), 'utf8')).toBe(stdout);
  });

  it('prints a table', () => {
    const args = ['logits.npy', 'targets.npy', '--top', '1,5', '--bytes', '99'];
    const { stdout } = run(['evaluate', ...args]);
    const { loss, perplexity } = evaluationOf(rowsOf(logits), [...targets], {});
    const names = [
      'rows',
      'ignored',
      'not finite',
      'loss',
      'perplexity',
      'bits per token',
      'bits per byte',
      'top-1 accuracy',
      'top-5 accuracy',
      'mean entropy',
      'Brier score',
      'calibration error',
    ];
    expect(stdout.match(/^\S+( \S+)*/gm)).toEqual(names);
    const column = stdout.indexOf('58');
    for (const line of stdout.trimEnd().split('\n')) {
      expect(line.slice(column - 2, column + 1)).toMatch(/^ {2}\S/);
    }
    expect(stdout).toContain(`\nloss               ${loss.toPrecision(6)}`);
    expect(stdout).toContain(`\nperplexity         ${perplexity.toPrecision(6)}\n`);
  });

  it('tells what is not finite', () => {
    const spoilt = logits.slice();
    spoilt[6 * CLASSES + 2] = NaN;
    spoilt.fill(-Infinity, 9 * CLASSES, 10 * CLASSES);
    write('spoilt.npy', npyOf(shape, spoilt));
    const spoiltRun = (...options: string[]) =>
      run(['evaluate', 'spoilt.npy', 'targets.npy', '--json', '-', ...options]);
    const { status, stdout, stderr } = spoiltRun();
    expect(status).toBe(0);
    expectClose(JSON.parse(stdout), evaluationOf(rowsOf(spoilt), [...targets], {}));
    expect(stderr).toBe(
      'logits: warning: 2 rows are not finite (a NaN, a +Infinity, or nothing but -Infinity) and left out; the first is row 6\n',
    );
    expect(spoiltRun('--batch-rows', '1')).toEqual({ status, stdout, stderr });
    write('nan.npy', npyOf([2, 2], Float32Array.of(1, 2, NaN, 1)));
    write('two.npy', npyOf([2], Int32Array.of(0, 1)));
    expect(run(['evaluate', 'nan.npy', 'two.npy']).stderr).toBe(
      'logits: warning: 1 row is not finite (a NaN, a +Infinity, or nothing but -Infinity) and left out; the first is row 1\n',
    );
  });

  it('has null for what is not finite in JSON', () => {
    write('no-rows.npy', npyOf([0, 3], new Float32Array(0)));
    write('no-targets.npy', npyOf([0], new Int32Array(0)));
    expect(summaryOf('no-rows.npy', 'no-targets.npy')).toMatchObject({
      rows: 0,
      loss: null,
      perplexity: null,
      accuracy: { 1: null },
    });
    write('far.npy', npyOf([1, 2], Float32Array.of(0, -Infinity)));
    write('one.npy', npyOf([1], Int32Array.of(1)));
    expect(summaryOf('far.npy', 'one.npy')).toMatchObject({ rows: 1, loss: null });
  });
});

describe('files', () => {
  const expected = evaluationOf(rowsOf(logits), [...targets], {});

  it.each(['Int8Array', 'Int16Array', 'BigInt64Array', 'Uint8Array', 'Uint32Array'] as const)(
    'targets of %s',
    (name) => {
      const unsigned = name.startsWith('U');
      const values = [...targets].map((target) => (unsigned && target < 0 ? 200 : target));
      const array =
        name === 'BigInt64Array'
          ? BigInt64Array.from(values, BigInt)
          : new { Int8Array, Int16Array, Uint8Array, Uint32Array }[name](values);
      write(`${name}.npy`, npyOf([ROWS], array));
      const ignored = ['--ignore-index', unsigned ? '200' : '-100'];
      expectClose(summaryOf('logits.npy', `${name}.npy`, ...ignored), expected);
    },
  );

  it('targets as text, with and without a name', () => {
    write('targets.csv', `label\n${lines}`);
    expectClose(summaryOf('logits.npy', 'targets.txt'), expected);
    expectClose(summaryOf('logits.npy', 'targets.csv'), expected);
  });

  it('both in one .safetensors file, by name', () => {
    const labels = BigInt64Array.from(targets, BigInt);
    const middle = logits.byteLength;
    const header = {
      scores: { dtype: 'F32', shape, data_offsets: [0, middle] },
      labels: { dtype: 'I64', shape: [ROWS], data_offsets: [middle, middle + labels.byteLength] },
    };
    const data = [logits, labels].map(({ buffer }) => Buffer.from(buffer));
    write('both.safetensors', safetensors(header, Buffer.concat(data)));
    const names = ['--tensor', 'scores', '--targets-tensor', 'labels'];
    expectClose(summaryOf('both.safetensors', 'both.safetensors', ...names), expected);
  });

  it('shards of any formats', () => {
    const cuts = [0, 7 * CLASSES, 7 * CLASSES, 40 * CLASSES, logits.length];
    const names = cuts.slice(1).map((end, k) => {
      const part = logits.slice(cuts[k], end);
      const size = [part.length / CLASSES, CLASSES];
      if (k < 2) {
        write(`part-${k}.npy`, npyOf(size, part));
        return `part-${k}.npy`;
      }
      const header = { x: { dtype: 'F32', shape: size, data_offsets: [0, part.byteLength] } };
      write(`part-${k}.safetensors`, safetensors(header, Buffer.from(part.buffer)));
      return `part-${k}.safetensors`;
    });
    const whole = run(['evaluate', 'logits.npy', 'targets.npy', '--json', '-']);
    for (const rows of [[], ['--batch-rows', '9']]) {
      expect(run(['evaluate', ...names, 'targets.npy', '--json', '-', ...rows])).toEqual(whole);
    }
  });

  it('float64 and 16-bit logits', () => {
    write('float64.npy', npyOf(shape, Float64Array.from(logits)));
    expectClose(summaryOf('float64.npy', 'targets.npy'), expected);
    const words = new Uint32Array(logits.buffer);
    const bits = Uint16Array.from(words, (word) => word >>> 16);
    const widened = new Float32Array(Uint32Array.from(bits, (word) => word << 16).buffer);
    write('bfloat16.npy', npyOf(shape, bits));
    const brain = evaluationOf(rowsOf(widened), [...targets], {});
    expectClose(summaryOf('bfloat16.npy', 'targets.npy', '--dtype', 'bfloat16'), brain);
    // As float16, 0x3c00 + k is 1 + k / 1024.
    const halves = Uint16Array.from(logits, (_, i) => 0x3c00 + ((i * 37) % 1024));
    write('float16.npy', npyOf(shape, halves, '<f2'));
    write('bits.npy', npyOf(shape, halves));
    const values = Float32Array.from(halves, (half) => 1 + (half - 0x3c00) / 1024);
    const half = evaluationOf(rowsOf(values), [...targets], {});
    expectClose(summaryOf('float16.npy', 'targets.npy'), half);
    expectClose(summaryOf('bits.npy', 'targets.npy', '--dtype', 'float16'), half);
  });
});

describe('an axis that is not the last', () => {
  // (N, C, H, W)
  const [n, c, h, w] = [5, 4, 3, 2] as const;
  const pixels = normalLogits(n * c * h * w, { seed: 9, deviation: 2 });
  const labels = Uint8Array.from(randomTargets(n * h * w, c));
  const rows = Array.from({ length: n * h * w }, (_, row) => {
    const image = Math.floor(row / (h * w));
    return Array.from(
      { length: c },
      (_, k) => pixels[(image * c + k) * h * w + (row % (h * w))] as number,
    );
  });
  write('pixels.npy', npyOf([n, c, h, w], pixels));
  write('labels.npy', npyOf([n, h, w], labels));
  write('flat.npy', npyOf([n * h * w], labels));
  const expected = evaluationOf(rows, [...labels], {});

  it.each([
    ['labels.npy', '1'],
    ['labels.npy', '-3'],
    ['flat.npy', '1'],
  ])('%s, axis %s', (file, axis) => {
    for (const batchRows of ['1', '4', '7', '12', '1000']) {
      const args = ['pixels.npy', file, '--axis', axis, '--batch-rows', batchRows];
      expectClose(summaryOf(...args), expected);
    }
  });
});

describe('batches and threads', () => {
  const [rows, classes] = [30, 40_000];
  write('wide.npy', npyOf([rows, classes], normalLogits(rows * classes, { seed: 5 })));
  write('wide-targets.npy', npyOf([rows], randomTargets(rows, classes)));

  it('leave every byte as it is', () => {
    const args = ['evaluate', 'wide.npy', 'wide-targets.npy', '--top', '1,500', '--json', '-'];
    const expected = run([...args, '--bytes', '77']);
    expect(expected.status).toBe(0);
    for (const batchRows of ['1', '7', '30', '9007199254740991']) {
      for (const threads of ['1', '2', '5']) {
        const options = ['--bytes', '77', '--batch-rows', batchRows, '--threads', threads];
        expect(run([...args, ...options])).toEqual(expected);
      }
    }
  });
});
