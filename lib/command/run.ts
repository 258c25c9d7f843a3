import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { SingleBar } from 'cli-progress';
import { Evaluator } from '../evaluation/evaluator.js';
import { threadError } from '../files/errors.js';
import { runtime } from '../native/runtime.js';
import type { ReportCollector, ReportSummary } from '../report/report.js';
import { type Partition, partitionOf, readerBytes, sizes } from './batches.js';
import type { Dataset, EvaluateOptions } from './dataset.js';
import { evaluateBatches, hasConfusion, type Job, stop, type WorkerResult } from './loop.js';

// These many have the memory's whole speed, and a thread takes some ten megabytes.
const MOST_THREADS = 8;

// Of the buffers of all threads together, unless those of a single thread take more.
const MOST_BYTES = 128 * 1024 * 1024;

// Besides the work that its classes are, a row costs about as much as this many bytes of them.
const ROW_BYTES = 1024;

// In Deno each thread numbers its files by itself, so that a worker thread cannot read those that are open already.
const SHARES_FILES = !('deno' in process.versions);

/** How many threads take batches, of those that may compute. */
function threadsFor(dataset: Dataset, partition: Partition, most: number): number {
  if (!SHARES_FILES) return 1;
  const { logits, layout } = dataset;
  const work = logits.bytes + layout.outer * layout.inner * ROW_BYTES;
  const worthwhile = Math.floor(work / sizes.thread);
  const buffers = Math.floor(MOST_BYTES / readerBytes(partition, dataset));
  return Math.max(1, Math.min(most, MOST_THREADS, partition.batches, worthwhile, buffers));
}

/** An evaluation of a whole data set. */
export interface Evaluation {
  readonly summary: ReportSummary;
  /** What a report shows besides; undefined where there is none. */
  readonly collector: ReportCollector | undefined;
  readonly firstNotFinite: number | undefined;
}

/** Has a worker thread take part. */
async function evaluateInWorker(job: Job): Promise<WorkerResult> {
  const worker = new Worker(join(__dirname, 'worker.js'), { workerData: job });
  try {
    return await new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', (cause) => reject(threadError(cause)));
      worker.once('exit', () => reject(threadError(undefined)));
    });
  } catch (error) {
    // The batch that it had taken is lost, and with it the evaluation.
    stop(job);
    throw error;
  }
}

/**
 * Evaluates all batches on so many threads, of which this one is the first, and puts together what they have found. When
 * it ends, so have all.
 *
 * @throws The error of the first batch that failed: the one that a single thread would have found.
 */
async function evaluateOnThreads(job: Job, threads: number): Promise<Evaluation> {
  const workers = Promise.allSettled(
    Array.from({ length: threads - 1 }, () => evaluateInWorker(job)),
  );
  const own = await evaluateBatches(job).finally(() => workers);
  const others = (await workers).map((thread) => {
    if (thread.status === 'rejected') throw thread.reason;
    return thread.value;
  });
  for (const { failure, code } of others) {
    if (failure !== undefined) Object.assign(failure.error as Error, { code });
  }
  const failures = [own, ...others].flatMap(({ failure }) => failure ?? []);
  const [failed] = failures.sort((one, other) => one.batch - other.batch);
  if (failed !== undefined) throw failed.error;
  const { evaluator, collector } = own;
  const { classes } = job.dataset.layout;
  for (const other of others) {
    evaluator.merge(Evaluator.fromJSON(other.evaluator));
    if (other.collector !== undefined) collector?.merge(other.collector);
  }
  const rows = [own, ...others].flatMap(({ firstNotFinite }) => firstNotFinite ?? []);
  const firstNotFinite = rows.length === 0 ? undefined : Math.min(...rows);
  const confusion = hasConfusion(job) ? rowsOf(evaluator.confusion(), classes) : undefined;
  return { summary: { ...evaluator.summary(), confusion }, collector, firstNotFinite };
}

/** Rows of a square of counts. */
function rowsOf(counts: Float64Array, classes: number): number[][] {
  return Array.from({ length: classes }, (_, target) =>
    Array.from(counts.subarray(target * classes, (target + 1) * classes)),
  );
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

/** Evaluates a data set on as many threads as are worth it. */
export async function run(
  dataset: Dataset,
  options: EvaluateOptions,
  textBytes: number | undefined,
): Promise<Evaluation> {
  const partition = partitionOf(dataset, options.batchRows);
  const most = options.threads ?? runtime().threads;
  const threads = threadsFor(dataset, partition, most);
  const taken = new BigInt64Array(new SharedArrayBuffer(8));
  const callThreads = Math.floor(most / threads);
  const job = { dataset, options, textBytes, partition, threads: callThreads, taken };
  const { bytes } = dataset.logits;
  const done = () => Math.min(1, Number(Atomics.load(taken, 0)) / partition.batches);
  const hasBar = !options.quiet && process.stderr.isTTY && bytes > 0;
  const endProgress = hasBar ? showProgress(bytes, done) : undefined;
  try {
    return await evaluateOnThreads(job, threads);
  } finally {
    endProgress?.();
  }
}
