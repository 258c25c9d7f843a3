import { newArray, newIntegers } from '../arguments/arrays.js';
import { shapeError, typeError, valueError } from '../arguments/errors.js';
import { readInput } from '../arguments/input.js';
import {
  options as known,
  OptionList,
  type OptionsIn,
  ofArrays,
  ofTransforms,
  type RawOptions,
} from '../arguments/options.js';
import { expectInteger, integerWithin } from '../arguments/scalars.js';
import { readClassIndices, readIgnoreIndex } from '../arguments/targets.js';
import { computeInBackground, type InBackground } from '../native/background.js';
import { limits, operations } from '../native/boundary.js';
import * as call from '../native/call.js';
import type { ClassIndices, Logits } from '../types.js';
import { GatheredState, type StateOptions } from './state.js';
import { summarise } from './summary.js';
import type { EvaluationSummary, EvaluatorState, RowResults } from './types.js';

const list = new OptionList(
  ...(['classes', 'top', 'calibrationBins', 'confusion', 'ignoreIndex', 'axis'] as const),
);
const updateList = new OptionList(...ofArrays, ...ofTransforms, 'bytes');

/** What an {@link Evaluator} is made for. */
export interface EvaluatorOptions extends OptionsIn<typeof list> {
  /** The number of classes. */
  readonly classes: number;
  /** The k of which the accuracy among the k likeliest classes is wanted. Default: [1]. */
  readonly top?: readonly number[] | undefined;
  /** How many bins of equal width the confidence is divided into, 1 to 65536. Default: 15. */
  readonly calibrationBins?: number | undefined;
}

/** The options of one update of an {@link Evaluator}. */
export interface UpdateOptions extends OptionsIn<typeof updateList> {}

/** The ranks up to which a row is a hit, each once. */
function readTop(value: unknown): readonly number[] {
  if (value === undefined) return [1];
  if (!Array.isArray(value)) throw typeError('an array of integers >= 1', 'top', value);
  const top = new Set<number>();
  for (let i = 0; i < value.length; i++) {
    top.add(integerWithin(value[i], `top[${i}]`, 1, limits.scoredClasses));
  }
  return [...top];
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

/** What an evaluator has gathered, and how it reads logits. */
interface Gathering {
  readonly state: GatheredState;
  readonly axis: number;
  readonly ignoreIndex: call.IgnoreIndex;
}

const gatherings = new WeakMap<object, Gathering>();

function gatheringOf(value: unknown, name: string): Gathering {
  const gathering = gatherings.get(value as object);
  if (gathering === undefined) throw typeError('an Evaluator', name, value);
  return gathering;
}

/** Adds a batch: `finish` counts its text, and returns what was read off each row where `rows` says so. */
function prepareUpdate<Result>(
  evaluator: unknown,
  logits: unknown,
  targets: unknown,
  given: RawOptions,
  includeRows: boolean,
): call.Prepared<typeof operations.evaluate, Result> {
  const { state, axis, ignoreIndex } = gatheringOf(evaluator, 'evaluator');
  const bytes = known.bytes.read(given.bytes);
  const input = readInput(logits, given, 'logits', axis);
  const { classes, calibrationBins } = state.options;
  if (input.layout.classes !== classes) {
    throw shapeError(`${classes} classes`, 'shape', `${input.layout.classes}`);
  }
  const compared = readClassIndices(targets, input, ignoreIndex);
  if (!state.hasRoom(input.rows, bytes)) {
    throw valueError('bytes, and rows, that add up to less than 2^53', 'bytes', bytes);
  }
  const losses = includeRows ? newArray('Float64Array', input.rows, 'losses') : null;
  const ranks = includeRows ? newIntegers(input.rows, 'ranks') : null;
  const predictions = includeRows ? newIntegers(input.rows, 'predictions') : null;
  call.writeInput(input);
  call.writeIgnoreIndex(ignoreIndex);
  call.writeBins(calibrationBins);
  return {
    args: {
      logits: input.elements.array,
      targets: compared,
      ignored: call.arrayAmong(ignoreIndex),
      top: state.top,
      counts: state.counts,
      sums: state.sums,
      confusion: state.confusion,
      losses,
      ranks,
      predictions,
    },
    ownsResults: true,
    finish: () => {
      state.addBytes(bytes);
      return (includeRows ? { losses, ranks, predictions } : evaluator) as Result;
    },
  };
}

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
  /**
   * @param options - `classes` (1 to 2^30), `top` (the k of `accuracy`, default: [1]), `calibrationBins`
   *   (1 to 65536, default: 15), `confusion` (a count for each pair of classes; default: false),
   *   `ignoreIndex` (one or several, default: -100), `axis` (of all logits, default: -1).
   * @throws TypeError `ERR_INVALID_ARG_TYPE`; RangeError `ERR_INVALID_ARG_VALUE`,
   *   `ERR_MEMORY_ALLOCATION_FAILED`.
   */
  constructor(options: EvaluatorOptions) {
    if (options === undefined) throw typeError('an object', 'options', options);
    const given = list.accept(options);
    const ignoreIndex = readIgnoreIndex(given.ignoreIndex);
    const { axis, calibrationBins } = given;
    gatherings.set(this, {
      ignoreIndex,
      axis: axis === undefined ? -1 : expectInteger(axis, 'axis'),
      state: new GatheredState({
        classes: integerWithin(given.classes, 'classes', 1, limits.scoredClasses),
        top: readTop(given.top),
        calibrationBins:
          calibrationBins === undefined
            ? 15
            : integerWithin(calibrationBins, 'calibrationBins', 1, limits.bins),
        confusion: known.confusion.read(given.confusion),
      }),
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
    const given = updateList.accept(options);
    return call.compute(operations.evaluate, prepareUpdate(this, logits, targets, given, false));
  }

  /**
   * Adds what another evaluator has gathered, of another thread or machine, say. It stays as it is.
   *
   * @throws TypeError `ERR_INVALID_ARG_TYPE`; RangeError `ERR_INVALID_ARG_VALUE` where `classes`, `top`,
   *   `calibrationBins` or `confusion` differ.
   */
  merge(other: Evaluator): this {
    const { state } = gatheringOf(this, 'this');
    const { state: added } = gatheringOf(other, 'other');
    if (!isSameSize(state.options, added.options)) {
      throw valueError('an Evaluator of the same options', 'other', added.options);
    }
    if (!state.hasRoomFor(added)) {
      throw valueError('an Evaluator whose counts add up to less than 2^53', 'other', other);
    }
    state.add(added);
    return this;
  }

  /** What has been gathered so far; every number is rounded once, from exact sums. */
  summary(): EvaluationSummary {
    return summarise(gatheringOf(this, 'this').state);
  }

  /** Every bit of the state, for JSON.stringify; {@link Evaluator.fromJSON} brings it back. */
  toJSON(): EvaluatorState {
    const { state, axis, ignoreIndex } = gatheringOf(this, 'this');
    return {
      version: 1,
      options: {
        ...state.options,
        top: [...state.options.top],
        ignoreIndex: typeof ignoreIndex === 'number' ? ignoreIndex : [...ignoreIndex],
        axis,
      },
      counts: state.describeCounts(),
      sums: state.describeSums(),
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
    const { state } = gatheringOf(evaluator, 'evaluator');
    state.restore({ counts: expectObject(counts, 'counts'), sums: expectObject(sums, 'sums') });
    return evaluator;
  }
}

/** {@link Evaluator.update} that also gives what was read off each row. */
export function updateRows(
  evaluator: Evaluator,
  logits: Logits,
  targets: ClassIndices,
  options?: UpdateOptions,
): RowResults {
  const given = updateList.accept(options);
  return call.compute(operations.evaluate, prepareUpdate(evaluator, logits, targets, given, true));
}

/**
 * `evaluator.update` off the calling thread; see `softmax` of `logits/promises`. Several updates of one evaluator may be
 * pending at once: its sums are exact, so that their order is nothing. Nothing is added by a call
 * that is rejected, and nothing before its promise settles.
 *
 * @param evaluator - An {@link Evaluator} of `logits`.
 * @param logits - As for {@link Evaluator.update}, as are targets and options, but for `signal`.
 * @returns A promise of the evaluator.
 * @example
 * for await (const { logits, targets } of batches) await updateEvaluator(evaluator, logits, targets);
 */
export function updateEvaluator(
  evaluator: Evaluator,
  logits: Logits,
  targets: ClassIndices,
  options?: InBackground<UpdateOptions>,
): Promise<Evaluator> {
  return computeInBackground(operations.evaluate, updateList, options, (given) =>
    prepareUpdate(evaluator, logits, targets, given, false),
  );
}
