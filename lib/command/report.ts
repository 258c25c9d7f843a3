import type { EvaluationSummary } from '../evaluation/types.js';
import { runtime } from '../native/runtime.js';
import type { CollectorMemory } from '../report/collector.js';
import type { Dataset } from './dataset.js';
import type { EvaluateOptions } from './evaluate-options.js';
import { writeOutput } from './output.js';
import { packageVersion } from './version.js';

/** A report that grows with the rows. */
export interface Report {
  /** What is counted of rows, by any thread. */
  readonly counts: CollectorMemory;
  write(summary: EvaluationSummary): Promise<void>;
}

/** Begins a report, whose charts no other run loads: one that cannot be drawn is refused before a row is read. */
export async function beginReport(
  path: string,
  dataset: Dataset,
  logitsPaths: readonly string[],
  { ignoreIndex }: EvaluateOptions,
): Promise<Report> {
  const { loadECharts } = await import('../report/draw.js');
  const { ReportCollector, renderReport } = await import('../report/report.js');
  loadECharts();
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
    counts: collector.memory,
    write: async (summary) => writeOutput(path, await renderReport(collector, summary, about)),
  };
}
