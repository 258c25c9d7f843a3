// Writes reports: a folder with a document and its charts, and the README's part.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chartList } from './chart-list.mjs';
import { reportOf } from './document.mjs';
import { withSpeedSection } from './speed-section.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const readmeFile = join(root, 'README.md');

/** Charts need a package that only `bench/` has, so it is loaded where they are drawn. */
export async function writeReport(run, folder) {
  const { drawChart } = await import('./charts.mjs');
  mkdirSync(folder, { recursive: true });
  for (const chart of chartList(run)) {
    writeFileSync(join(folder, chart.name), drawChart(run, chart));
  }
  writeFileSync(join(folder, 'README.md'), reportOf(run));
}

function newReadme(run, folder) {
  const from = relative(root, folder).replaceAll('\\', '/');
  return withSpeedSection(readFileSync(readmeFile, 'utf8'), run, from);
}

export function writeReadme(run, folder) {
  writeFileSync(readmeFile, newReadme(run, folder));
}

/** The documents that do not say what the figures say; charts are not compared. */
export function outdated(run, folder) {
  const report = join(folder, 'README.md');
  return [
    ...(existsSync(report) && readFileSync(report, 'utf8') === reportOf(run) ? [] : [report]),
    ...(readFileSync(readmeFile, 'utf8') === newReadme(run, folder) ? [] : [readmeFile]),
  ];
}
