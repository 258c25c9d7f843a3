import { fileError, optionError } from '../files/errors.js';
import { closeFile, openFile } from '../files/file.js';
import { runtime } from '../native/runtime.js';
import { loadECharts } from '../report/charts.js';
import { type ReportAbout, renderReport } from '../report/report.js';
import { type Dataset, type EvaluateOptions, withDataset } from './dataset.js';
import { expectWritable, packageVersion, summaryText, writeOutput } from './output.js';
import { run } from './run.js';

const STDOUT = '-';

/** How many bytes of text there are: a number, or the size of the file of that name. */
function readTextBytes(text: string): number {
  if (!/^[0-9]+$/.test(text)) {
    const file = openFile(text);
    closeFile(file);
    if (file.size === 0) throw fileError('text', text, 'an empty file');
    return file.size;
  }
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count === 0) {
    throw optionError('an integer >= 1 or the name of a file', '--bytes', text);
  }
  return count;
}

function aboutOf(
  { logits, targets, axis, elementType }: Dataset,
  logitsPaths: readonly string[],
  { ignoreIndex }: EvaluateOptions,
): ReportAbout {
  return {
    logits: logitsPaths,
    targets: targets.path,
    shape: logits.shape,
    axis,
    elementType,
    ignoreIndex,
    isa: runtime().isa,
    version: packageVersion,
  };
}

function warnOfRows(count: number, first: number): void {
  const rows = count === 1 ? '1 row is' : `${count} rows are`;
  process.stderr.write(
    `logits: warning: ${rows} not finite (a NaN, a +Infinity, or nothing but -Infinity) and left out; the first is row ${first}\n`,
  );
}

/** `logits evaluate`: what can be refused is refused before the first row is read. */
export async function evaluate(
  logitsPaths: readonly [string, ...string[]],
  targetsPath: string,
  options: EvaluateOptions,
): Promise<void> {
  const { json, report, bytes } = options;
  const jsonPath = json === STDOUT ? undefined : json;
  const textBytes = bytes === undefined ? undefined : readTextBytes(bytes);
  for (const path of [jsonPath, report]) {
    if (path !== undefined) expectWritable(path);
  }
  await withDataset(logitsPaths, targetsPath, options, async (dataset) => {
    if (report !== undefined) loadECharts();
    const { summary, collector, firstNotFinite } = await run(dataset, options, textBytes);
    if (firstNotFinite !== undefined) warnOfRows(summary.notFinite, firstNotFinite);
    // The confusion matrix is the report's alone.
    const asJson = `${JSON.stringify({ ...summary, confusion: undefined }, null, 2)}\n`;
    process.stdout.write(json === STDOUT ? asJson : `${summaryText(summary)}\n`);
    if (jsonPath !== undefined) writeOutput(jsonPath, asJson);
    if (report !== undefined && collector !== undefined) {
      const about = aboutOf(dataset, logitsPaths, options);
      writeOutput(report, renderReport(collector, summary, about));
    }
  });
}
