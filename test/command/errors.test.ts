import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { safetensors, temporaryFolder } from '../support/files.js';
import { hasNodeOptions } from '../support/host.js';
import { compiledCommand, npyHeader, npyOf } from '../support/package/command.js';

const { folder, write } = temporaryFolder();
const { run } = compiledCommand(folder);

const logits = Float32Array.of(1, 2, 3, 4, 5, 6);
write('x.npy', npyOf([2, 3], logits));
write('y.npy', npyOf([2], Int32Array.of(0, 2)));
write('y3.npy', npyOf([3], Int32Array.of(0, 2, 1)));
write('column.npy', npyOf([2, 1], Int32Array.of(0, 2)));
write('far.npy', npyOf([2], Int32Array.of(0, 3)));
write('below.npy', npyOf([2], BigInt64Array.of(0n, -1n)));
write('words.txt', 'label\n0\ntwo\n');
write('magic.npy', Buffer.alloc(200, 1));
write('cut.npy', npyOf([2, 3], logits).subarray(0, -4));
write('x.bin', Buffer.alloc(8));
write('bits.npy', npyOf([2, 3], Uint16Array.of(1, 2, 3, 4, 5, 6)));
write('wide.npy', npyOf([2, 4], new Float32Array(8)));
write('number.npy', npyOf([], Float32Array.of(1)));
write('no-classes.npy', npyOf([2, 0], new Float32Array(0)));
write('empty.txt', '');
write('huge.npy', npyHeader([2, 2 ** 49], '<f4'));
mkdirSync(join(folder, 'folder'));
const two = ['a', 'b'].map((name, k) => [
  name,
  { dtype: 'F32', shape: [1, 3], data_offsets: [12 * k, 12 * k + 12] },
]);
write('two.safetensors', safetensors(Object.fromEntries(two), Buffer.from(logits.buffer)));

/** What `evaluate` with these arguments writes to stderr, one line, and the status that it ends with. */
function failureOf(args: string): { status: number | null; line: string } {
  const { status, stdout, stderr } = run(['evaluate', ...args.split(' ').filter(Boolean)]);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^logits: [^\n]+\n$/);
  return { status, line: stderr.slice('logits: '.length, -1) };
}

const far = (target: number) =>
  `row 1 of far.npy is ${target}, but there are 3 classes (0 to 2). Classes are counted from 0; a target that means "no class" belongs in ignoreIndex`;
const ENOENT = 'ENOENT: no such file or directory';

describe('files that are not as they should be: status 1', () => {
  const cases: [args: string, line: string][] = [
    ['nope.npy y.npy', `Expected a readable file for nope.npy, received ${ENOENT}`],
    ['x.npy nope.npy', `Expected a readable file for nope.npy, received ${ENOENT}`],
    ['x.npy nope.txt', `Expected a readable file for nope.txt, received ${ENOENT}`],
    ['magic.npy y.npy', 'Expected an .npy file for magic.npy, received something else'],
    [
      'cut.npy y.npy',
      'Expected 24 bytes of data, as its shape [2, 3] says, for cut.npy, received 20',
    ],
    [
      'huge.npy y.npy',
      `Expected 4503599627370496 bytes of data, as its shape [2, ${2 ** 49}] says, for huge.npy, received 0`,
    ],
    ['x.npy y3.npy', 'Expected the shape [2], as the logits have rows, for y3.npy, received [3]'],
    [
      'x.npy column.npy',
      'Expected the shape [2], as the logits have rows, for column.npy, received [2, 1]',
    ],
    ['x.npy far.npy', far(3)],
    ['x.npy far.npy --batch-rows 1', far(3)],
    [
      'x.npy below.npy',
      'row 1 of below.npy is -1, but there are 3 classes (0 to 2). A target that means "no class" belongs in ignoreIndex',
    ],
    ['x.npy words.txt', "Expected a class (an integer) for line 3 of words.txt, received 'two'"],
    ['x.npy x.npy', 'Expected integers as targets for x.npy, received float32'],
    ['y.npy y.npy', 'Expected floating-point logits for y.npy, received int32'],
    [
      'bits.npy y.npy',
      'Expected floating-point logits for bits.npy, received uint16 (of which --dtype would say the type)',
    ],
    [
      'x.npy wide.npy y.npy',
      'Expected the shape [n, 3], as in x.npy, for wide.npy, received [2, 4]',
    ],
    ['number.npy y.npy', 'Expected a class axis for number.npy, received a single number'],
    ['no-classes.npy y.npy', 'Expected a class at least for no-classes.npy, received [2, 0]'],
    ['x.npy y.npy --bytes nope', `Expected a readable file for nope, received ${ENOENT}`],
    ['x.npy y.npy --bytes empty.txt', 'Expected text for empty.txt, received an empty file'],
    ['x.npy y.npy --bytes folder', 'Expected a file for folder, received a directory'],
    ['x.npy y.npy --json no/file', `Expected a writable file for no/file, received ${ENOENT}`],
    ['x.npy y.npy --json folder', 'Expected a writable file for folder, received a directory'],
    ['x.npy y.npy --report no/file', `Expected a writable file for no/file, received ${ENOENT}`],
  ];

  it.each(cases)('%s', (args, line) => {
    expect(failureOf(args)).toEqual({ status: 1, line });
  });

  it.runIf(hasNodeOptions)('a report without ECharts', () => {
    const hook = write(
      'no-echarts.cjs',
      `const Module = require('node:module');
      const resolve = Module._resolveFilename;
      Module._resolveFilename = (name, ...rest) => resolve(name === 'echarts' ? './none' : name, ...rest);`,
    );
    const args = ['evaluate', 'x.npy', 'y.npy', '--report', 'report.html'];
    const env = { ...process.env, NODE_OPTIONS: `--require ${hook}` };
    const message = 'Expected the package echarts to be installed for reports: npm install echarts';
    expect(run(args, { env })).toEqual({ status: 1, stdout: '', stderr: `logits: ${message}\n` });
  });

  it('leave what was written before as it is', () => {
    write('before.json', 'before');
    expect(failureOf('x.npy far.npy --json before.json').status).toBe(1);
    expect(readFileSync(join(folder, 'before.json'), 'utf8')).toBe('before');
  });
});

describe('a wrong command line: status 2', () => {
  const invalid = (option: string, value: string, rest: string) =>
    `option '${option}' argument '${value}' is invalid. ${rest}`;
  const integer = (option: string, value: string, least: string) =>
    invalid(option, value, `Expected an integer${least}.`);
  const integers = (option: string, value: string, least: string) =>
    invalid(option, value, `Expected integers${least} between commas.`);
  const positive = (option: string, value: string) =>
    invalid(option, value, 'Expected a finite number > 0.');
  const choices = 'Allowed choices are float16, bfloat16.';
  const cases: [args: string, line: string][] = [
    ['', "missing required argument 'LOGITS'"],
    ['x.npy', "missing required argument 'TARGETS'"],
    ['x.npy y.npy --tops 1', "unknown option '--tops' (Did you mean --top?)"],
    ['x.npy y.npy --top', "option '--top <k,...>' argument missing"],
    ['x.npy y.npy --axis one', integer('--axis <axis>', 'one', '')],
    ['x.npy y.npy --axis 0.5', integer('--axis <axis>', '0.5', '')],
    ['x.npy y.npy --axis=', integer('--axis <axis>', '', '')],
    [
      'x.npy y.npy --axis 2',
      'axis is 2, not an integer from -2 to 1, as the shape has 2 dimensions',
    ],
    ['x.npy y.npy --top 1,0', integers('--top <k,...>', '1,0', ' >= 1')],
    ['x.npy y.npy --top 1,,2', integers('--top <k,...>', '1,,2', ' >= 1')],
    ['x.npy y.npy --ignore-index 1e3', integers('--ignore-index <class,...>', '1e3', '')],
    [
      'x.npy y.npy --ignore-index 9007199254740992',
      integers('--ignore-index <class,...>', '9007199254740992', ''),
    ],
    ['x.npy y.npy --bins 0', integer('--bins <count>', '0', ' >= 1')],
    [
      'x.npy y.npy --bins 65537',
      'Evaluator: calibrationBins is 65537, not an integer from 1 to 65536',
    ],
    ['x.npy y.npy --batch-rows 0', integer('--batch-rows <rows>', '0', ' >= 1')],
    ['x.npy y.npy --batch-rows -5', integer('--batch-rows <rows>', '-5', ' >= 1')],
    ['x.npy y.npy --threads 0', integer('--threads <count>', '0', ' >= 1')],
    ['x.npy y.npy --temperature 0', positive('--temperature <t>', '0')],
    ['x.npy y.npy --temperature Infinity', positive('--temperature <t>', 'Infinity')],
    ['x.npy y.npy --softcap -1', positive('--softcap <s>', '-1')],
    ['x.npy y.npy --softcap much', positive('--softcap <s>', 'much')],
    ['x.npy y.npy --dtype half', invalid('--dtype <type>', 'half', choices)],
    [
      'x.npy y.npy --dtype float16',
      "Expected the file's float32 (16 bits alone have another reading) for dtype, received 'float16'",
    ],
    [
      'x.npy y.npy --bytes 0',
      "Expected an integer >= 1 or the name of a file for --bytes, received '0'",
    ],
    [
      'x.bin y.npy',
      "Expected a name that ends in .npy, .safetensors, .txt, .csv for path, received 'x.bin'",
    ],
    ['x.npy y.npy --tensor a', "Expected no name but in .safetensors for tensor, received 'a'"],
    [
      'two.safetensors y.npy',
      "Expected the name of a tensor of two.safetensors ('a', 'b') for tensor, received undefined",
    ],
    [
      'two.safetensors y.npy --tensor c',
      "Expected the name of a tensor of two.safetensors ('a', 'b') for tensor, received 'c'",
    ],
    [
      'x.npy y.npy --targets-tensor c',
      "Expected no name but in .safetensors for tensor, received 'c'",
    ],
  ];

  it.each(cases)('evaluate %s', (args, line) => {
    expect(failureOf(args)).toEqual({ status: 2, line });
  });

  it.each([
    [['evaluates'], "unknown command 'evaluates' (Did you mean evaluate?)"],
    [['--bogus'], "unknown option '--bogus'"],
    [['info', 'more'], "too many arguments for 'info'. Expected 0 arguments but got 1."],
  ])('%j', (args, line) => {
    expect(run(args)).toEqual({ status: 2, stdout: '', stderr: `logits: ${line}\n` });
  });

  it('an environment that asks for what there is not', () => {
    const env = { ...process.env, LOGITS_ISA: 'mmx' };
    const { status, stderr } = run(['info'], { env });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^logits: LOGITS_ISA is 'mmx', not '[a-z0-9', or]+'\n$/);
  });
});
