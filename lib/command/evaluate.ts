import { withDataset } from './dataset.js';
import type { EvaluateOptions } from './evaluate-options.js';
import { gather } from './gather.js';
import { expectWritable, writeOutput } from './output.js';
import { beginReport } from './report.js';
import { summaryText } from './summary.js';
import { readTextBytes } from './text-bytes.js';

const STDOUT = '-';

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
  const { json, report: reportPath, bytes } = options;
  const jsonPath = json === STDOUT ? undefined : json;
  const textBytes = bytes === undefined ? undefined : readTextBytes(bytes);
  for (const path of [jsonPath, reportPath]) {
    if (path !== undefined) await expectWritable(path);
  }
  await withDataset(logitsPaths, targetsPath, options, async (dataset) => {
    const report =
      reportPath === undefined
        ? undefined
        : await beginReport(reportPath, dataset, logitsPaths, options);
    const { summary, firstNotFinite } = await gather(dataset, options, textBytes, report?.counts);
    if (firstNotFinite !== undefined) warnOfRows(summary.notFinite, firstNotFinite);
    const asJson = `${JSON.stringify(summary, null, 2)}\n`;
    process.stdout.write(json === STDOUT ? asJson : `${summaryText(summary)}\n`);
    if (jsonPath !== undefined) await writeOutput(jsonPath, asJson);
    await report?.write(summary);
  });
}
