// The figures of a run as JSON, one line a measurement, so that two runs can be compared as text.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const resultsFolder = fileURLToPath(new URL('../results', import.meta.url));

function list(values, indent, stringify) {
  if (values.length === 0) return '[]';
  return `[\n${values.map((value) => `${indent}  ${stringify(value)}`).join(',\n')}\n${indent}]`;
}

function trialText({ results, left, ...trial }) {
  const start = JSON.stringify(trial).slice(0, -1);
  const lines = (values) => list(values, '    ', JSON.stringify);
  return `${start},\n    "results": ${lines(results)},\n    "left": ${lines(left)}}`;
}

export function writeResults(file, { trials, ...run }) {
  const start = JSON.stringify(run, null, 2).slice(0, -2);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${start},\n  "trials": ${list(trials, '  ', trialText)}\n}\n`);
}

export const readResults = (file) => JSON.parse(readFileSync(file, 'utf8'));

/** The latest of the recorded runs: the file, or undefined. */
export function latestResults() {
  const files = readdirSync(resultsFolder).filter((name) => name.endsWith('.json'));
  return files
    .map((name) => join(resultsFolder, name))
    .sort((one, other) => readResults(one).date.localeCompare(readResults(other).date))
    .at(-1);
}
