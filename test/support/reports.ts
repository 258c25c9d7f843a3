import type { ReportAbout } from '../../lib/report/about-section.js';
import { ReportCollector } from '../../lib/report/collector.js';
import { renderReport } from '../../lib/report/report.js';
import { type Evaluation, evaluate, modelRows } from './evaluations.js';

/** Evaluations as there are many: a classifier of digits, one of pictures, a language model. */
export const usual = {
  digits: () => evaluate(10, modelRows(10, 5000, { skill: 6 })),
  pictures: () => evaluate(100, modelRows(100, 10_000, { skill: 6 })),
  words: () => evaluate(32_000, modelRows(32_000, 200, { skill: 7, zipf: 1 })),
} as const;

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

/** The report of an evaluation. */
export function reportOf(
  evaluation: Evaluation,
  about: Partial<ReportAbout> = {},
): Promise<string> {
  const collector = new ReportCollector(evaluation.classes);
  collector.add(evaluation.rows, evaluation.targets, 0);
  return renderReport(collector, evaluation.summary, { ...aboutOf(evaluation), ...about });
}
