import type { EvaluationSummary } from '../evaluation/types.js';
import { type Html, html } from './html.js';
import { count, decimal, percent } from './numbers.js';

interface Figure {
  readonly name: string;
  readonly value: string;
  readonly note?: string;
}

function rowsNote({ ignored, notFinite }: EvaluationSummary): string {
  return `besides ${count(ignored)} ignored and ${count(notFinite)} not finite`;
}

function figuresOf(summary: EvaluationSummary): Figure[] {
  const { calibration, bitsPerByte } = summary;
  return [
    { name: 'Rows', value: count(summary.rows), note: rowsNote(summary) },
    {
      name: 'Loss',
      value: decimal(summary.loss),
      note: `± ${decimal(summary.lossStandardError)} nats (standard error)`,
    },
    { name: 'Perplexity', value: decimal(summary.perplexity) },
    { name: 'Bits per token', value: decimal(summary.bitsPerToken) },
    ...(bitsPerByte === undefined ? [] : [{ name: 'Bits per byte', value: decimal(bitsPerByte) }]),
    ...Object.entries(summary.accuracy).map(([k, share]) => ({
      name: k === '1' ? 'Accuracy' : `Accuracy, top ${k}`,
      value: percent(share),
    })),
    { name: 'Brier score', value: decimal(summary.brier), note: 'from 0, the best, to 2' },
    { name: 'Mean entropy', value: decimal(summary.meanEntropy), note: 'nats' },
    {
      name: 'Calibration error',
      value: percent(calibration.expected),
      note:
        `mean (ECE); root mean square ${percent(calibration.rootMeanSquare)}, ` +
        `largest ${percent(calibration.maximum)}`,
    },
  ];
}

export function summarySection(summary: EvaluationSummary): Html {
  const tiles = figuresOf(summary).map(
    ({ name, value, note }) =>
      html`<div><dt>${name}</dt><dd>${value}${note ? html` <small>${note}</small>` : ''}</dd></div>\n`,
  );
  return html`<dl class="tiles">\n${tiles}</dl>\n`;
}
