import { parentPort, workerData } from 'node:worker_threads';
import { evaluateChunks, type Job, newEvaluator } from './chunks.js';
import type { Told } from './crew.js';

// A worker thread of `crew.ts`.
async function run(job: Job): Promise<void> {
  const evaluator = newEvaluator(job.dataset, job.options);
  const { firstNotFinite, failure } = await evaluateChunks(job, evaluator);
  const told: Told = {
    state: evaluator.toJSON(),
    firstNotFinite,
    failure: failure && { ...failure, code: (failure.error as { code?: unknown }).code },
  };
  parentPort?.postMessage(told);
}

run(workerData);
