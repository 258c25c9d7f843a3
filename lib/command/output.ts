import { accessSync, constants, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { EvaluationSummary } from '../evaluation/types.js';
import { fileAccessError } from '../files/errors.js';
import { count } from '../report/html.js';

const manifest = readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8');

/** The version of this package. */
export const packageVersion: string = JSON.parse(manifest).version;

/** Rows of words in columns of one width each. */
export function alignedTable(rows: readonly (readonly string[])[]): string {
  const widthOf = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows
    .map((row) => row.map((word, column) => word.padEnd(widthOf(column))).join('  '))
    .map((line) => line.trimEnd())
    .join('\n');
}

// Six digits: more than a standard error leaves of any of these.
const digits = (value: number) => (Number.isFinite(value) ? value.toPrecision(6) : `${value}`);

const fixedPercent = (share: number) => `${(100 * share).toFixed(2)} %`;

/** A summary for people to read. */
export function summaryText(summary: EvaluationSummary): string {
  const { bitsPerByte, calibration } = summary;
  return alignedTable([
    ['rows', count(summary.rows)],
    ['ignored', count(summary.ignored)],
    ['not finite', count(summary.notFinite)],
    ['loss', digits(summary.loss), `± ${digits(summary.lossStandardError)}`],
    ['perplexity', digits(summary.perplexity)],
    ['bits per token', digits(summary.bitsPerToken)],
    ...(bitsPerByte === undefined ? [] : [['bits per byte', digits(bitsPerByte)]]),
    ...Object.entries(summary.accuracy).map(([k, share]) => [
      `top-${k} accuracy`,
      fixedPercent(share),
    ]),
    ['mean entropy', digits(summary.meanEntropy)],
    ['Brier score', digits(summary.brier)],
    ['calibration error', digits(calibration.expected), 'expected'],
    ['', digits(calibration.maximum), 'maximum'],
    ['', digits(calibration.rootMeanSquare), 'root mean square'],
  ]);
}

function written(path: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    throw fileAccessError(path, cause, 'a writable file');
  }
}

/** Refuses a path that cannot be written to, before hours are spent on what should go there. */
export function expectWritable(path: string): void {
  written(path, () => {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats?.isDirectory()) throw new Error('a directory');
    accessSync(stats === undefined ? dirname(path) : path, constants.W_OK);
  });
}

export function writeOutput(path: string, text: string): void {
  written(path, () => writeFileSync(path, text));
}
