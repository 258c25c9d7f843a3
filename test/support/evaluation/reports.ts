import { type ReportAbout, ReportCollector, renderReport } from '../../../lib/report/report.js';
import { type Evaluation, evaluate, modelRows } from './evaluations.js';

/** Evaluations as there are many: a classifier of digits, one of pictures, a language model. */
export const usual = {
  digits: () => evaluate(10, modelRows(10, 5000, { skill: 6 })),
  pictures: () => evaluate(100, modelRows(100, 10_000, { skill: 6 })),
  words: () => evaluate(32_000, modelRows(32_000, 200, { skill: 7, zipf: 1 })),
} as const;

/** More different mistakes than are told apart, and losses, classes and numbers of rows that need much room. */
export function extreme(): Evaluation {
  const rows = 70_000;
  const classes = 200_000;
  const numbers = Int32Array.from({ length: rows }, (_, row) => classes - 2 - row);
  const { confusion, ...summary } = evaluate(2, modelRows(2, 100)).summary;
  return {
    classes,
    rows: {
      losses: new Float64Array(rows).fill(1.234e-300),
      ranks: numbers,
      predictions: numbers,
    },
    targets: numbers.map((number) => number + 1),
    summary: { ...summary, perplexity: 1.234e300, loss: 1.234e-300 },
  };
}

export function aboutOf({ classes, targets }: Evaluation): ReportAbout {
  return {
    logits: ['logits.npy'],
    targets: 'targets.npy',
    shape: [targets.length, classes],
    axis: -1,
    elementType: 'float32',
    ignoreIndex: -100,
    isa: 'avx2',
    version: '1.2.3',
  };
}

/** The report of an evaluation whose rows are numbered from `firstRow` on. */
export function reportOf(
  evaluation: Evaluation,
  about: Partial<ReportAbout> = {},
  firstRow = 0,
): string {
  const collector = new ReportCollector(evaluation.classes);
  collector.add(evaluation.rows, evaluation.targets, firstRow);
  return renderReport(collector, evaluation.summary, { ...aboutOf(evaluation), ...about });
}
