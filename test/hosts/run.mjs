// Runs the tests on every host that this machine can run, each with the binary that its users get, and prints what ran where.
// Needs dist/, and binaries: prebuilt ones, or for Linux x64 the local build, for arm64 a cross compiler.
//
//   node test/hosts/run.mjs [HOST]...        these (hosts.mjs has their names), or all
//     --files golden,memory/arrays,arguments only these test files, by their paths below test/, and all of these folders
//     --all                                  every file on emulated processors too, which takes hours
//     --prebuilds DIR                        the prebuilt binaries; default: prebuilds/
//     --markdown FILE                        the table, once more
//
// A host that cannot run says 'skipped' with the reason. Ends with one line 'N passed, N failed'; fails if any test did.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { filesNamed, leftOut, starting, testFiles } from './files.mjs';
import { hosts } from './hosts.mjs';
import { makeStage, root } from './stage.mjs';
import { tableOf } from './table.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    all: { type: 'boolean', default: false },
    files: { type: 'string' },
    markdown: { type: 'string' },
    prebuilds: { type: 'string', default: join(root, 'prebuilds') },
  },
});

function expectKnown(names, known) {
  for (const name of names.filter((name) => !known.includes(name))) {
    console.error(`unknown: ${name}. Known are ${known.join(', ')}`);
    process.exit(2);
  }
}
const names = options.files?.split(',');
expectKnown(names?.filter((name) => filesNamed(name).length === 0) ?? [], testFiles);
const chosenFiles = names && [...new Set(names.flatMap(filesNamed))];
expectKnown(
  positionals,
  hosts.map(({ name }) => name),
);

const work = mkdtempSync(join(tmpdir(), 'logits-hosts-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));
const stage = join(work, 'stage');

/** The test files that run on this host. */
function filesOf({ few, alone }) {
  const files = chosenFiles ?? (options.all ? testFiles : (few ?? testFiles));
  return alone ? files.filter((name) => !starting.test(name)) : files;
}

const reasonIn = (output) => /^skipped: (?:\S+: )?(.*)$/m.exec(output)?.[1] ?? 'no reason given';

/** The binary of this host, or the reason why there is none. */
function findBinary({ binary }) {
  const file = resolve(options.prebuilds, binary);
  if (existsSync(file)) return { file };
  if (binary === 'linux-x64/logits.glibc.node') {
    return { file: join(root, 'build', 'Release', 'logits.node') };
  }
  if (binary !== 'linux-arm64/logits.glibc.node') {
    return { reason: `there is no prebuilt ${binary}` };
  }
  const build = [join(import.meta.dirname, 'build-arm64-addon.sh'), join(work, 'arm64')];
  const { status, stdout, stderr } = spawnSync('sh', build, { encoding: 'utf8' });
  if (status === 0) return { file: join(work, 'arm64', 'logits.node') };
  if (status === 77) return { reason: reasonIn(stdout) };
  console.log(`${stdout}${stderr}`.slice(-20_000));
  return { reason: `${binary} cannot be compiled`, failed: 1 };
}

/** Runs one file: how many tests passed, failed and were skipped, or the reason why it did not run. */
function runFile({ name, command: [script, ...words], best, alone }, file) {
  const target = file === 'golden' ? ['test/golden/check.cjs', best] : [`test/${file}.cjs`];
  const limit = alone ? '7200' : '900';
  const args = [
    '--kill-after=10',
    limit,
    join(import.meta.dirname, script),
    ...words,
    stage,
    ...target,
  ];
  const env = { ...process.env, NO_COLOR: '1', ...(alone && { LOGITS_TESTS_ALONE: '1' }) };
  const started = performance.now();
  const { stdout, status } = spawnSync('timeout', args, {
    encoding: 'utf8',
    env,
    maxBuffer: 2 ** 30,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const seconds = (performance.now() - started) / 1000;
  const output = stdout.replaceAll('\r', '');
  if (status === 77) return { reason: reasonIn(output) };
  const line = output.match(/^\d+ passed, \d+ failed.*$/gm)?.at(-1);
  const [passed = 0, failed = 0, skipped = 0] = line?.match(/\d+/g).map(Number) ?? [];
  // A run that died has failed, whatever it had counted until then.
  const died = status !== 0 || line === undefined ? 1 : 0;
  const result = { passed, failed: Math.max(failed, died), skipped, seconds };
  if (result.failed > 0) console.log(output.slice(-20_000));
  console.log(`${name} ${file}: ${line ?? `ended with ${status}`} (${seconds.toFixed(1)} s)`);
  return result;
}

function runHost(host) {
  if (host.needless && positionals.length === 0) return { reason: host.needless };
  const { file: binary, ...without } = findBinary(host);
  if (!binary) return without;
  rmSync(join(stage, 'prebuilds'), { recursive: true, force: true });
  cpSync(binary, join(stage, 'prebuilds', host.binary));
  const total = { files: 0, passed: 0, failed: 0, skipped: 0, seconds: 0 };
  for (const file of filesOf(host)) {
    const result = runFile(host, file);
    if (result.reason) return result;
    for (const [key, value] of Object.entries({ files: 1, ...result })) total[key] += value;
  }
  return total;
}

for (const [name, reason] of Object.entries(leftOut)) console.log(`left out: ${name}: ${reason}`);
const chosen = hosts.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
await makeStage(stage, new Set(chosen.flatMap(filesOf)));
const rows = chosen.map((host) => {
  console.log(`== ${host.title}`);
  const result = runHost(host);
  if (result.reason) console.log(`skipped: ${host.name}: ${result.reason}`);
  return [host, result];
});

const table = tableOf(rows);
if (options.markdown) writeFileSync(options.markdown, table);
const sum = (key) => rows.reduce((total, [, result]) => total + (result[key] ?? 0), 0);
console.log(`\n${table}\n${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('failed') === 0 ? 0 : 1;
