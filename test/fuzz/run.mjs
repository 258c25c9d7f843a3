// node test/fuzz/run.mjs [--seed S] [--calls N] [--minutes M] [--processes P] [--promises]
//     draws calls and checks each; the corpus goes first
// node test/fuzz/run.mjs --seed S --only I      one draw again
// node test/fuzz/run.mjs --case '{...}'         one record
// node test/fuzz/run.mjs --self-test            whether the fuzzer sees mistakes
import { fork } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { load, smallestOf, wrongOf } from './case.mjs';
import { Statistics } from './compare.mjs';
import { complete } from './corpus.mjs';
import { draw } from './draw.mjs';
import { checkPromises, loadPromises } from './promises.mjs';
import { selfTest } from './self-test.mjs';
import { functionNames } from './signatures.mjs';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    calls: { type: 'string' },
    minutes: { type: 'string' },
    processes: { type: 'string', default: '1' },
    only: { type: 'string' },
    case: { type: 'string' },
    promises: { type: 'boolean', default: false },
    'self-test': { type: 'boolean', default: false },
    worst: { type: 'boolean', default: false },
  },
});

function numberOf(name, fallback) {
  if (values[name] === undefined) return fallback;
  const number = Number(values[name]);
  if (!(number >= 0)) throw new RangeError(`--${name} is no number: ${values[name]}`);
  return number;
}

const seed = numberOf('seed', Date.now() % 2 ** 31);
const minutes = numberOf('minutes');
const calls = numberOf('calls', minutes === undefined ? 100_000 : 2 ** 50);
const processes = numberOf('processes', 1);

let passed = 0;
let failed = 0;
function verdict(name, isFine, about) {
  if (isFine) passed++;
  else failed++;
  console.log(`${isFine ? 'ok' : 'FAILED'}: ${name}${about ? `: ${about}` : ''}`);
}
function finish() {
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

/** One case, in this process. */
async function runOne(record) {
  const context = { ...load(), statistics: new Statistics() };
  console.log(JSON.stringify(record));
  let { wrong, kind } = wrongOf(record, context);
  const promises = values.promises ? loadPromises() : undefined;
  if (wrong === undefined && promises?.[record.fn] !== undefined) {
    [wrong] = await checkPromises([record], { ...context, promises });
  }
  verdict(record.fn, wrong === undefined, wrong ?? kind);
  if (wrong === undefined || wrong.startsWith('the fuzzer')) return;
  const smallest = smallestOf(record, wrong, context);
  console.log(`the smallest that fails: ${wrongOf(smallest, context).wrong}`);
  console.log(`  node test/fuzz/run.mjs --case '${JSON.stringify(smallest)}'`);
}

const MOST_CRASHES = 5;

/** One process: what it reports, or where it crashed. */
function runProcess(share, folder) {
  const file = join(folder, String(share.first));
  const place = openSync(file, 'w+');
  const worker = new URL('./worker.mjs', import.meta.url);
  const child = fork(worker, ['--worker'], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc', place],
  });
  child.send({ ...share, place: 4 });
  return new Promise((resolve) => {
    let report;
    child.once('message', (message) => {
      report = message;
    });
    child.once('exit', (code, signal) => {
      closeSync(place);
      resolve(report ?? { crash: signal ?? code, index: Number(readFileSync(file, 'utf8')) });
    });
  });
}

/** All of a share: behind a case that crashes goes on another process. */
async function runShare(share, folder) {
  const reports = [];
  let { first } = share;
  while (reports.length < MOST_CRASHES) {
    const report = await runProcess({ ...share, first }, folder);
    reports.push(report);
    if (report.crash === undefined) break;
    first = report.index + (share.step ?? 1);
  }
  return reports;
}

const add = (total, part) => {
  for (const [name, count] of Object.entries(part)) total[name] = (total[name] ?? 0) + count;
};

function tell(reports, seconds) {
  const counts = {};
  const perFunction = {};
  const failures = {};
  const sums = { calls: 0, compared: 0, unsaid: 0, known: 0, promised: 0, ofPromises: 0 };
  const worst = new Map();
  for (const report of reports) {
    if (report.crash !== undefined) {
      const repeat = `node test/fuzz/run.mjs --seed ${seed} --only ${report.index}`;
      verdict('a process', false, `ended by ${report.crash} in\n  ${repeat}`);
      continue;
    }
    add(counts, report.numbers);
    add(perFunction, report.perFunction);
    add(failures, report.failed);
    for (const name of Object.keys(sums)) sums[name] += report[name];
    for (const [name, ratio] of report.worst)
      worst.set(name, Math.max(ratio, worst.get(name) ?? 0));
    for (const { fn, index, wrong, smallest, again } of report.failures) {
      const mode = values.promises ? ' --promises' : '';
      console.log(
        `${fn}: ${wrong}\n  node test/fuzz/run.mjs --seed ${seed} --only ${index}${mode}`,
      );
      console.log(
        `  made smaller: ${again}\n  node test/fuzz/run.mjs --case '${JSON.stringify(smallest)}'`,
      );
    }
  }
  const rate = Math.round(sums.calls / seconds);
  console.log(`${sums.calls} calls in ${seconds.toFixed(1)} s (${rate} a second), seed ${seed}:`);
  for (const [kind, count] of Object.entries(counts).sort((a, b) => b[1] - a[1]))
    console.log(`  ${count} ${kind}`);
  console.log(
    `${sums.compared} numbers compared; nothing is said about ${sums.unsaid}, nor of ${sums.known} calls`,
  );
  if (values.worst) {
    for (const [name, ratio] of [...worst].sort())
      console.log(`  ${ratio.toFixed(3)} of its bound: ${name}`);
  }
  for (const fn of functionNames) {
    if (perFunction[fn] === undefined) continue;
    const wrong = failures[fn] ?? 0;
    verdict(
      fn,
      wrong === 0,
      `${perFunction[fn]} calls${wrong > 0 ? `, ${wrong} of them wrong` : ''}`,
    );
  }
  if (sums.promised > 0) verdict('promises', sums.ofPromises === 0, `${sums.promised} calls`);
}

function tellCorpus(reports) {
  let cases = 0;
  const wrong = [];
  for (const report of reports) {
    cases += report.passed ?? 0;
    if (report.crash !== undefined) wrong.push(`case ${report.index}: ended by ${report.crash}`);
    wrong.push(...(report.failures ?? []));
  }
  for (const words of wrong) console.log(words);
  verdict('corpus', wrong.length === 0, `${cases} cases`);
}

async function runAll() {
  if (values.promises && loadPromises() === undefined) {
    console.log('skipped: no promises (there is no dist/promises.js)');
  }
  const folder = mkdtempSync(join(tmpdir(), 'logits-fuzz-'));
  tellCorpus(await runShare({ corpus: true, first: 0 }, folder));
  const start = Date.now();
  const until = minutes === undefined ? undefined : start + minutes * 60_000;
  const withPromises = values.promises;
  const shares = Array.from({ length: processes }, (_, first) =>
    runShare({ seed, first, step: processes, calls, until, withPromises }, folder),
  );
  const reports = (await Promise.all(shares)).flat();
  rmSync(folder, { recursive: true });
  tell(reports, (Date.now() - start) / 1000);
}

if (values['self-test']) {
  const { passed: seen, failed: unseen } = selfTest(load(), console.log);
  passed += seen;
  failed += unseen;
} else if (values.case !== undefined) {
  await runOne(complete(JSON.parse(values.case)));
} else if (values.only !== undefined) {
  await runOne(draw(seed, numberOf('only'), { isas: load().native.isas() }));
} else {
  await runAll();
}
finish();
