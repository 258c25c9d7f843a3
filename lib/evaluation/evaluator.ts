import {
  expectInteger,
  newArray,
  newIntegers,
  optionReader,
  readBoolean,
} from '../arguments/arrays.js';
import { shapeError, typeError, valueError } from '../arguments/errors.js';
import { readInput } from '../arguments/input.js';
import { readIgnoreIndex } from '../arguments/targets.js';
import { type NativeFunctions, native } from '../native/addon.js';
import { describeScore } from '../native/call.js';
import { readRowTargets } from '../operations/score.js';
import type { ClassIndices, Logits } from '../types.js';
import { GatheredState, type StateOptions } from './state.js';
import { summarise } from './summary.js';
import type {
  EvaluationSummary,
  EvaluatorOptions,
  EvaluatorState,
  RowResults,
  UpdateOptions,
} from './types.js';

const readEvaluatorOptions = optionReader((options) => ({
  classes: options.classes,
  top: options.top,
  calibrationBins: options.calibrationBins,
  confusion: options.confusion,
  ignoreIndex: options.ignoreIndex,
  axis: options.axis,
}));
export const readUpdateOptions = optionReader((options) => ({
  shape: options.shape,
  dtype: options.dtype,
  rowStride: options.rowStride,
  temperature: options.temperature,
  softcap: options.softcap,
  threads: options.threads,
  bytes: options.bytes,
}));

const MOST_CLASSES = 2 ** 30; // native/kernel-table.h, kMostScoredClasses
const MOST_BINS = 65536;

function readSize(value: unknown, most: number, name: string): number {
  const size = expectInteger(value, name);
  if (size < 1 || size > most) throw valueError(`an integer from 1 to ${most}`, name, size);
  return size;
}

function readBins(value: unknown): number {
  return value === undefined ? 15 : readSize(value, MOST_BINS, 'calibrationBins');
}

/** The ranks up to which a row is a hit, each once. */
function readTop(value: unknown): readonly number[] {
  if (value === undefined) return [1];
  if (!Array.isArray(value)) throw typeError('an array of integers >= 1', 'top', value);
  const top = new Set<number>();
  for (let i = 0; i < value.length; i++) top.add(readSize(value[i], MOST_CLASSES, `top[${i}]`));
  return [...top];
}

function readBytes(value: unknown): number | null {
  if (value === undefined) return null;
  const bytes = expectInteger(value, 'bytes');
  if (bytes < 0) throw valueError('an integer >= 0', 'bytes', bytes);
  return bytes;
}

function isSameSize(a: StateOptions, b: StateOptions): boolean {
  return (
    a.classes === b.classes &&
    a.calibrationBins === b.calibrationBins &&
    a.confusion === b.confusion &&
    a.top.length === b.top.length &&
    a.top.every((k, index) => k === b.top[index])
  );
}

function expectObject(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw typeError('an object', name, value);
  }
  return value as Readonly<Record<string, unknown>>;
}

let expectEvaluator: (value: unknown, name: string) => void;

/**
 * Adds a batch, and gives what counts its text and returns what was read off each row, where that
 * `isWanted`: to be called once the kernel is done.
 */
export let computeUpdate: (
  kernel: NativeFunctions['evaluate'],
  evaluator: Evaluator,
  logits: unknown,
  targets: unknown,
  given: ReturnType<typeof readUpdateOptions>,
  isWanted: boolean,
) => () => RowResults | null;

/**
 * Metrics of a model over any number of batches: each is read once, and added to a state of fixed
 * size. Sums are exact, without any rounding before {@link Evaluator.summary}, so that its bits do not
 * depend on the order of rows, batches and merges.
 *
 * Of each row that is neither ignored nor free of finite values, with p = softmax(x) and the target y:
 * the loss -log p[y], its square, the rank of y (equal logits by class), the entropy, the square
 * distance sum over c of (p[c] - [c = y])^2 (Brier), and the confidence p[a] of the likeliest class a,
 * counted in bins of equal width with the hits a = y.
 *
 * @example
 * const evaluator = new Evaluator({ classes: 10, top: [1, 3], confusion: true });
 * for (const { logits, targets } of batches) {
 *   evaluator.update(logits, targets, { shape: [targets.length, 10] });
 * }
 * const { loss, lossStandardError, perplexity, accuracy, calibration } = evaluator.summary();
 * @see Calibration: Guo et al., "On Calibration of Modern Neural Networks", 2017,
 *   https://arxiv.org/abs/1706.04599, with the last bin closed.
 */
export class Evaluator {
  readonly #state: GatheredState;
  readonly #axis: number;
  readonly #ignoreIndex: number | Float64Array;

  /**
   * @param options - `classes` (1 to 2^30), `top` (the k of `accuracy`, default: [1]), `calibrationBins`
   *   (1 to 65536, default: 15), `confusion` (a count for each pair of classes; default: false),
   *   `ignoreIndex` (one or several, default: -100), `axis` (of all logits, default: -1).
   * @throws TypeError `ERR_INVALID_ARG_TYPE`; RangeError `ERR_INVALID_ARG_VALUE`,
   *   `ERR_MEMORY_ALLOCATION_FAILED`.
   */
  constructor(options: EvaluatorOptions) {
    if (options === undefined) throw typeError('an object', 'options', options);
    const given = readEvaluatorOptions(options);
    this.#ignoreIndex = readIgnoreIndex(given.ignoreIndex);
    this.#axis = expectInteger(given.axis === undefined ? -1 : given.axis, 'axis');
    this.#state = new GatheredState({
      classes: readSize(given.classes, MOST_CLASSES, 'classes'),
      top: readTop(given.top),
      calibrationBins: readBins(given.calibrationBins),
      confusion: readBoolean(given.confusion, false, 'confusion'),
    });
  }

  /**
   * Adds a batch. After an error nothing has been added.
   *
   * @param logits - As for {@link score}.
   * @param targets - One class index a row, as for {@link crossEntropy}.
   * @param options - As for {@link score}: `shape`, `dtype`, `rowStride`, `temperature`, `softcap`,
   *   `threads`; and `bytes`: how many bytes of text the targets stand for.
   * @returns The evaluator itself.
   * @throws As {@link score}; `ERR_SHAPE_MISMATCH` where the class axis has another size.
   */
  update(logits: Logits, targets: ClassIndices, options?: UpdateOptions): this {
    computeUpdate(native.evaluate, this, logits, targets, readUpdateOptions(options), false)();
    return this;
  }

  /**
   * Adds what another evaluator has gathered, of another thread or machine, say. It stays as it is.
   *
   * @throws TypeError `ERR_INVALID_ARG_TYPE`; RangeError `ERR_INVALID_ARG_VALUE` where `classes`, `top`,
   *   `calibrationBins` or `confusion` differ.
   */
  merge(other: Evaluator): this {
    expectEvaluator(other, 'other');
    if (!isSameSize(this.#state.options, other.#state.options)) {
      throw valueError('an Evaluator of the same options', 'other', other.#state.options);
    }
    if (!this.#state.hasRoomFor(other.#state)) {
      throw valueError('an Evaluator whose counts add up to less than 2^53', 'other', other);
    }
    this.#state.add(other.#state);
    return this;
  }

  /** What has been gathered so far; every number is rounded once, from exact sums. */
  summary(): EvaluationSummary {
    return summarise(this.#state);
  }

  /** Every bit of the state, for JSON.stringify; {@link Evaluator.fromJSON} brings it back. */
  toJSON(): EvaluatorState {
    const ignoreIndex = this.#ignoreIndex;
    return {
      version: 1,
      options: {
        ...this.#state.options,
        top: [...this.#state.options.top],
        ignoreIndex: typeof ignoreIndex === 'number' ? ignoreIndex : [...ignoreIndex],
        axis: this.#axis,
      },
      counts: this.#state.describeCounts(),
      sums: this.#state.describeSums(),
    };
  }

  /**
   * The evaluator that {@link Evaluator.toJSON} has described.
   *
   * @param value - What JSON.parse gives.
   * @throws TypeError `ERR_INVALID_ARG_TYPE`; RangeError `ERR_INVALID_ARG_VALUE`.
   */
  static fromJSON(value: unknown): Evaluator {
    const { version, options, counts, sums } = expectObject(value, 'value');
    if (version !== 1) throw valueError('1', 'version', version);
    const evaluator = new Evaluator(
      expectObject(options, 'options') as unknown as EvaluatorOptions,
    );
    evaluator.#state.restore(expectObject(counts, 'counts'), expectObject(sums, 'sums'));
    return evaluator;
  }

  static {
    expectEvaluator = (value, name) => {
      if (typeof value === 'object' && value !== null && #state in value) return;
      throw typeError('an Evaluator', name, value);
    };
    computeUpdate = (kernel, evaluator, logits, targets, given, isWanted) => {
      expectEvaluator(evaluator, 'evaluator');
      const state = evaluator.#state;
      const ignoreIndex = evaluator.#ignoreIndex;
      const bytes = readBytes(given.bytes);
      const input = readInput(logits, { ...given, axis: evaluator.#axis }, 'logits');
      const { classes } = state.options;
      if (input.layout.classes !== classes) {
        throw shapeError(`${classes} classes`, 'shape', `${input.layout.classes}`);
      }
      const compared = readRowTargets(targets, input, ignoreIndex);
      if (!state.hasRoom(input.rows, bytes)) {
        throw valueError('bytes, and rows, that add up to less than 2^53', 'bytes', bytes);
      }
      const results = isWanted
        ? {
            losses: newArray('Float64Array', input.rows, 'losses') as Float64Array,
            ranks: newIntegers(input.rows, 'ranks'),
            predictions: newIntegers(input.rows, 'predictions'),
          }
        : null;
      kernel(
        describeScore(input, ignoreIndex, 'index', state.options.calibrationBins),
        input.elements.array,
        compared,
        typeof ignoreIndex === 'number' ? null : ignoreIndex,
        state.top,
        state.counts,
        state.sums,
        state.confusion,
        results?.losses ?? null,
        results?.ranks ?? null,
        results?.predictions ?? null,
      );
      return () => {
        state.addBytes(bytes);
        return results;
      };
    };
  }
}

/** {@link Evaluator.update} that also gives what was read off each row. */
export function updateRows(
  evaluator: Evaluator,
  logits: Logits,
  targets: ClassIndices,
  options?: UpdateOptions,
): RowResults {
  const given = readUpdateOptions(options);
  return computeUpdate(native.evaluate, evaluator, logits, targets, given, true)() as RowResults;
}
