// The script of a worker thread, which run.ts starts.
import { parentPort, workerData } from 'node:worker_threads';
import { evaluateChunks, type Job, newEvaluator, type WorkerResult } from './loop.js';

async function work(job: Job): Promise<void> {
  const evaluator = newEvaluator(job.dataset, job.options);
  const result = await evaluateChunks(job, evaluator);
  const { code } = (result.failure?.error ?? {}) as { code?: unknown };
  const message: WorkerResult = { state: evaluator.toJSON(), result, code };
  parentPort?.postMessage(message);
}

work(workerData);
