import type { EvaluationSummary, RowResults } from '../evaluation/types.js';
import type { ClassArray } from '../types.js';
import {
  type Matrix,
  MistakeCounts,
  type MistakeFields,
  matrixSections,
  mistakesSections,
} from './confusions.js';
import { count, decimal, Html, html, percent, style } from './html.js';
import { LossCounts, lossSection } from './losses.js';
import { RankCounts, rankSection } from './ranks.js';
import { reliabilitySection } from './reliability.js';
import { WorstRows, worstSection } from './worst-rows.js';

/** A confusion matrix of more classes than this could not be read. */
export const mostMatrixClasses = 100;

/** Targets without BigInts, which cost an allocation each: a class fits into the low word, which comes first on every host of the addon. */
function classNumbers(targets: ClassArray): ArrayLike<number> {
  if (!(targets instanceof BigInt64Array || targets instanceof BigUint64Array)) return targets;
  const words = new Int32Array(targets.buffer, targets.byteOffset, 2 * targets.length);
  return new Int32Array(targets.length).map((_, row) => words[2 * row] as number);
}

/** What the fields of a {@link ReportCollector} hold: a message to another thread carries no more. */
export interface ReportCounts {
  readonly losses: Pick<LossCounts, 'counts'>;
  readonly ranks: Pick<RankCounts, 'counts'>;
  readonly worst: Pick<WorstRows, 'rows'>;
  readonly mistakes: MistakeFields | undefined;
}

/**
 * What a report shows of single rows, besides a summary. All of it is counted without regard to the order of rows, and merges
 * exactly: so any parts of an evaluation may be counted apart, by threads, say.
 */
export class ReportCollector {
  readonly losses = new LossCounts();
  readonly ranks: RankCounts;
  readonly worst = new WorstRows();
  /** Only where the summary has no confusion matrix. */
  readonly mistakes: MistakeCounts | undefined;

  constructor(classes: number) {
    this.ranks = new RankCounts(classes);
    this.mistakes = classes > mostMatrixClasses ? new MistakeCounts(classes) : undefined;
  }

  /** Adds rows that are numbered from `firstRow` on. `targets` has one element a row. */
  add(rows: RowResults, targets: ClassArray, firstRow: number): void {
    const numbers = classNumbers(targets);
    this.losses.add(rows.losses, rows.ranks);
    this.ranks.add(rows.ranks);
    this.worst.add(rows, numbers, firstRow);
    this.mistakes?.add(rows.predictions, numbers);
  }

  /** Adds what another collector has counted, of as many classes. */
  merge({ losses, ranks, worst, mistakes }: ReportCounts): void {
    this.losses.merge(losses);
    this.ranks.merge(ranks);
    this.worst.merge(worst);
    if (mistakes !== undefined) this.mistakes?.merge(mistakes);
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

function sectionsOf({ losses, ranks, mistakes, worst }: ReportCollector, summary: ReportSummary) {
  if (ranks.rows === 0) return html`<p>No row counts, so there is nothing to draw.</p>`;
  const { calibration, confusion, loss } = summary;
  const confusions = [
    ...(confusion === undefined ? [] : matrixSections(confusion)),
    ...(mistakes === undefined ? [] : mistakesSections(mistakes)),
  ];
  return html`<div class="charts">
${reliabilitySection(calibration)}${lossSection(losses, loss)}${rankSection(ranks)}${confusions}${worstSection(worst)}</div>`;
}

/** A summary, and the counts of each target and prediction where there are few classes. */
export type ReportSummary = EvaluationSummary & { readonly confusion?: Matrix | undefined };

/** An evaluation as one HTML file, which loads nothing else and runs no script. */
export function renderReport(
  collector: ReportCollector,
  summary: ReportSummary,
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
