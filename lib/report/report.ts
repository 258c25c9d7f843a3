import type { EvaluationSummary, RowResults } from '../evaluation/types.js';
import {
  ConfusionMatrix,
  type Confusions,
  confusionSections,
  MistakeCounts,
} from './confusions.js';
import { classNumbers } from './counts.js';
import { count, decimal, Html, html, percent, style } from './html.js';
import { LossCounts, lossSection } from './losses.js';
import { RankCounts, rankSection } from './ranks.js';
import { reliabilitySection } from './reliability.js';
import { WorstRows, worstSection } from './worst-rows.js';

/** A matrix of more classes than this could not be read. */
const MATRIX_CLASSES = 100;

/** All that has been counted, shared by the collectors of all threads. */
export interface CollectorMemory {
  readonly losses: Float64Array;
  readonly ranks: Float64Array;
  readonly worst: Float64Array;
  readonly confusions: Float64Array;
}

/**
 * What a report shows of single rows, batch after batch. Its memory depends neither on the number of rows
 * nor, above `MATRIX_CLASSES`, on that of the classes.
 */
export class ReportCollector {
  readonly classes: number;
  readonly losses: LossCounts;
  readonly ranks: RankCounts;
  readonly worst: WorstRows;
  readonly confusions: Confusions;

  /** @param memory - Of another thread's collector, of as many classes. Default: its own. */
  constructor(classes: number, memory?: CollectorMemory) {
    this.classes = classes;
    this.losses = new LossCounts(memory?.losses);
    this.ranks = new RankCounts(classes, memory?.ranks);
    this.worst = new WorstRows(memory?.worst);
    this.confusions =
      classes <= MATRIX_CLASSES
        ? new ConfusionMatrix(classes, memory?.confusions)
        : new MistakeCounts(memory?.confusions);
  }

  get memory(): CollectorMemory {
    const { losses, ranks, worst, confusions } = this;
    return {
      losses: losses.counts,
      ranks: ranks.counts,
      worst: worst.memory,
      confusions: confusions.memory,
    };
  }

  /** Adds rows that are numbered from `firstRow` on. `targets` has one element a row. */
  add(rows: RowResults, targets: ArrayLike<number | bigint>, firstRow: number): void {
    const numbers = classNumbers(targets);
    this.losses.add(rows.losses, rows.ranks);
    this.ranks.add(rows.ranks);
    this.worst.add(rows, numbers, firstRow);
    this.confusions.add(rows.predictions, numbers);
  }
}

/** Where the evaluated numbers came from, and what computed. */
export interface ReportAbout {
  readonly logits: readonly string[];
  readonly targets: string;
  readonly shape: readonly number[];
  readonly axis: number;
  readonly elementType: string;
  readonly ignoreIndex: number | readonly number[];
  readonly isa: string;
  readonly version: string;
}

/** Of more files than this, only the first and the last one are named. */
const MOST_NAMED = 4;

function nameOfFiles(files: readonly string[]): string {
  if (files.length <= MOST_NAMED) return files.join(', ');
  return `${files[0]} to ${files.at(-1)} (${count(files.length)} files)`;
}

function aboutSection(about: ReportAbout): Html {
  const { shape, axis } = about;
  const entries = {
    Logits: nameOfFiles(about.logits),
    Targets: about.targets,
    Shape: `${shape.map(count).join(' × ')}, classes along axis ${axis < 0 ? axis + shape.length : axis}`,
    Elements: about.elementType,
    'Ignored target': [about.ignoreIndex].flat().join(', ') || 'none',
    'Computed by': `logits ${about.version} (${about.isa})`,
  };
  return html`<dl class="about">\n${Object.entries(entries).map(
    ([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>\n`,
  )}</dl>\n`;
}

type Figure = [name: string, value: string, note?: string];

function figuresOf(summary: EvaluationSummary): Figure[] {
  const { ignored, notFinite, calibration, bitsPerByte } = summary;
  return [
    [
      'Rows',
      count(summary.rows),
      `besides ${count(ignored)} ignored and ${count(notFinite)} not finite`,
    ],
    [
      'Loss',
      decimal(summary.loss),
      `± ${decimal(summary.lossStandardError)} nats (standard error)`,
    ],
    ['Perplexity', decimal(summary.perplexity)],
    ['Bits per token', decimal(summary.bitsPerToken)],
    ...(bitsPerByte === undefined ? [] : [['Bits per byte', decimal(bitsPerByte)] as Figure]),
    ...Object.entries(summary.accuracy).map(
      ([k, share]): Figure => [k === '1' ? 'Accuracy' : `Accuracy, top ${k}`, percent(share)],
    ),
    ['Brier score', decimal(summary.brier), 'from 0, the best, to 2'],
    ['Mean entropy', decimal(summary.meanEntropy), 'nats'],
    [
      'Calibration error',
      percent(calibration.expected),
      `mean (ECE); root mean square ${percent(calibration.rootMeanSquare)}, largest ${percent(calibration.maximum)}`,
    ],
  ];
}

function summarySection(summary: EvaluationSummary): Html {
  const tiles = figuresOf(summary).map(
    ([name, value, note]) =>
      html`<div><dt>${name}</dt><dd>${value}${note ? html` <small>${note}</small>` : ''}</dd></div>\n`,
  );
  return html`<dl class="tiles">\n${tiles}</dl>\n`;
}

function sectionsOf(
  { losses, ranks, confusions, worst }: ReportCollector,
  summary: EvaluationSummary,
) {
  if (ranks.rows === 0) return html`<p>No row counts, so there is nothing to draw.</p>`;
  return html`<div class="charts">
${reliabilitySection(summary.calibration)}${lossSection(losses, summary.loss)}${rankSection(ranks)}${confusionSections(confusions)}${worstSection(worst)}</div>`;
}

/** An evaluation as one HTML file, which loads nothing else and runs no script. */
export function renderReport(
  collector: ReportCollector,
  summary: EvaluationSummary,
  about: ReportAbout,
): string {
  const title = `Evaluation of ${nameOfFiles(about.logits)}`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
<h1>${title}</h1>
${aboutSection(about)}${summarySection(summary)}${sectionsOf(collector, summary)}
</body>
</html>
`;
  return page.markup;
}
