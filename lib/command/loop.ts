import { setImmediate as pause } from 'node:timers/promises';
import { targetError } from '../arguments/errors.js';
import type { TypedClassIndices } from '../arguments/targets.js';
import { Evaluator, updateRows } from '../evaluation/evaluator.js';
import type { EvaluatorState, RowResults } from '../evaluation/types.js';
import type { NativeArray } from '../native/addon.js';
import { type CollectorMemory, ReportCollector } from '../report/report.js';
import { type Batch, BatchReader, batchesOf, type Partition } from './batches.js';
import type { Dataset, EvaluateOptions } from './dataset.js';

/** What all threads work on: plain data, and memory that they share. */
export interface Job {
  readonly dataset: Dataset;
  readonly options: EvaluateOptions;
  readonly textBytes: number | undefined;
  readonly partition: Partition;
  /** How many threads each call may use. */
  readonly threads: number;
  readonly schedule: Int32Array;
  /** What a report counts; undefined where there is none. */
  readonly counts: CollectorMemory | undefined;
}

/** What a thread returns besides what it has added to its evaluator. */
export interface ThreadResult {
  /** The first of its rows that is not finite. */
  readonly firstNotFinite: number | undefined;
  readonly failure: { readonly chunk: number; readonly error: unknown } | undefined;
}

/** What a worker thread posts in the end. Messages do not carry the code of an error. */
export interface WorkerResult {
  readonly state: EvaluatorState;
  readonly result: ThreadResult;
  readonly code: unknown;
}

/** The results of a batch's rows. */
interface BatchResult {
  readonly firstRow: number;
  readonly targets: TypedClassIndices;
  readonly results: RowResults;
}

// The numbers that all threads share. Chunks from END on are no longer wanted; TURN is the chunk that is counted next.
const [TAKEN, DONE, END, TURN] = [0, 1, 2, 3] as const;
const NUMBERS = 4;

// The longest time that a thread waits for its turn without running its event loop.
const WAIT_MS = 5;

/** Which thread does which chunk: each takes the next one, so that a slow thread does fewer. */
export class Schedule {
  readonly chunks: number;
  readonly memory: Int32Array;

  /** @param memory - Of another thread's schedule of these chunks. Default: its own. */
  constructor(chunks: number, memory?: Int32Array) {
    this.chunks = chunks;
    this.memory = memory ?? new Int32Array(new SharedArrayBuffer(4 * NUMBERS));
    if (memory === undefined) this.memory[END] = chunks;
  }

  /** The next chunk; undefined where there is none, or none that is wanted. */
  take(): number | undefined {
    const chunk = Atomics.add(this.memory, TAKEN, 1);
    return this.isWanted(chunk) ? chunk : undefined;
  }

  finish(): void {
    Atomics.add(this.memory, DONE, 1);
  }

  /** The share of the chunks that are done. */
  get done(): number {
    return Atomics.load(this.memory, DONE) / this.chunks;
  }

  /** False behind a chunk that failed. Those before it are wanted: of several failures the first one is reported. */
  isWanted(chunk: number): boolean {
    return chunk < Atomics.load(this.memory, END);
  }

  /** Nothing from this chunk on is wanted. */
  fail(chunk: number): void {
    let end = Atomics.load(this.memory, END);
    while (chunk < end) end = Atomics.compareExchange(this.memory, END, end, chunk);
    Atomics.notify(this.memory, TURN);
  }

  /** Waits a while until all chunks before this one have passed the turn. Returns whether they have. */
  awaitTurn(chunk: number): boolean {
    const turn = Atomics.load(this.memory, TURN);
    if (turn !== chunk) Atomics.wait(this.memory, TURN, turn, WAIT_MS);
    return Atomics.load(this.memory, TURN) === chunk;
  }

  passTurn(): void {
    Atomics.add(this.memory, TURN, 1);
    Atomics.notify(this.memory, TURN);
  }
}

export function newEvaluator(dataset: Dataset, options: EvaluateOptions): Evaluator {
  return new Evaluator({
    classes: dataset.layout.classes,
    top: options.top,
    calibrationBins: options.bins,
    ignoreIndex: options.ignoreIndex,
    axis: 1,
  });
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
  logits: NativeArray,
  targets: TypedClassIndices,
): RowResults {
  const { elementType: dtype, layout } = dataset;
  const { temperature, softcap } = options;
  const shape = [batch.outers, layout.classes, batch.inners];
  // Known of all rows at once, the text counts with the first of them.
  const bytes = textBytes === undefined || batch.firstRow === 0 ? textBytes : 0;
  const updateOptions = { shape, dtype, temperature, softcap, threads, bytes };
  try {
    return updateRows(evaluator, logits, targets, updateOptions);
  } catch (error) {
    throw located(error, batch, dataset);
  }
}

/** Adds the batches of a chunk, one after another. */
function* addChunk(
  job: Job,
  evaluator: Evaluator,
  reader: BatchReader,
  chunk: number,
): Generator<BatchResult, void> {
  const batches = batchesOf(job.partition, job.dataset, chunk);
  const start = batches[0].firstRow;
  const rows = batches.reduce((sum, batch) => sum + batch.rows, 0);
  const all = reader.targets(start, rows);
  for (const batch of batches) {
    const { firstRow } = batch;
    const targets = all.subarray(firstRow - start, firstRow - start + batch.rows);
    const results = addBatch(job, evaluator, batch, reader.logits(batch), targets);
    yield { firstRow, targets, results };
  }
}

/** Counts a chunk when all before it are counted: what is known of mistakes depends on the order of rows. */
async function countInTurn(
  collector: ReportCollector,
  batches: readonly BatchResult[],
  chunk: number,
  schedule: Schedule,
): Promise<void> {
  while (!schedule.awaitTurn(chunk)) {
    if (!schedule.isWanted(chunk)) return;
    await pause();
  }
  for (const { results, targets, firstRow } of batches) collector.add(results, targets, firstRow);
  schedule.passTurn();
}

/**
 * Takes chunk after chunk and adds their rows to the evaluator, until none is left or one has failed. Every
 * thread runs this loop, the main one too. A batch is read by the thread that computes with it: so its rows
 * stay in one core's cache, and no thread waits for another.
 */
export async function evaluateChunks(job: Job, evaluator: Evaluator): Promise<ThreadResult> {
  const { dataset, partition, counts } = job;
  const schedule = new Schedule(partition.chunks, job.schedule);
  let firstNotFinite: number | undefined;
  let chunk: number | undefined;
  try {
    const reader = new BatchReader(partition, dataset);
    const collector = counts && new ReportCollector(dataset.layout.classes, counts);
    for (chunk = schedule.take(); chunk !== undefined; chunk = schedule.take()) {
      const kept: BatchResult[] = [];
      for (const batch of addChunk(job, evaluator, reader, chunk)) {
        const at = firstNotFinite === undefined ? batch.results.losses.findIndex(Number.isNaN) : -1;
        if (at >= 0) firstNotFinite = batch.firstRow + at;
        if (collector !== undefined) kept.push(batch);
        if (!schedule.isWanted(chunk)) break;
      }
      if (collector !== undefined) await countInTurn(collector, kept, chunk, schedule);
      schedule.finish();
      // The main thread also draws the progress bar and receives the results of the others.
      await pause();
    }
    return { firstNotFinite, failure: undefined };
  } catch (error) {
    schedule.fail(chunk ?? 0);
    return { firstNotFinite, failure: { chunk: chunk ?? 0, error } };
  }
}
