import type { EvaluationSummary } from '../evaluation/types.js';
import { alignedTable } from './table.js';

const count = (value: number) => value.toLocaleString('en-US');

// Six digits: more than a standard error leaves of any of these.
const digits = (value: number) => (Number.isFinite(value) ? value.toPrecision(6) : `${value}`);

const percent = (share: number) => `${(100 * share).toFixed(2)} %`;

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
    ...Object.entries(summary.accuracy).map(([k, share]) => [`top-${k} accuracy`, percent(share)]),
    ['mean entropy', digits(summary.meanEntropy)],
    ['Brier score', digits(summary.brier)],
    ['calibration error', digits(calibration.expected), 'expected'],
    ['', digits(calibration.maximum), 'maximum'],
    ['', digits(calibration.rootMeanSquare), 'root mean square'],
  ]);
}
