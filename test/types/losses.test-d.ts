import { expectTypeOf } from 'vitest';
import {
  type BinaryTargets,
  binaryCrossEntropy,
  type ClassIndices,
  type ClassProbabilities,
  type CrossEntropyOptions,
  type CrossEntropyWithGradientOptions,
  crossEntropy,
  crossEntropyWithGradient,
  type EmptyMean,
  klDivergence,
  type Loss,
  type LossAndGradient,
  type NllLossOptions,
  nllLoss,
  type Reduction,
  type Targets,
} from '../../lib/index.js';

// The types of losses, checked by the compiler only.

declare const single: Float32Array;
declare const double: Float64Array;
declare const targets: Int32Array;
declare const reduction: Reduction;
declare const anyOptions: CrossEntropyOptions;

expectTypeOf<Loss<'mean'>>().toEqualTypeOf<number>();
expectTypeOf<Loss<'none'>>().toEqualTypeOf<Float32Array>();
expectTypeOf<Loss<'none', Float64Array>>().toEqualTypeOf<Float64Array>();
expectTypeOf<Loss<Reduction>>().toEqualTypeOf<number | Float32Array>();
expectTypeOf<EmptyMean>().toEqualTypeOf<'nan' | 'zero' | 'throw'>();

// Of the losses of classes, of labels and of logits, the reduction and the logits decide the result.
const options = { shape: [2, 3], axis: -1, rowStride: 4, dtype: 'float32' } as const;
expectTypeOf(nllLoss(single, targets)).toEqualTypeOf<number>();
expectTypeOf(nllLoss(double, targets, { reduction: 'none' })).toEqualTypeOf<Float64Array>();
// @ts-expect-error targets are needed
nllLoss(single);
{
  const loss = crossEntropy;
  expectTypeOf(loss(single, targets)).toEqualTypeOf<number>();
  expectTypeOf(loss(double, targets, {})).toEqualTypeOf<number>();
  loss(single, targets, undefined);
  expectTypeOf(loss(single, targets, options)).toEqualTypeOf<number>();
  expectTypeOf(loss(single, targets, { reduction: 'mean' })).toEqualTypeOf<number>();
  expectTypeOf(loss(double, targets, { reduction: 'sum', axis: 1 })).toEqualTypeOf<number>();
  expectTypeOf(loss(single, targets, { reduction: 'none' })).toEqualTypeOf<Float32Array>();
  expectTypeOf(loss(double, targets, { reduction: 'none' })).toEqualTypeOf<Float64Array>();
  expectTypeOf(
    loss(single, targets, { reduction: 'none', out: single }),
  ).toEqualTypeOf<Float32Array>();
  expectTypeOf(
    loss(double, targets, { reduction: 'none', out: double }),
  ).toEqualTypeOf<Float64Array>();
  expectTypeOf(loss(single, targets, { reduction })).toEqualTypeOf<number | Float32Array>();
  expectTypeOf(loss(double, targets, { reduction })).toEqualTypeOf<number | Float64Array>();
  loss(single, targets, { weight: double, ignoreIndex: [-100, 0] as const, emptyMean: 'throw' });
  loss(double, targets, { weight: single, ignoreIndex: 255, emptyMean: 'zero' });
  loss(new Uint16Array(3), [1], { dtype: 'float16', threads: 2 });
  // @ts-expect-error a number
  loss(single, targets, { threads: '2' });
  // @ts-expect-error targets are needed
  loss(single);
  // @ts-expect-error one target is an array of one
  loss(single, 1);
  loss(single, [1n]);
  loss(single, { data: new BigInt64Array(1), dims: [1] });
  // @ts-expect-error targets in a list are numbers
  loss(single, ['1']);
  // @ts-expect-error clamped bytes are no targets
  loss(single, new Uint8ClampedArray(1));
  // @ts-expect-error no such reduction
  loss(single, targets, { reduction: 'average' });
  // @ts-expect-error numbers, also for targets of 64 bits
  loss(single, targets, { ignoreIndex: 1n });
  loss(single, targets, { ignoreIndex: new BigInt64Array(1) });
  loss(single, targets, { weight: [1, 1, 1] });
  // @ts-expect-error weights are floats
  loss(single, targets, { weight: new Int32Array(3) });
  // @ts-expect-error no such word
  loss(single, targets, { emptyMean: 'error' });
  // @ts-expect-error only crossEntropyWithGradient has a gradient
  loss(single, targets, { gradient: single });
  // @ts-expect-error only crossEntropyWithGradient has an upstream
  loss(single, targets, { upstream: 2 });
  // @ts-expect-error an option of binaryCrossEntropy
  loss(single, targets, { positiveWeight: 2 });
  // @ts-expect-error only the reduction 'none' fills an array
  loss(single, targets, { reduction: 'mean', out: single });
  // @ts-expect-error only the reduction 'none' fills an array
  loss(single, targets, { out: single });
  // @ts-expect-error the losses of float64 logits are float64
  loss(double, targets, { reduction: 'none', out: single });
  // @ts-expect-error the losses of float32 logits are float32
  loss(single, targets, { reduction: 'none', out: double });
}

expectTypeOf(crossEntropy(single, targets, anyOptions)).toEqualTypeOf<number | Float32Array>();
crossEntropy(single, single);
crossEntropy(single, double, { labelSmoothing: 0.1, zLoss: 1e-4, softcap: 30, temperature: 2 });
// @ts-expect-error the log-probabilities' targets are classes
nllLoss(single, single);
// @ts-expect-error log-probabilities were transformed already
nllLoss(single, targets, { temperature: 2 });
// @ts-expect-error log-probabilities were transformed already
nllLoss(single, targets, { softcap: 30 });
// @ts-expect-error an option of crossEntropy
nllLoss(single, targets, { labelSmoothing: 0.1 });
// @ts-expect-error an option of crossEntropy
nllLoss(single, targets, { zLoss: 1e-4 });
const nllOptions: NllLossOptions<'none'> = { reduction: 'none', out: single };
expectTypeOf(nllLoss(single, targets, nllOptions)).toEqualTypeOf<Float32Array>();

// The gradient has the logits' precision, whatever the reduction is.
const withGradient = crossEntropyWithGradient;
expectTypeOf(withGradient(single, targets)).toEqualTypeOf<LossAndGradient<number>>();
expectTypeOf(withGradient(double, targets)).toEqualTypeOf<LossAndGradient<number, Float64Array>>();
expectTypeOf(withGradient(single, targets, { gradient: single })).toEqualTypeOf<
  LossAndGradient<number>
>();
expectTypeOf(
  withGradient(double, targets, { gradient: double }).gradient,
).toEqualTypeOf<Float64Array>();
expectTypeOf(withGradient(single, targets, { reduction: 'sum' }).loss).toEqualTypeOf<number>();
expectTypeOf(
  withGradient(single, targets, { reduction: 'none', out: single, gradient: single }),
).toEqualTypeOf<LossAndGradient<Float32Array>>();
expectTypeOf(
  withGradient(double, double, { reduction: 'none', out: double, upstream: single }),
).toEqualTypeOf<LossAndGradient<Float64Array, Float64Array>>();
expectTypeOf(withGradient(single, targets, { reduction })).toEqualTypeOf<
  LossAndGradient<number | Float32Array>
>();
withGradient(single, targets, { upstream: 2, labelSmoothing: 0.1, softcap: 30, weight: double });
withGradient(single, targets, { reduction: 'none', upstream: double });
declare const gradientOptions: CrossEntropyWithGradientOptions;
expectTypeOf(withGradient(single, targets, gradientOptions).loss).toEqualTypeOf<
  number | Float32Array
>();
// @ts-expect-error results are read-only
withGradient(single, targets).loss = 1;
// @ts-expect-error one factor a row with the reduction 'none' alone
withGradient(single, targets, { upstream: single });
// @ts-expect-error one factor a row with the reduction 'none' alone
withGradient(single, targets, { reduction: 'sum', upstream: single });
withGradient(single, targets, { reduction: 'none', upstream: [1, 2] });
// @ts-expect-error only the reduction 'none' fills an array
withGradient(single, targets, { reduction: 'sum', out: single });
// @ts-expect-error the gradient by float64 logits is float64
withGradient(double, targets, { gradient: single });
// @ts-expect-error the gradient by float32 logits is float32
withGradient(single, targets, { gradient: double });
// @ts-expect-error the gradient by halves is float32
withGradient(new Uint16Array(3), targets, { dtype: 'float16', gradient: new Uint16Array(3) });
// @ts-expect-error an option of binaryCrossEntropy
withGradient(single, targets, { positiveWeight: 2 });

expectTypeOf(klDivergence(single, single)).toEqualTypeOf<number>();
expectTypeOf(klDivergence(single, single, { reduction: 'sum' })).toEqualTypeOf<number>();
expectTypeOf(
  klDivergence(single, single, { reduction: 'none', out: single, softcap: 30 }),
).toEqualTypeOf<Float32Array>();
expectTypeOf(
  klDivergence(double, double, { reduction: 'none', temperature: 2 }),
).toEqualTypeOf<Float64Array>();
expectTypeOf(klDivergence(double, double, { reduction })).toEqualTypeOf<number | Float64Array>();
// @ts-expect-error other logits are needed
klDivergence(single);
// @ts-expect-error both have one element type
klDivergence(single, double);
// @ts-expect-error classes are no logits
klDivergence(single, targets);
// @ts-expect-error the divergence has no weights
klDivergence(single, single, { weight: single });
// @ts-expect-error the divergence ignores no rows
klDivergence(single, single, { ignoreIndex: 0 });
// @ts-expect-error the name of PyTorch's reduction
klDivergence(single, single, { reduction: 'batchmean' });
// @ts-expect-error only the reduction 'none' fills an array
klDivergence(single, single, { out: single });
// @ts-expect-error the divergences of float64 logits are float64
klDivergence(double, double, { reduction: 'none', out: single });

const binary = binaryCrossEntropy;
expectTypeOf(binary(single, single)).toEqualTypeOf<number>();
expectTypeOf(binary(double, new Uint8Array(3), { reduction: 'sum' })).toEqualTypeOf<number>();
expectTypeOf(binary(single, [0, 1, 0.5], { reduction: 'none' })).toEqualTypeOf<Float32Array>();
expectTypeOf(
  binary(double, double, { reduction: 'none', out: double }),
).toEqualTypeOf<Float64Array>();
binary(single, targets, { weight: double, positiveWeight: 2, temperature: 2, softcap: 30 });
binary(single, targets, { weight: single, positiveWeight: single });
// @ts-expect-error labels have no 64 bits
binary(single, new BigInt64Array(3));
// @ts-expect-error clamped bytes are no labels
binary(single, new Uint8ClampedArray(3));
// @ts-expect-error truth is no label
binary(single, [true, false]);
// @ts-expect-error no label is ignored
binary(single, targets, { ignoreIndex: -100 });
// @ts-expect-error the mean over no labels is NaN
binary(single, targets, { emptyMean: 'zero' });
// @ts-expect-error an option of crossEntropy
binary(single, targets, { labelSmoothing: 0.1 });
binary(single, targets, { positiveWeight: [1, 2, 3] });
// @ts-expect-error only the reduction 'none' fills an array
binary(single, targets, { reduction: 'sum', out: single });
// @ts-expect-error the losses of float64 logits are float64
binary(double, targets, { reduction: 'none', out: single });

// Every integer type is a target type, and floats are probabilities.
expectTypeOf<Uint8Array>().toExtend<ClassIndices>();
expectTypeOf<Int16Array<SharedArrayBuffer>>().toExtend<ClassIndices>();
expectTypeOf<BigUint64Array>().toExtend<ClassIndices>();
expectTypeOf<readonly [0, 1]>().toExtend<ClassIndices>();
expectTypeOf<Float32Array>().not.toExtend<ClassIndices>();
expectTypeOf<Uint8ClampedArray>().not.toExtend<Targets>();
expectTypeOf<bigint[]>().toExtend<Targets>();
expectTypeOf<Float64Array<SharedArrayBuffer>>().toExtend<ClassProbabilities>();
expectTypeOf<ClassProbabilities | ClassIndices>().toEqualTypeOf<Targets>();
expectTypeOf<BigInt64Array>().not.toExtend<BinaryTargets>();
expectTypeOf<Float32Array | Uint16Array | number[]>().toExtend<BinaryTargets>();
