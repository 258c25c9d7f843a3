import type { EvaluationSummary } from '../evaluation-types.js';
import { runtime } from '../runtime.js';
import type { Dataset } from './dataset.js';
import type { EvaluateOptions } from './evaluate.js';
import type { Observer } from './gather.js';
import { packageVersion } from './version.js';

/** A report that grows with the rows. */
export interface Report {
  readonly observe: Observer;
  render(summary: EvaluationSummary): Promise<string>;
}

/** Begins a report, whose parts no other run loads. */
export async function beginReport(
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
    render: (summary) => renderReport(collector, summary, about),
  };
}
