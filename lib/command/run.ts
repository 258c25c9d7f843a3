import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { SingleBar } from 'cli-progress';
import { Evaluator } from '../evaluation/evaluator.js';
import type { EvaluationSummary } from '../evaluation/types.js';
import { threadError } from '../files/errors.js';
import { runtime } from '../native/runtime.js';
import type { CollectorMemory } from '../report/report.js';
import { type Partition, partitionOf, readerBytes, sizes } from './batches.js';
import type { Dataset, EvaluateOptions } from './dataset.js';
import {
  evaluateChunks,
  type Job,
  newEvaluator,
  Schedule,
  type ThreadResult,
  type WorkerResult,
} from './loop.js';

// These many have the memory's whole speed, and a thread takes some ten megabytes.
const MOST_THREADS = 8;

// Of the buffers of all threads together, unless those of a single thread take more.
const MOST_BYTES = 128 * 1024 * 1024;

// Besides the work that its classes are, a row costs about as much as this many bytes of them.
const ROW_BYTES = 1024;

// In Deno each thread numbers its files by itself, so that a worker thread cannot read those that are open already.
const SHARES_FILES = !('deno' in process.versions);

/** How many threads take chunks, of those that may compute. */
function threadsFor(dataset: Dataset, partition: Partition, most: number): number {
  if (!SHARES_FILES) return 1;
  const { logits, layout } = dataset;
  const work = logits.bytes + layout.outer * layout.inner * ROW_BYTES;
  const worthwhile = Math.floor(work / sizes.thread);
  const buffers = Math.floor(MOST_BYTES / readerBytes(partition, dataset));
  return Math.max(1, Math.min(most, MOST_THREADS, partition.chunks, worthwhile, buffers));
}

function startWorker(job: Job): Promise<WorkerResult> {
  const worker = new Worker(join(__dirname, 'worker.js'), { workerData: job });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', (cause) => reject(threadError(cause)));
    worker.once('exit', () => reject(threadError(undefined)));
  });
}

/** Has a worker thread take part, and adds its rows to the evaluator. */
async function withWorker(job: Job, evaluator: Evaluator): Promise<ThreadResult> {
  try {
    const { state, result, code } = await startWorker(job);
    evaluator.merge(Evaluator.fromJSON(state));
    if (result.failure !== undefined) Object.assign(result.failure.error as Error, { code });
    return result;
  } catch (error) {
    // The chunk that it had taken is lost, and with it the evaluation.
    new Schedule(job.partition.chunks, job.schedule).fail(0);
    throw error;
  }
}

/**
 * Evaluates all chunks on so many threads, of which this one is the first. When it ends, so have all.
 *
 * @returns The first row that is not finite.
 * @throws The error of the first chunk that failed: the one that a single thread would have found.
 */
async function evaluateOnThreads(
  job: Job,
  threads: number,
  evaluator: Evaluator,
): Promise<number | undefined> {
  const workers = Array.from({ length: threads - 1 }, () => withWorker(job, evaluator));
  const settled = await Promise.allSettled([...workers, evaluateChunks(job, evaluator)]);
  const results = settled.map((thread) => {
    if (thread.status === 'rejected') throw thread.reason;
    return thread.value;
  });
  const failures = results.flatMap(({ failure }) => failure ?? []);
  const [first] = failures.sort((one, other) => one.chunk - other.chunk);
  if (first !== undefined) throw first.error;
  const rows = results.flatMap(({ firstNotFinite }) => firstNotFinite ?? []);
  return rows.length === 0 ? undefined : Math.min(...rows);
}

const SECOND = 1000;
const INTERVAL = 100;

// The columns that rate and time need: a narrow terminal has a shorter bar.
const FIGURES_WIDTH = 36;

function asTime(seconds: number): string {
  const whole = Math.ceil(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/**
 * Shows a bar with rate and remaining time of `total` bytes on stderr, if that is a terminal.
 *
 * @param done - Returns the share that is done.
 * @returns What removes the bar.
 */
function showProgress(total: number, done: () => number): () => void {
  const bar = new SingleBar({
    barsize: Math.max(0, Math.min(40, (process.stderr.columns || 80) - FIGURES_WIDTH)),
    format: '[{bar}] {percentage}%  {speed} GB/s  {remaining} left',
    clearOnComplete: true,
    linewrap: true,
  });
  const start = performance.now();
  const update = () => {
    const bytes = done() * total;
    const rate = bytes / ((performance.now() - start) / SECOND);
    const remaining = bytes > 0 ? asTime((total - bytes) / rate) : '-';
    bar.update(bytes, { speed: (rate / 1e9).toFixed(2), remaining });
  };
  bar.start(total, 0, { speed: '0.00', remaining: '-' });
  const timer = setInterval(update, INTERVAL);
  return () => {
    clearInterval(timer);
    update();
    bar.stop();
  };
}

/** Evaluates a data set. `firstNotFinite` is the first row that is not finite. */
export async function run(
  dataset: Dataset,
  options: EvaluateOptions,
  textBytes: number | undefined,
  counts: CollectorMemory | undefined,
): Promise<{ summary: EvaluationSummary; firstNotFinite: number | undefined }> {
  const evaluator = newEvaluator(dataset, options);
  const partition = partitionOf(dataset, options.batchRows);
  const most = options.threads ?? runtime().threads;
  const threads = threadsFor(dataset, partition, most);
  const schedule = new Schedule(partition.chunks);
  const job = {
    dataset,
    options,
    textBytes,
    partition,
    threads: Math.floor(most / threads),
    schedule: schedule.memory,
    counts,
  };
  const { bytes } = dataset.logits;
  const hasBar = !options.quiet && process.stderr.isTTY && bytes > 0;
  const endProgress = hasBar ? showProgress(bytes, () => schedule.done) : undefined;
  try {
    const firstNotFinite = await evaluateOnThreads(job, threads, evaluator);
    return { summary: evaluator.summary(), firstNotFinite };
  } finally {
    endProgress?.();
  }
}
