import { targetError } from '../errors.js';
import type { EvaluationSummary, RowResults } from '../evaluation-types.js';
import { Evaluator, updateRows } from '../evaluator.js';
import { type Batch, readBatches } from './batches.js';
import type { Dataset } from './dataset.js';
import type { EvaluateOptions } from './evaluate-options.js';
import { showProgress } from './progress.js';

/** What sees every row's results, batch after batch. */
export type Observer = (rows: RowResults, batch: Batch) => void;

export interface Gathered {
  readonly summary: EvaluationSummary;
  /** The first row that is not finite. */
  readonly firstNotFinite: number | undefined;
}

/** An error about a target of a batch as one about a row of the file. */
function located(error: unknown, { firstRow, shape }: Batch, path: string): unknown {
  const { code, row, target } = error as { code?: string; row: number; target: number };
  if (code !== 'ERR_TARGET_OUT_OF_RANGE') return error;
  return targetError(row + firstRow, target, shape[1], `row ${row + firstRow} of ${path}`);
}

const rowOf = (index: number, { firstRow }: Batch) => (index < 0 ? undefined : firstRow + index);

/** Reads a data set to its end. */
export async function gather(
  dataset: Dataset,
  options: EvaluateOptions,
  textBytes: number | undefined,
  observe: Observer | undefined,
): Promise<Gathered> {
  const { temperature, softcap, threads } = options;
  const evaluator = new Evaluator({
    classes: dataset.layout.classes,
    top: options.top,
    calibrationBins: options.bins,
    ignoreIndex: options.ignoreIndex,
    axis: 1,
  });
  const update = (batch: Batch): RowResults => {
    const { logits, targets, shape, firstRow } = batch;
    const dtype = dataset.elementType;
    // Known of all rows at once, the text counts with the first of them.
    const bytes = textBytes === undefined || firstRow === 0 ? textBytes : 0;
    const given = { shape, dtype, temperature, softcap, threads, bytes };
    try {
      return updateRows(evaluator, logits, targets, given);
    } catch (error) {
      throw located(error, batch, dataset.targets.path);
    }
  };
  const progress = showProgress(dataset.logits.bytes, options.quiet === true);
  let firstNotFinite: number | undefined;
  try {
    for await (const batch of readBatches(dataset, options.batchRows)) {
      const rows = update(batch);
      observe?.(rows, batch);
      firstNotFinite ??= rowOf(rows.losses.findIndex(Number.isNaN), batch);
      progress.add(batch.logits.byteLength);
    }
  } finally {
    progress.end();
  }
  return { summary: evaluator.summary(), firstNotFinite };
}
