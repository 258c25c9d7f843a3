import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { threadError } from '../arguments/errors.js';
import { Evaluator } from '../evaluation/evaluator.js';
import type { EvaluatorState } from '../evaluation/types.js';
import { evaluateChunks, type Job, type Outcome } from './chunks.js';
import { Schedule } from './schedule.js';

/** What a worker thread tells in the end. An error's code would not come along by itself. */
export interface Told {
  readonly state: EvaluatorState;
  readonly firstNotFinite: number | undefined;
  readonly failure: (NonNullable<Outcome['failure']> & { readonly code: unknown }) | undefined;
}

function told(job: Job): Promise<Told> {
  const worker = new Worker(join(__dirname, 'worker.js'), { workerData: job });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', (cause) => reject(threadError(cause)));
    worker.once('exit', () => reject(threadError(undefined)));
  });
}

/** Has a worker thread take part, and adds what it has gathered to the evaluator. */
async function withWorker(job: Job, evaluator: Evaluator): Promise<Outcome> {
  try {
    const { state, firstNotFinite, failure } = await told(job);
    evaluator.merge(Evaluator.fromJSON(state));
    if (failure !== undefined) Object.assign(failure.error as Error, { code: failure.code });
    return { firstNotFinite, failure };
  } catch (error) {
    // What it had taken, no other thread will do.
    new Schedule(job.cut.chunks, job.schedule).fail(0);
    throw error;
  }
}

/**
 * Evaluates all chunks on so many threads, of which this one is the first. When it ends, so have all.
 *
 * @returns The first row that is not finite.
 * @throws The error of the first chunk that failed: what a single thread would have come upon.
 */
export async function evaluateOnThreads(
  job: Job,
  threads: number,
  evaluator: Evaluator,
): Promise<number | undefined> {
  const workers = Array.from({ length: threads - 1 }, () => withWorker(job, evaluator));
  const settled = await Promise.allSettled([...workers, evaluateChunks(job, evaluator)]);
  const outcomes = settled.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
  const failures = outcomes.flatMap(({ failure }) => failure ?? []);
  const [first] = failures.sort((one, other) => one.chunk - other.chunk);
  if (first !== undefined) throw first.error;
  const rows = outcomes.flatMap(({ firstNotFinite }) => firstNotFinite ?? []);
  return rows.length === 0 ? undefined : Math.min(...rows);
}
