import { setImmediate as pause } from 'node:timers/promises';
import { targetError } from '../arguments/errors.js';
import type { TypedClassIndices } from '../arguments/targets.js';
import { Evaluator, updateRows } from '../evaluation/evaluator.js';
import type { RowResults } from '../evaluation/types.js';
import { type CollectorMemory, ReportCollector } from '../report/collector.js';
import type { Dataset } from './dataset.js';
import type { EvaluateOptions } from './evaluate-options.js';
import { PieceReader } from './piece-reader.js';
import { type Cut, type Place, placesOf } from './pieces.js';
import { Schedule } from './schedule.js';

/** What all threads are told: plain data, and memory that they share. */
export interface Job {
  readonly dataset: Dataset;
  readonly options: EvaluateOptions;
  readonly textBytes: number | undefined;
  readonly cut: Cut;
  /** How many threads each call may use. */
  readonly threads: number;
  readonly schedule: Int32Array;
  /** What a report counts; undefined where there is none. */
  readonly counts: CollectorMemory | undefined;
}

/** What a thread tells besides what it has added to its evaluator. */
export interface Outcome {
  /** The first of its rows that is not finite. */
  readonly firstNotFinite: number | undefined;
  readonly failure: { readonly chunk: number; readonly error: unknown } | undefined;
}

/** What was read off the rows of a piece. */
interface Seen {
  readonly firstRow: number;
  readonly targets: TypedClassIndices;
  readonly results: RowResults;
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

/** An error about a target of a piece as one about a row of the file. */
function located(error: unknown, { firstRow }: Place, { targets, layout }: Dataset): unknown {
  const { code, row, target } = error as { code?: string; row: number; target: number };
  if (code !== 'ERR_TARGET_OUT_OF_RANGE') return error;
  const fileRow = row + firstRow;
  return targetError(fileRow, target, layout.classes, `row ${fileRow} of ${targets.path}`);
}

/** Adds chunks to an evaluator. */
class ChunkEvaluation {
  firstNotFinite: number | undefined;
  readonly #job: Job;
  readonly #reader: PieceReader;
  readonly #evaluator: Evaluator;

  constructor(job: Job, evaluator: Evaluator) {
    this.#job = job;
    this.#reader = new PieceReader(job.cut, job.dataset);
    this.#evaluator = evaluator;
  }

  /** Adds the pieces of a chunk one after another. */
  *add(chunk: number): Generator<Seen, void> {
    const { cut, dataset } = this.#job;
    const places = placesOf(cut, dataset, chunk);
    const start = places[0].firstRow;
    const rows = places.reduce((sum, place) => sum + place.rows, 0);
    const all = this.#reader.targets(start, rows);
    for (const place of places) {
      const { firstRow } = place;
      const targets = all.subarray(firstRow - start, firstRow - start + place.rows);
      const results = this.#addPiece(place, targets);
      if (this.firstNotFinite === undefined) {
        const at = results.losses.findIndex(Number.isNaN);
        if (at >= 0) this.firstNotFinite = firstRow + at;
      }
      yield { firstRow, targets, results };
    }
  }

  #addPiece(place: Place, targets: TypedClassIndices): RowResults {
    const { dataset, options, textBytes, threads } = this.#job;
    const { elementType: dtype, layout } = dataset;
    const { temperature, softcap } = options;
    const shape = [place.outers, layout.classes, place.inners];
    // Known of all rows at once, the text counts with the first of them.
    const bytes = textBytes === undefined || place.firstRow === 0 ? textBytes : 0;
    const given = { shape, dtype, temperature, softcap, threads, bytes };
    const logits = this.#reader.logits(place);
    try {
      return updateRows(this.#evaluator, logits, targets, given);
    } catch (error) {
      throw located(error, place, dataset);
    }
  }
}

/** Counts a chunk when all before it are counted: what is known of mistakes depends on the order of rows. */
async function countInTurn(
  collector: ReportCollector,
  seen: readonly Seen[],
  chunk: number,
  schedule: Schedule,
): Promise<void> {
  while (!schedule.awaitTurn(chunk)) {
    if (!schedule.isWanted(chunk)) return;
    await pause();
  }
  for (const { results, targets, firstRow } of seen) collector.add(results, targets, firstRow);
  schedule.passTurn();
}

/**
 * Takes chunk after chunk and adds their rows to the evaluator, until none is left or one has failed. Every
 * thread runs this loop, the main one too. A piece is read by the thread that computes with it: so its rows
 * stay in one core's cache, and no thread waits for another.
 */
export async function evaluateChunks(job: Job, evaluator: Evaluator): Promise<Outcome> {
  const { dataset, cut, counts } = job;
  const schedule = new Schedule(cut.chunks, job.schedule);
  let evaluation: ChunkEvaluation | undefined;
  let chunk: number | undefined;
  let failure: Outcome['failure'];
  try {
    evaluation = new ChunkEvaluation(job, evaluator);
    const collector = counts && new ReportCollector(dataset.layout.classes, counts);
    for (chunk = schedule.take(); chunk !== undefined; chunk = schedule.take()) {
      const kept: Seen[] = [];
      for (const seen of evaluation.add(chunk)) {
        if (collector !== undefined) kept.push(seen);
        if (!schedule.isWanted(chunk)) break;
      }
      if (collector !== undefined) await countInTurn(collector, kept, chunk, schedule);
      schedule.finish();
      // The main thread has a bar to draw, and the others to listen to.
      await pause();
    }
  } catch (error) {
    schedule.fail(chunk ?? 0);
    failure = { chunk: chunk ?? 0, error };
  }
  return { firstNotFinite: evaluation?.firstNotFinite, failure };
}
