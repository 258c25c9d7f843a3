import { inspect } from 'node:util';
import { newArray, newIntegers } from '../arguments/arrays.js';
import {
  asFunction,
  combinationError,
  shapeError,
  typeError,
  valueError,
} from '../arguments/errors.js';
import { readInput } from '../arguments/input.js';
import { readTop } from '../arguments/lists.js';
import {
  options as known,
  OptionList,
  type OptionsIn,
  ofArrays,
  ofTransforms,
  type RawOptions,
} from '../arguments/options.js';
import { expectInteger, integerWithin } from '../arguments/scalars.js';
import { classIndices, readIgnoreIndex, readTargets } from '../arguments/targets.js';
import { isObject } from '../arguments/tensors.js';
import { computeInBackground, type InBackground } from '../native/background.js';
import { limits, operations } from '../native/boundary.js';
import * as call from '../native/call.js';
import type { ClassIndices, Logits } from '../types.js';
import { GatheredState, type StateOptions } from './state.js';
import { summarise } from './summary.js';
import type { EvaluationSummary, EvaluatorState, RowResults } from './types.js';

const list = new OptionList(
  'Evaluator',
  ...(['classes', 'top', 'calibrationBins', 'confusion', 'ignoreIndex', 'axis'] as const),
);
const updateList = new OptionList('Evaluator.update', ...ofArrays, ...ofTransforms, 'bytes');

/** What an {@link Evaluator} is made for. */
export interface EvaluatorOptions extends OptionsIn<typeof list> {
  /** The number of classes, or their names. */
  readonly classes: number | readonly string[];
  /** The k of which the accuracy among the k likeliest classes is wanted, one or several. Default: 1. */
  readonly top?: number | readonly number[] | undefined;
  /** How many bins of equal width the confidence is divided into, 1 to 65536. Default: 15. */
  readonly calibrationBins?: number | undefined;
}

/** The options of one update of an {@link Evaluator}. */
export interface UpdateOptions extends OptionsIn<typeof updateList> {}

/** The number of classes, and their names where these are given. */
function readClasses(value: unknown): { count: number; names: readonly string[] | undefined } {
  if (!Array.isArray(value)) {
    const count = integerWithin(value, 'classes', 1, limits.scoredClasses);
    return { count, names: undefined };
  }
  const names: string[] = [];
  for (let i = 0; i < value.length; i++) {
    const name: unknown = value[i];
    if (typeof name !== 'string') throw typeError('a name', `classes[${i}]`, name);
    names.push(name);
  }
  if (names.length === 0) throw valueError('one name at least', 'classes', value);
  return { count: names.length, names };
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
  if (!isObject(value)) throw typeError('an object', name, value);
  return value as Readonly<Record<string, unknown>>;
}

/** What an evaluator has gathered, and how it reads logits. */
interface Gathering {
  readonly state: GatheredState;
  readonly axis: number;
  readonly ignoreIndex: call.IgnoreIndex;
  readonly names: readonly string[] | undefined;
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
  const { classes, calibrationBins } = state.options;
  const givenTargets = readTargets(targets);
  const input = readInput(logits, given, 'logits', { classes }, axis);
  if (input.layout.classes !== classes) {
    const fault = `shape has ${input.layout.classes} classes on axis ${axis}, but the evaluator has ${classes}`;
    const remedy = input.shape.length === 1 ? `Give the shape: [rows, ${classes}]` : '';
    throw shapeError(fault, 'shape', input.shape, remedy);
  }
  const compared = classIndices(givenTargets, input, ignoreIndex);
  if (!state.hasRoom(input.rows, bytes)) {
    throw valueError('a number that adds up to less than 2^53', 'bytes', bytes);
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

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw valueError('the text of JSON.stringify(evaluator)', 'value', text);
  }
}

function newGathering(options: unknown): Gathering {
  if (options === undefined) {
    throw typeError(
      'an object of options',
      'options',
      options,
      'Give the classes: { classes: 10 }',
    );
  }
  const given = list.accept(options);
  const ignoreIndex = readIgnoreIndex(given.ignoreIndex);
  const { axis, calibrationBins, top } = given;
  const { count, names } = readClasses(given.classes);
  return {
    ignoreIndex,
    names,
    axis: axis === undefined ? -1 : expectInteger(axis, 'axis'),
    state: new GatheredState({
      classes: count,
      top: top === undefined ? [1] : readTop(top, limits.scoredClasses),
      calibrationBins:
        calibrationBins === undefined
          ? 15
          : integerWithin(calibrationBins, 'calibrationBins', 1, limits.bins),
      confusion: known.confusion.read(given.confusion),
    }),
  };
}

/** All of an evaluator but its update: those of `logits` and of `logits/promises` have it in common. */
export abstract class AnyEvaluator {
  /**
   * An evaluator that has gathered nothing yet.
   *
   * @param options - `classes` (1 to 2^30, or their names), `top` (the k of `accuracy`, one or several,
   *   default: 1), `calibrationBins` (1 to 65536, default: 15), `confusion` (a count for each pair of
   *   classes; default: false), `ignoreIndex` (one or several, default: -100), `axis` (of all logits,
   *   default: -1).
   * @throws TypeError `ERR_INVALID_ARG_TYPE`; RangeError `ERR_INVALID_ARG_VALUE`,
   *   `ERR_MEMORY_ALLOCATION_FAILED`.
   */
  constructor(options: EvaluatorOptions) {
    asFunction('Evaluator', new.target, () => {
      gatherings.set(this, newGathering(options));
    });
  }

  /**
   * Adds what another evaluator has gathered, of another thread or machine, say. It stays as it is.
   *
   * @throws TypeError `ERR_INVALID_ARG_TYPE`; RangeError `ERR_INVALID_ARG_VALUE` where `classes`, `top`,
   *   `calibrationBins` or `confusion` differ.
   */
  merge(other: AnyEvaluator): this {
    return asFunction('Evaluator.merge', AnyEvaluator.prototype.merge, () => {
      const { state, names } = gatheringOf(this, 'this');
      const { state: added, names: others } = gatheringOf(other, 'other');
      const hasSameNames = (names ?? others)?.join('\n') === (others ?? names)?.join('\n');
      if (!isSameSize(state.options, added.options) || !hasSameNames) {
        const fault = 'other has other classes, top, calibrationBins or confusion';
        throw combinationError(fault, 'other', other, 'Make both with the same options');
      }
      if (!state.hasRoomFor(added)) {
        throw combinationError('the counts of both add up to 2^53 or more', 'other', other);
      }
      state.add(added);
      return this;
    });
  }

  /** Forgets all that has been gathered; the options stay. */
  reset(): this {
    return asFunction('Evaluator.reset', AnyEvaluator.prototype.reset, () => {
      gatheringOf(this, 'this').state.reset();
      return this;
    });
  }

  /** What has been gathered so far; every number is rounded once, from exact sums. */
  summary(): EvaluationSummary {
    return asFunction('Evaluator.summary', AnyEvaluator.prototype.summary, () =>
      summarise(gatheringOf(this, 'this').state),
    );
  }

  /**
   * How many rows there are of each target and prediction, with the option `confusion`: a new array of
   * classes x classes, the count at `target * classes + prediction`.
   *
   * @throws RangeError `ERR_INVALID_ARG_VALUE` without the option, `ERR_MEMORY_ALLOCATION_FAILED`.
   * @example
   * const counts = evaluator.confusion();
   * counts[3 * 10 + 5];   // rows of class 3, of ten, that were taken for class 5
   */
  confusion(): Float64Array {
    return asFunction('Evaluator.confusion', AnyEvaluator.prototype.confusion, () => {
      const { confusion } = gatheringOf(this, 'this').state;
      if (confusion === null) {
        const remedy = 'Make the evaluator with confusion: true';
        throw combinationError('nothing was counted', 'confusion', false, remedy);
      }
      const copy = newArray('Float64Array', confusion.length, 'confusion') as Float64Array;
      copy.set(confusion);
      return copy;
    });
  }

  /** Every bit of the state, for JSON.stringify; {@link Evaluator.fromJSON} brings it back. */
  toJSON(): EvaluatorState {
    return asFunction('Evaluator.toJSON', AnyEvaluator.prototype.toJSON, () => {
      const { state, axis, ignoreIndex, names } = gatheringOf(this, 'this');
      return {
        version: 1,
        options: {
          ...state.options,
          ...(names === undefined ? {} : { classes: names }),
          top: [...state.options.top],
          ignoreIndex: typeof ignoreIndex === 'number' ? ignoreIndex : [...ignoreIndex],
          axis,
        },
        counts: state.describeCounts(),
        sums: state.describeSums(),
      };
    });
  }
}

/** Brings back what toJSON has described, in an evaluator of this class. */
function restored<E extends AnyEvaluator>(
  type: (new (options: EvaluatorOptions) => E) & { fromJSON(value: unknown): E },
  value: unknown,
): E {
  return asFunction('Evaluator.fromJSON', type.fromJSON, () => {
    const parsed = typeof value === 'string' ? parse(value) : value;
    const { version, options, counts, sums } = expectObject(parsed, 'value');
    if (version !== 1) throw valueError('1', 'version', version);
    const evaluator = new type(expectObject(options, 'options') as unknown as EvaluatorOptions);
    const { state } = gatheringOf(evaluator, 'evaluator');
    state.restore({ counts: expectObject(counts, 'counts'), sums: expectObject(sums, 'sums') });
    return evaluator;
  });
}

// Not a member: its name is a symbol of Node.js, which the types would depend on.
Object.defineProperty(AnyEvaluator.prototype, inspect.custom, {
  value(this: AnyEvaluator): string {
    const gathering = gatherings.get(this);
    if (gathering === undefined) return 'Evaluator {}';
    const { rows, loss, accuracy } = this.summary();
    const { classes, top } = gathering.state.options;
    const shares = top.map((k) => {
      const name = k === 1 ? 'accuracy' : `top-${k} accuracy`;
      return `, ${name}: ${((accuracy[k] as number) * 100).toFixed(2)} %`;
    });
    const figures = rows === 0 ? '' : `, loss: ${Number(loss.toPrecision(4))}${shares.join('')}`;
    return `Evaluator { classes: ${classes}, rows: ${rows}${figures} }`;
  },
});

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
export class Evaluator extends AnyEvaluator {
  /**
   * The evaluator that {@link Evaluator.toJSON} has described.
   *
   * @param value - The text of JSON.stringify, or what JSON.parse makes of it.
   * @throws TypeError `ERR_INVALID_ARG_TYPE`; RangeError `ERR_INVALID_ARG_VALUE`.
   */
  static fromJSON(value: unknown): Evaluator {
    return restored(Evaluator, value);
  }

  /**
   * Adds a batch. After an error nothing has been added.
   *
   * @param logits - As for {@link score}; without `shape`, rows of as many elements as there are classes.
   * @param targets - One class index a row, as for {@link crossEntropy}.
   * @param options - As for {@link score}: `shape`, `dtype`, `rowStride`, `temperature`, `softcap`,
   *   `threads`; and `bytes`: how many bytes of text the targets stand for.
   * @returns The evaluator itself.
   * @throws As {@link score}; `ERR_SHAPE_MISMATCH` where the class axis has another size.
   */
  update(logits: Logits, targets: ClassIndices, options?: UpdateOptions): this {
    try {
      const given = updateList.accept(options);
      return call.compute(operations.evaluate, prepareUpdate(this, logits, targets, given, false));
    } catch (error) {
      throw updateList.named(error, Evaluator.prototype.update);
    }
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
 * The `Evaluator` of `logits` whose {@link AsyncEvaluator.update} computes off the calling thread. Both
 * have all else in common, and may be merged with each other.
 *
 * @example
 * import { Evaluator } from 'logits/promises';
 * const evaluator = new Evaluator({ classes: 10 });
 * for await (const { logits, targets } of batches) await evaluator.update(logits, targets);
 */
export class AsyncEvaluator extends AnyEvaluator {
  /** See the Evaluator of `logits`. */
  static fromJSON(value: unknown): AsyncEvaluator {
    return restored(AsyncEvaluator, value);
  }

  /**
   * Adds a batch off the calling thread; see `softmax` of `logits/promises`. Several updates of one
   * evaluator may be pending at once: its sums are exact, so that their order does not matter. Nothing is
   * added by a call that is rejected, and nothing before its promise settles.
   *
   * @param logits - As for `update` of the Evaluator of `logits`, as are targets and options, but for
   *   `signal`.
   * @returns A promise of the evaluator.
   */
  update(
    logits: Logits,
    targets: ClassIndices,
    options?: InBackground<UpdateOptions>,
  ): Promise<this> {
    return computeInBackground(
      AsyncEvaluator.prototype.update,
      operations.evaluate,
      updateList,
      options,
      (given) => prepareUpdate(this, logits, targets, given, false),
    );
  }
}
