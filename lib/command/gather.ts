import type { EvaluationSummary } from '../evaluation/types.js';
import { runtime } from '../native/runtime.js';
import type { CollectorMemory } from '../report/collector.js';
import { newEvaluator } from './chunks.js';
import { evaluateOnThreads } from './crew.js';
import type { Dataset } from './dataset.js';
import type { EvaluateOptions } from './evaluate-options.js';
import { readerBytes } from './piece-reader.js';
import { type Cut, cutOf, sizes } from './pieces.js';
import { showProgress } from './progress.js';
import { Schedule } from './schedule.js';

export interface Gathered {
  readonly summary: EvaluationSummary;
  /** The first row that is not finite. */
  readonly firstNotFinite: number | undefined;
}

// These many have the memory's whole speed, and a thread takes some ten megabytes.
const MOST_THREADS = 8;

// Of all threads together, unless a single one takes more.
const MOST_BYTES = 128 * 1024 * 1024;

// A row costs, besides what its classes do, about as much as so many bytes of them.
const ROW_BYTES = 1024;

// A worker thread reads the files that were opened before it; in Deno it cannot, where each thread numbers its own.
const SHARES_FILES = !('deno' in process.versions);

/** How many threads take chunks, of those that may compute. */
function threadsFor(dataset: Dataset, cut: Cut, most: number): number {
  if (!SHARES_FILES) return 1;
  const { logits, layout } = dataset;
  const work = logits.bytes + layout.outer * layout.inner * ROW_BYTES;
  const shares = Math.floor(work / sizes.share);
  const buffers = Math.floor(MOST_BYTES / readerBytes(cut, dataset));
  return Math.max(1, Math.min(most, MOST_THREADS, cut.chunks, shares, buffers));
}

/** Reads a data set to its end. */
export async function gather(
  dataset: Dataset,
  options: EvaluateOptions,
  textBytes: number | undefined,
  counts: CollectorMemory | undefined,
): Promise<Gathered> {
  const evaluator = newEvaluator(dataset, options);
  const cut = cutOf(dataset, options.batchRows);
  const most = options.threads ?? runtime().threads;
  const threads = threadsFor(dataset, cut, most);
  const schedule = new Schedule(cut.chunks);
  const job = {
    dataset,
    options,
    textBytes,
    cut,
    threads: Math.floor(most / threads),
    schedule: schedule.memory,
    counts,
  };
  const progress = showProgress(
    dataset.logits.bytes,
    options.quiet === true,
    () => schedule.done * dataset.logits.bytes,
  );
  try {
    const firstNotFinite = await evaluateOnThreads(job, threads, evaluator);
    return { summary: evaluator.summary(), firstNotFinite };
  } finally {
    progress.end();
  }
}
