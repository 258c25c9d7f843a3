import { constants, readFileSync } from 'node:fs';
import { access, stat, writeFile } from 'node:fs/promises';
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

function outputError(path: string, cause: unknown): Error {
  return fileAccessError(path, cause, 'a writable file');
}

/** Refuses a path that cannot be written to, before hours are spent on what should go there. */
export async function expectWritable(path: string): Promise<void> {
  try {
    const { isFolder, exists } = await stat(path).then(
      (stats) => ({ isFolder: stats.isDirectory(), exists: true }),
      () => ({ isFolder: false, exists: false }),
    );
    if (isFolder) throw new Error('a directory');
    await access(exists ? path : dirname(path), constants.W_OK);
  } catch (cause) {
    throw outputError(path, cause);
  }
}

export async function writeOutput(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (cause) {
    throw outputError(path, cause);
  }
}
