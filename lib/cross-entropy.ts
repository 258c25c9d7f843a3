import {
  expectAttached,
  expectFloat32Array,
  expectInteger,
  expectLength,
  lengthOf,
  outputArray,
  readInteger,
  readLayout,
  readOptions,
  typeNameOf,
} from './arguments.js';
import { targetError, typeError, valueError } from './errors.js';
import { native, reductionCodes } from './native.js';
import type {
  ClassIndices,
  CrossEntropyOptions,
  CrossEntropyWithGradientOptions,
  Loss,
  LossAndGradient,
  Reduction,
} from './types.js';

const lossOptionNames = ['shape', 'axis', 'reduction', 'ignoreIndex', 'out'] as const;
const gradientOptionNames = [...lossOptionNames, 'gradient'] as const;

const targetTypeNames = [
  'Int8Array',
  'Uint8Array',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'BigInt64Array',
  'BigUint64Array',
] as const;

type TypedClassIndices = Exclude<ClassIndices, readonly number[]>;

function isInt32(value: number): boolean {
  return (value | 0) === value;
}

/** A plain array's elements, checked. */
function readPlainTargets(targets: readonly unknown[]): number[] {
  const indices: number[] = [];
  for (let row = 0; row < targets.length; row++) {
    indices.push(expectInteger(targets[row], 'targets', row));
  }
  return indices;
}

/** Targets as native code reads them: typed arrays as they are, plain arrays copied into one. */
function readTargets(targets: unknown, classes: number, ignoreIndex: number): TypedClassIndices {
  if (Array.isArray(targets)) {
    const indices = readPlainTargets(targets);
    const row = indices.findIndex((t) => (t < 0 || t >= classes) && t !== ignoreIndex);
    if (row >= 0) throw targetError(row, indices[row] as number, classes);
    return indices.every(isInt32)
      ? Int32Array.from(indices)
      : BigInt64Array.from(indices, (index) => BigInt(index));
  }
  const name = typeNameOf(targets);
  if (name === undefined || !(targetTypeNames as readonly string[]).includes(name)) {
    throw typeError('an integer typed array or an array of integers', 'targets', targets);
  }
  const array = targets as TypedClassIndices;
  expectAttached(array, 'targets');
  return array;
}

function readReduction(value: unknown): Reduction {
  if (value === undefined) return 'mean';
  if (typeof value !== 'string') throw typeError("'mean', 'sum' or 'none'", 'reduction', value);
  if (!Object.hasOwn(reductionCodes, value)) {
    throw valueError("'mean', 'sum' or 'none'", 'reduction', value);
  }
  return value as Reduction;
}

/** The part that both functions share: everything but the gradient. */
function computeLoss(
  logits: unknown,
  targets: unknown,
  given: { readonly [K in (typeof gradientOptionNames)[number]]?: unknown },
  wantsGradient: boolean,
): { loss: number | Float32Array; gradient: Float32Array | null } {
  const reduction = readReduction(given.reduction);
  const ignoreIndex = readInteger(given.ignoreIndex, -100, 'ignoreIndex');
  if (reduction !== 'none' && given.out !== undefined) {
    throw valueError("no array (only the reduction 'none' fills one)", 'out', given.out);
  }
  const data = expectFloat32Array(logits, 'logits');
  const length = lengthOf(data);
  const { outer, classes, inner } = readLayout(given, length);
  const rows = outer * inner;
  const indices = readTargets(targets, classes, ignoreIndex);
  expectLength(indices, rows, 'targets');

  const losses = reduction === 'none' ? outputArray(given.out, rows, 'out') : null;
  const gradient = wantsGradient ? outputArray(given.gradient, length, 'gradient') : null;
  const loss = native.crossEntropy(
    data,
    indices,
    outer,
    classes,
    inner,
    ignoreIndex,
    reductionCodes[reduction],
    losses,
    gradient,
  );
  return { loss: losses ?? loss, gradient };
}

/**
 * The cross-entropy between logits and class indices, in nats:
 *
 *     loss of a row = -log(softmax(x)[target]) = log(sum over k of e^x[k]) - x[target]
 *
 * 'mean' is the sum of the losses divided by the number of rows that are not ignored (NaN if there
 * are none), 'sum' their sum, 'none' all of them, 0 for an ignored row. Row losses are computed and
 * added in float64 and keep their relative precision (4e-7) at every size, from 1e-300 up: a
 * confident row's tiny loss is not lost to cancellation.
 *
 * A row that holds a NaN, a +Infinity, or nothing but -Infinity has the loss NaN; one whose target
 * is -Infinity beside finite logits has the loss +Infinity. Ignored rows are never read.
 *
 * @param logits - A `Float32Array` of any shape; it is read where it lies and not changed.
 * @param targets - One class index a row, in the order of the logits' shape without the class axis.
 * @param options - `shape` (default: one row), `axis` (default: -1; 1 for PyTorch's (N, C, ...)
 *   layout), `reduction` (default: 'mean'), `ignoreIndex` (default: -100) and, for 'none', `out`.
 * @returns A number; for 'none' a `Float32Array` of one loss a row, `options.out` if given.
 * @throws TypeError `ERR_INVALID_ARG_TYPE`, `ERR_BUFFER_DETACHED`;
 *   RangeError `ERR_INVALID_ARG_VALUE`, `ERR_SHAPE_MISMATCH`, `ERR_BUFFER_OVERLAP`, and
 *   `ERR_TARGET_OUT_OF_RANGE` with `.row` and `.target` for the first target that is neither a class
 *   nor `ignoreIndex`. Nothing is written before everything has been checked.
 * @example
 * crossEntropy(Float32Array.of(8, -3, 10), [1]);                              // 13.1269...
 * crossEntropy(logits, targets, { shape: [64, 1000] });                       // mean of 64 rows
 * crossEntropy(logits, targets, { shape: [8, 21, 64, 64], axis: 1, ignoreIndex: 255 });
 * @see The definition: `torch.nn.functional.cross_entropy`,
 *   https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.cross_entropy.html
 */
export function crossEntropy<R extends Reduction = 'mean'>(
  logits: Float32Array,
  targets: ClassIndices,
  options?: CrossEntropyOptions<R>,
): Loss<R> {
  const given = readOptions(options, lossOptionNames);
  return computeLoss(logits, targets, given, false).loss as Loss<R>;
}

/**
 * The cross-entropy and its gradient by the logits, from one read of the logits:
 *
 *     gradient[c] = scale * (softmax(x)[c] - (1 if c is the target, else 0))
 *
 * with scale = 1 / (number of rows that are not ignored) for 'mean' and 1 for 'sum' and 'none' (whose
 * gradient is that of the losses' sum). At the target the difference is formed as
 * -(1 - softmax(x)[target]) without cancellation. The gradient of an ignored row is exactly 0,
 * whatever stands in the row; that of a row whose loss is NaN is NaN.
 *
 * @param logits - A `Float32Array` of any shape.
 * @param targets - As for {@link crossEntropy}.
 * @param options - As for {@link crossEntropy}, and `gradient`: where the gradient goes (default: a
 *   new array; it may be `logits` itself, any other overlap is an error).
 * @returns `{ loss, gradient }`; the loss as {@link crossEntropy} returns it.
 * @throws As {@link crossEntropy}.
 * @example
 * const { loss, gradient } = crossEntropyWithGradient(logits, targets, { shape: [64, 10] });
 * @see The definition: `torch.nn.functional.cross_entropy` and its derivative,
 *   https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.cross_entropy.html
 */
export function crossEntropyWithGradient<R extends Reduction = 'mean'>(
  logits: Float32Array,
  targets: ClassIndices,
  options?: CrossEntropyWithGradientOptions<R>,
): LossAndGradient<Loss<R>> {
  const given = readOptions(options, gradientOptionNames);
  return computeLoss(logits, targets, given, true) as LossAndGradient<Loss<R>>;
}
