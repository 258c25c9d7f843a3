// Compares the instructions per element of every kernel with those recorded beside this file, or records
// them with --record. A count does not depend on what else the machine does, so that it shows a
// regression of a few per cent; it says nothing about memory or about instructions of unlike speed.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compilerOf, count, isaOf, Skipped } from './count.mjs';

/** More instructions than that, relative to the record, are a regression. */
const MARGIN = 0.03;

const SKIPPED = 77;

const { values } = parseArgs({ options: { record: { type: 'boolean', default: false } } });

function skip(reason) {
  console.log(`skipped: instructions: ${reason}`);
  process.exit(SKIPPED);
}

function printCounts(counts, recorded) {
  const line = (...cells) =>
    console.log(cells.map((cell, i) => (i === 0 ? cell.padEnd(44) : cell.padStart(10))).join(''));
  line('instructions per element', 'now', 'recorded', 'change');
  for (const [name, now] of Object.entries(counts)) {
    const then = recorded[name];
    const change = then === undefined ? '' : `${(100 * (now / then - 1)).toFixed(1)} %`;
    line(name, now.toFixed(3), then?.toFixed(3) ?? '-', change);
  }
}

function check(counts, recorded) {
  const failed = [];
  for (const name of new Set([...Object.keys(counts), ...Object.keys(recorded)])) {
    if (!(name in counts)) failed.push(`${name}: recorded, but not counted`);
    else if (!(name in recorded)) failed.push(`${name}: counted, but not recorded`);
    else if (counts[name] > (1 + MARGIN) * recorded[name]) {
      failed.push(`${name}: ${counts[name]} instructions per element, ${recorded[name]} recorded`);
    }
  }
  const fewer = Object.keys(counts).filter((name) => counts[name] < (1 - MARGIN) * recorded[name]);
  if (fewer.length > 0) console.log(`${fewer.length} kernels need fewer than recorded.`);
  for (const reason of failed) console.error(`FAILED: ${reason}`);
  if (fewer.length > 0 || failed.length > 0) {
    console.log('If that is meant, record it: npm run bench:instructions -- --record');
  }
  console.log(`${Object.keys(counts).length - failed.length} passed, ${failed.length} failed`);
  return failed.length === 0;
}

try {
  const isa = isaOf();
  const file = fileURLToPath(new URL(`${isa}.json`, import.meta.url));
  const compiler = compilerOf(isa);
  const counts = count(isa);
  if (values.record) {
    writeFileSync(file, `${JSON.stringify({ compiler, counts }, null, 2)}\n`);
    console.log(`${Object.keys(counts).length} kernels recorded in ${file}`);
    process.exit();
  }
  const recorded = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { counts: {} };
  printCounts(counts, recorded.counts);
  if (recorded.compiler === undefined) skip(`nothing is recorded for ${isa}`);
  if (recorded.compiler !== compiler) {
    skip(`other compiler: ${compiler} here, ${recorded.compiler} recorded`);
  }
  process.exit(check(counts, recorded.counts) ? 0 : 1);
} catch (error) {
  if (error instanceof Skipped) skip(error.message);
  throw error;
}
