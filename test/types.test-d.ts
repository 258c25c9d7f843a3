import { expectTypeOf } from 'vitest';
import {
  type ClassIndices,
  type CrossEntropyOptions,
  crossEntropy,
  crossEntropyWithGradient,
  type ErrorCode,
  type LossAndGradient,
  logSoftmax,
  logSumExp,
  type Reduction,
  type Runtime,
  runtime,
  type SoftmaxOptions,
  softmax,
} from '../lib/index.js';

// Checked by the compiler only. A call under @ts-expect-error fails the check if it compiles.

declare const logits: Float32Array;
declare const targets: Int32Array;
declare const out: Float32Array;
declare const reduction: Reduction;
declare const anyOptions: CrossEntropyOptions;

// Arrays of any buffer.
declare const shared: Float32Array<SharedArrayBuffer>;
expectTypeOf(softmax(shared, { out: shared })).toEqualTypeOf<Float32Array>();

for (const same of [softmax, logSoftmax]) {
  expectTypeOf(same).parameter(0).toEqualTypeOf<Float32Array>();
  expectTypeOf(same).parameter(1).toEqualTypeOf<SoftmaxOptions | undefined>();
  expectTypeOf(same(logits)).toEqualTypeOf<Float32Array>();
  expectTypeOf(
    same(logits, { shape: [2, 3] as const, axis: 0, out }),
  ).toEqualTypeOf<Float32Array>();
  same(logits, undefined);
  same(logits, { shape: undefined, axis: undefined, out: undefined });
  // @ts-expect-error an array is not a Float32Array
  same([1, 2, 3]);
  // @ts-expect-error float64 comes later
  same(new Float64Array(3));
  // @ts-expect-error one axis only
  same(logits, { axis: [0, 1] });
  // @ts-expect-error null is no axis
  same(logits, { axis: null });
  // @ts-expect-error an unknown option
  same(logits, { temperature: 2 });
  // @ts-expect-error an option of crossEntropy
  same(logits, { reduction: 'sum' });
  // @ts-expect-error results are float32
  same(logits, { out: new Float64Array(3) });
}

expectTypeOf(logSumExp(logits)).toEqualTypeOf<Float32Array>();
expectTypeOf(logSumExp(logits, { axis: [0, 2] as const, out })).toEqualTypeOf<Float32Array>();
// @ts-expect-error names are no axes
logSumExp(logits, { axis: ['rows'] });

// The reduction decides the result.
expectTypeOf(crossEntropy(logits, targets)).toEqualTypeOf<number>();
expectTypeOf(crossEntropy(logits, targets, {})).toEqualTypeOf<number>();
expectTypeOf(crossEntropy(logits, targets, undefined)).toEqualTypeOf<number>();
expectTypeOf(crossEntropy(logits, targets, { reduction: 'mean' })).toEqualTypeOf<number>();
expectTypeOf(crossEntropy(logits, targets, { reduction: 'sum', axis: 1 })).toEqualTypeOf<number>();
expectTypeOf(crossEntropy(logits, targets, { reduction: 'none' })).toEqualTypeOf<Float32Array>();
expectTypeOf(
  crossEntropy(logits, targets, { reduction: 'none', out }),
).toEqualTypeOf<Float32Array>();
expectTypeOf(crossEntropy(logits, targets, { reduction })).toEqualTypeOf<number | Float32Array>();
expectTypeOf(crossEntropy(logits, targets, anyOptions)).toEqualTypeOf<number | Float32Array>();

type Either = LossAndGradient<number | Float32Array>;
const withGradient = crossEntropyWithGradient;
expectTypeOf(withGradient(logits, targets)).toEqualTypeOf<LossAndGradient<number>>();
expectTypeOf(withGradient(logits, targets, { gradient: logits })).toEqualTypeOf<
  LossAndGradient<number>
>();
expectTypeOf(withGradient(logits, targets, { reduction: 'sum' }).loss).toEqualTypeOf<number>();
expectTypeOf(
  withGradient(logits, targets, { reduction: 'none', out, gradient: out }),
).toEqualTypeOf<LossAndGradient<Float32Array>>();
expectTypeOf(withGradient(logits, targets, { reduction })).toEqualTypeOf<Either>();
expectTypeOf(withGradient(logits, targets).gradient).toEqualTypeOf<Float32Array>();
// @ts-expect-error results are read-only
withGradient(logits, targets).loss = 1;

// Every integer type is a target type, and nothing else is.
expectTypeOf<Uint8Array>().toExtend<ClassIndices>();
expectTypeOf<Int16Array<SharedArrayBuffer>>().toExtend<ClassIndices>();
expectTypeOf<BigUint64Array>().toExtend<ClassIndices>();
expectTypeOf<readonly [0, 1]>().toExtend<ClassIndices>();
expectTypeOf<Float32Array>().not.toExtend<ClassIndices>();
expectTypeOf<Uint8ClampedArray>().not.toExtend<ClassIndices>();
expectTypeOf<bigint[]>().not.toExtend<ClassIndices>();

for (const loss of [crossEntropy, crossEntropyWithGradient]) {
  // @ts-expect-error targets are needed
  loss(logits);
  // @ts-expect-error one target is an array of one
  loss(logits, 1);
  // @ts-expect-error class probabilities come later
  loss(logits, out);
  // @ts-expect-error no such reduction
  loss(logits, targets, { reduction: 'average' });
  // @ts-expect-error one index only
  loss(logits, targets, { ignoreIndex: [1, 2] });
  // @ts-expect-error a number, also for targets of 64 bits
  loss(logits, targets, { ignoreIndex: 1n });
  // @ts-expect-error weights come later
  loss(logits, targets, { weight: out });
}
// @ts-expect-error only crossEntropyWithGradient has a gradient
crossEntropy(logits, targets, { gradient: out });
// @ts-expect-error only the reduction 'none' fills an array
crossEntropy(logits, targets, { reduction: 'mean', out });
// @ts-expect-error only the reduction 'none' fills an array
crossEntropy(logits, targets, { out });
// @ts-expect-error only the reduction 'none' fills an array
crossEntropyWithGradient(logits, targets, { reduction: 'sum', out });

expectTypeOf(runtime).returns.toEqualTypeOf<Runtime>();
expectTypeOf(runtime().isas).toEqualTypeOf<readonly string[]>();
expectTypeOf<'ERR_TARGET_OUT_OF_RANGE'>().toExtend<ErrorCode>();
