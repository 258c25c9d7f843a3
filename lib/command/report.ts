import type { EvaluationSummary } from '../evaluation-types.js';
import { runtime } from '../runtime.js';
import type { Dataset } from './dataset.js';
import type { EvaluateOptions } from './evaluate-options.js';
import type { Observer } from './gather.js';
import { writeOutput } from './output.js';
import { packageVersion } from './version.js';

/** A report that grows with the rows. */
export interface Report {
  readonly observe: Observer;
  write(summary: EvaluationSummary): Promise<void>;
}

/** Begins a report, whose parts no other run loads. */
export async function beginReport(
  path: string,
  dataset: Dataset,
  logitsPaths: readonly string[],
  { ignoreIndex }: EvaluateOptions,
): Promise<Report> {
  const { ReportCollector } = await import('../report/collector.js');
  const { renderReport } = await import('../report/report.js');
  const { logits, targets, axis, elementType, layout } = dataset;
  const collector = new ReportCollector(layout.classes);
  const about = {
    logits: logitsPaths,
    targets: targets.path,
    shape: logits.shape,
    axis,
    elementType,
    ignoreIndex,
    isa: runtime().isa,
    version: packageVersion,
  };
  return {
    observe: (rows, { targets, firstRow }) => collector.add(rows, targets, firstRow),
    write: async (summary) => writeOutput(path, await renderReport(collector, summary, about)),
  };
}
