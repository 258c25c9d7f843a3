import { setImmediate as pause } from 'node:timers/promises';
import { targetError } from '../arguments/errors.js';
import { Evaluator, updateRows } from '../evaluation/evaluator.js';
import type { EvaluatorState, RowResults } from '../evaluation/types.js';
import { mostMatrixClasses, ReportCollector, type ReportCounts } from '../report/report.js';
import type { ClassArray } from '../types.js';
import { type Batch, BatchReader, batchAt, type Partition } from './batches.js';
import type { Dataset, EvaluateOptions } from './dataset.js';

/** What all threads work on: plain data, and a number that they share. */
export interface Job {
  readonly dataset: Dataset;
  readonly options: EvaluateOptions;
  readonly textBytes: number | undefined;
  readonly partition: Partition;
  /** How many threads each call may use. */
  readonly threads: number;
  /** How many batches have been taken, one after another: each thread takes the next one, so that a slow thread does fewer. */
  readonly taken: BigInt64Array;
}

/** What a thread has found in its batches. */
export interface ThreadResult {
  readonly evaluator: Evaluator;
  /** What a report shows; undefined where there is none. */
  readonly collector: ReportCollector | undefined;
  /** The first row that is not finite. */
  readonly firstNotFinite: number | undefined;
  readonly failure: { readonly batch: number; readonly error: unknown } | undefined;
}

/** The same as a worker thread posts it: plain data. Messages do not carry the code of an error. */
export interface WorkerResult extends Omit<ThreadResult, 'evaluator' | 'collector'> {
  readonly evaluator: EvaluatorState;
  readonly collector: ReportCounts | undefined;
  readonly code: unknown;
}

// How long a thread computes before its event loop runs, which on the main thread draws the progress bar.
const LONGEST_RUN_MS = 20;

/** No batch is taken any more. All before one that has failed are taken, so that of several failures the first in the file is known. */
export function stop({ taken, partition }: Job): void {
  Atomics.store(taken, 0, BigInt(partition.batches));
}

/** An error about a target of a batch as one about a row of the file. */
function located(error: unknown, { firstRow }: Batch, { targets, layout }: Dataset): unknown {
  const { code, row, target } = error as { code?: string; row: number; target: number };
  if (code !== 'ERR_TARGET_OUT_OF_RANGE') return error;
  const fileRow = row + firstRow;
  return targetError(fileRow, target, layout.classes, `row ${fileRow} of ${targets.path}`);
}

function addBatch(
  { dataset, options, textBytes, threads }: Job,
  evaluator: Evaluator,
  batch: Batch,
  reader: BatchReader,
  targets: ClassArray,
): RowResults {
  const { elementType: dtype, layout } = dataset;
  const { temperature, softcap } = options;
  const shape = [batch.outers, layout.classes, batch.inners];
  // Known of all rows at once, the text counts with the first of them.
  const bytes = textBytes === undefined || batch.firstRow === 0 ? textBytes : 0;
  const updateOptions = { shape, dtype, temperature, softcap, threads, bytes };
  try {
    return updateRows(evaluator, reader.logits(batch), targets, updateOptions);
  } catch (error) {
    throw located(error, batch, dataset);
  }
}

/** Whether all pairs of target and prediction are counted: for the report alone. */
export const hasConfusion = ({ options, dataset }: Job): boolean =>
  options.report !== undefined && dataset.layout.classes <= mostMatrixClasses;

/**
 * Takes batch after batch and evaluates its rows, until none is left or one has failed. Every thread runs this
 * loop, the main one too. A batch is read by the thread that computes with it: so its rows stay in one core's cache,
 * and no thread waits for another.
 */
export async function evaluateBatches(job: Job): Promise<ThreadResult> {
  const { dataset, options, partition, taken } = job;
  const { classes } = dataset.layout;
  const evaluator = new Evaluator({
    classes,
    top: options.top,
    calibrationBins: options.bins,
    confusion: hasConfusion(job),
    ignoreIndex: options.ignoreIndex,
    axis: 1,
  });
  const collector = options.report === undefined ? undefined : new ReportCollector(classes);
  const take = () => Number(Atomics.add(taken, 0, 1n));
  let firstNotFinite: number | undefined;
  let failure: ThreadResult['failure'];
  let index = 0;
  try {
    const reader = new BatchReader(partition, dataset);
    let start = performance.now();
    for (index = take(); index < partition.batches; index = take()) {
      const batch = batchAt(partition, dataset, index);
      const targets = reader.targets(batch);
      const results = addBatch(job, evaluator, batch, reader, targets);
      if (firstNotFinite === undefined) {
        const at = results.losses.findIndex(Number.isNaN);
        if (at >= 0) firstNotFinite = batch.firstRow + at;
      }
      collector?.add(results, targets, batch.firstRow);
      if (performance.now() - start > LONGEST_RUN_MS) {
        await pause();
        start = performance.now();
      }
    }
  } catch (error) {
    stop(job);
    failure = { batch: index, error };
  }
  return { evaluator, collector, firstNotFinite, failure };
}
