import {
  expectFloat32Array,
  type Layout,
  layoutOf,
  lengthOf,
  outputArray,
  readAxis,
  readOptions,
  readShape,
} from './arguments.js';
import { valueError } from './errors.js';
import { native } from './native.js';
import { axesToTheEnd } from './permute.js';
import type { LogSumExpOptions } from './types.js';

const optionNames = ['shape', 'axis', 'out'] as const;

/** The axes to sum over, counted from the front, in ascending order. */
function readAxes(value: unknown, rank: number): readonly number[] {
  if (!Array.isArray(value)) return [readAxis(value === undefined ? -1 : value, rank, 'axis')];
  const axes: number[] = [];
  for (let index = 0; index < value.length; index++) {
    axes.push(readAxis(value[index], rank, `axis[${index}]`));
  }
  if (axes.length === 0 || new Set(axes).size !== axes.length) {
    throw valueError('one axis or several different ones', 'axis', value);
  }
  return axes.sort((a, b) => a - b);
}

/** Data and layout such that the axes are one class axis: axes apart are brought together. */
function normalise(
  data: Float32Array,
  shape: readonly number[],
  axes: readonly number[],
): { data: Float32Array; layout: Layout } {
  const first = axes[0] as number;
  const last = axes[axes.length - 1] as number;
  if (last - first === axes.length - 1) {
    return { data, layout: layoutOf(shape, first, last, lengthOf(data)) };
  }
  layoutOf(shape, 0, shape.length - 1, lengthOf(data));
  const sizeOf = (selected: readonly number[]) =>
    selected.reduce((size, axis) => size * (shape[axis] as number), 1);
  const classes = sizeOf(axes);
  const outer = sizeOf(shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis)));
  return { data: axesToTheEnd(data, shape, axes), layout: { outer, classes, inner: 1 } };
}

/**
 * The logarithm of the sum of exponentials along one axis or several, in nats:
 *
 *     logSumExp(x) = log(sum over k of e^x[k])
 *
 * Results are within 1.5 ulp where they exceed 0.1 in magnitude and within 1.5e-7 below. A row with
 * a NaN gives NaN; else one with a +Infinity gives +Infinity; one with nothing but -Infinity, or with
 * nothing at all, gives -Infinity.
 *
 * @param logits - A `Float32Array` of any shape; it is read where it lies and not changed. (Axes
 *   that are not neighbours are first copied together.)
 * @param options - `shape` (default: one row), `axis` (one or several, default: -1) and `out`
 *   (default: a new array; separate from `logits`).
 * @returns One value a row, laid out as the logits' shape without the axes: `options.out` if given.
 * @throws As softmax.
 * @example
 * logSumExp(Float32Array.of(8, -3, 10));                        // [10.1269]
 * logSumExp(logits, { shape: [4, 5, 6], axis: [0, 2] });        // 5 values
 * @see The definition: `torch.logsumexp`,
 *   https://docs.pytorch.org/docs/stable/generated/torch.logsumexp.html
 */
export function logSumExp(logits: Float32Array, options?: LogSumExpOptions): Float32Array {
  const given = readOptions(options, optionNames);
  const input = expectFloat32Array(logits, 'logits');
  const shape = readShape(given.shape, lengthOf(input));
  const { data, layout } = normalise(input, shape, readAxes(given.axis, shape.length));
  const out = outputArray(given.out, layout.outer * layout.inner, 'out');
  native.logSumExp(data, out, layout.outer, layout.classes, layout.inner, input);
  return out;
}
