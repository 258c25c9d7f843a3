// The script of a worker thread, which run.ts starts.
import { parentPort, workerData } from 'node:worker_threads';
import { evaluateBatches, type Job, type WorkerResult } from './loop.js';

async function work(job: Job): Promise<void> {
  const result = await evaluateBatches(job);
  const { code } = (result.failure?.error ?? {}) as { code?: unknown };
  const message: WorkerResult = { ...result, evaluator: result.evaluator.toJSON(), code };
  parentPort?.postMessage(message);
}

work(workerData);
