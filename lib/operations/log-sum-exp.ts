import { expectAttached, lengthOf, outputArray } from '../arguments/arrays.js';
import { combinationError, valueError } from '../arguments/errors.js';
import {
  type Elements,
  inputOf,
  readDimensions,
  readElements,
  readRows,
} from '../arguments/input.js';
import { layoutOf, readAxis } from '../arguments/layout.js';
import { isList, readIntegers } from '../arguments/lists.js';
import { OptionList, type OptionsIn, onLogits, type RawOptions } from '../arguments/options.js';
import { axesToTheEnd } from '../arguments/permute.js';
import { computeInBackground, type InBackground } from '../native/background.js';
import { operations } from '../native/boundary.js';
import * as call from '../native/call.js';
import type {
  AnyResult,
  Given,
  Integers,
  Logits,
  None,
  Offered,
  ResultFit,
  ResultOf,
} from '../types.js';

export const logSumExpOptions = new OptionList('logSumExp', ...onLogits, 'out');

/** The options of logSumExp. */
export interface LogSumExpOptions<A = Float32Array>
  extends Omit<OptionsIn<typeof logSumExpOptions>, 'axis'> {
  /** The axis or axes that are summed over; negative values count from the end. Default: -1. */
  readonly axis?: number | Integers | undefined;
  /** Where the result goes: one element a row, separate from the logits. Default: a new array. */
  readonly out?: A | undefined;
}
type AnyLogSumExpOptions = LogSumExpOptions<AnyResult>;

/** The axes to sum over, counted from the front, in ascending order. */
function readAxes(value: unknown, rank: number): readonly number[] {
  if (!isList(value)) return [readAxis(value === undefined ? -1 : value, rank, 'axis')];
  const axes = readIntegers(value, 'an integer or an array of integers', 'axis').map(
    (axis, index) => readAxis(axis, rank, `axis[${index}]`),
  );
  if (axes.length === 0 || new Set(axes).size !== axes.length) {
    throw valueError('one axis or several different ones', 'axis', value);
  }
  return axes.sort((a, b) => a - b);
}

/** The logits with their axes as one class axis. The layout of `scattered` axes is that of a copy with them at the end. */
function normalise(elements: Elements, given: RawOptions) {
  const { shape, name } = readDimensions(elements, given.shape);
  const { rowStride } = given;
  const axes = readAxes(given.axis, shape.length);
  const first = axes[0] as number;
  const last = axes[axes.length - 1] as number;
  const length = lengthOf(elements.array);
  if (last - first === axes.length - 1) {
    const layout = readRows(shape, first, last, rowStride, length, name);
    return { input: inputOf(elements, shape, first, layout, given), scattered: null };
  }
  if (rowStride !== undefined) {
    const fault = 'rowStride is given, but the axes are not neighbours';
    const remedy = 'Leave it out: only rows along the last axes may have padding between them';
    throw combinationError(fault, 'rowStride', rowStride, remedy);
  }
  layoutOf(shape, 0, shape.length - 1, length, name);
  const sizeOf = (selected: readonly number[]) =>
    selected.reduce((size, axis) => size * (shape[axis] as number), 1);
  const classes = sizeOf(axes);
  const outer = sizeOf(shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis)));
  const layout = { outer, classes, inner: 1, outerStride: classes };
  return { input: inputOf(elements, shape, first, layout, given), scattered: axes };
}

function prepareLogSumExp<A>(logits: unknown, given: RawOptions) {
  const elements = readElements(logits, given.dtype, 'logits');
  const { input, scattered } = normalise(elements, given);
  const { out: givenOut } = given;
  const out = outputArray(givenOut, input.resultType, input.rows, 'out');
  const { array } = elements;
  // Getters of the caller's may have taken the logits away; all of them have run.
  if (scattered !== null) expectAttached(array, 'logits');
  const copy = scattered === null ? null : axesToTheEnd(array, input.shape, scattered, 'logits');
  call.writeInput(input);
  return {
    args: { logits: copy ?? array, out, logitsSource: copy === null ? null : array },
    ownsResults: givenOut === undefined,
    finish: () => out as A,
  };
}

/**
 * The logarithm of the sum of exponentials along one or several axes, in nats:
 *
 *     logSumExp(x) = log(sum over k of e^x[k])
 *
 * With a `temperature` T and a `softcap` s, x stands for `s tanh(x / s) / T`.
 *
 * It is off by at most 3e-7 besides the rounding of the result (float64: 1e-15, relative or absolute), for
 * logits of any size. A NaN gives NaN; else a +Infinity gives +Infinity;
 * nothing but -Infinity, or nothing at all, gives -Infinity.
 *
 * @param logits - As for {@link softmax}. (Axes that are not neighbours are first copied together.)
 * @param options - All have defaults: see {@link LogSumExpOptions}.
 * @returns One value a row, laid out as the logits' shape without the axes: `options.out` if given. A
 *   `Float64Array` for float64 logits, a `Float32Array` for all others.
 * @throws As {@link softmax}.
 * @example
 * logSumExp(Float32Array.of(8, -3, 10));                        // [10.1269]
 * logSumExp(logits, { shape: [4, 5, 6], axis: [0, 2] });        // 5 values
 * @see The definition: `torch.logsumexp`,
 *   https://docs.pytorch.org/docs/stable/generated/torch.logsumexp.html
 */
export function logSumExp<
  L extends Logits,
  const O extends Given<O, AnyLogSumExpOptions, ResultFit<L, O>> = None,
>(logits: L, options?: Offered<O, AnyLogSumExpOptions>): ResultOf<L, O> {
  try {
    return call.compute(
      operations.logSumExp,
      prepareLogSumExp(logits, logSumExpOptions.accept(options)),
    );
  } catch (error) {
    throw logSumExpOptions.named(error, logSumExp);
  }
}

/**
 * {@link logSumExp} off the calling thread, as a promise: see `softmax` of `logits/promises`. Where `axis`
 * names axes that lie apart, they are copied together before it returns.
 */
export function logSumExpAsync<
  L extends Logits,
  const O extends Given<O, InBackground<AnyLogSumExpOptions>, ResultFit<L, O>> = None,
>(logits: L, options?: Offered<O, InBackground<AnyLogSumExpOptions>>): Promise<ResultOf<L, O>> {
  return computeInBackground(
    logSumExpAsync,
    operations.logSumExp,
    logSumExpOptions,
    options,
    (given) => prepareLogSumExp(logits, given),
  );
}
