import { expectTypeOf } from 'vitest';
import {
  type ErrorCode,
  type FloatArray,
  type Integers,
  type Logits,
  type LogSumExpOptions,
  logSoftmax,
  logSoftmaxGradient,
  logSumExp,
  type ResultArray,
  type Runtime,
  runtime,
  type SoftmaxGradientOptions,
  type SoftmaxOptions,
  softmax,
  softmaxGradient,
} from '../../lib/index.js';

// Checked by the compiler only. A call under @ts-expect-error fails the check if it compiles.
// Losses: losses.test-d.ts; tensors: tensors.test-d.ts.

declare const single: Float32Array;
declare const double: Float64Array;
declare const halves: Uint16Array;
declare const either: Float32Array | Float64Array;
declare const floats: FloatArray;

// Results are of the logits' precision.
expectTypeOf<ResultArray<Float32Array>>().toEqualTypeOf<Float32Array>();
expectTypeOf<ResultArray<Float64Array>>().toEqualTypeOf<Float64Array>();
expectTypeOf<ResultArray<Uint16Array>>().toEqualTypeOf<Float32Array>();
expectTypeOf<ResultArray<Float32Array | Float64Array>>().toEqualTypeOf<
  Float32Array | Float64Array
>();
expectTypeOf<ResultArray<Logits>>().toEqualTypeOf<Float32Array | Float64Array>();

// Arrays of any buffer.
declare const shared: Float32Array<SharedArrayBuffer>;
declare const sharedDouble: Float64Array<SharedArrayBuffer>;
expectTypeOf(softmax(shared, { out: shared })).toEqualTypeOf<Float32Array>();
expectTypeOf(softmax(sharedDouble, { out: sharedDouble })).toEqualTypeOf<Float64Array>();

for (const same of [softmax, logSoftmax]) {
  expectTypeOf(same(single)).toEqualTypeOf<Float32Array>();
  expectTypeOf(same(double)).toEqualTypeOf<Float64Array>();
  expectTypeOf(same(either)).toEqualTypeOf<Float32Array | Float64Array>();
  expectTypeOf(same(floats)).toEqualTypeOf<Float32Array | Float64Array>();
  expectTypeOf(same(halves, { dtype: 'bfloat16' })).toEqualTypeOf<Float32Array>();
  expectTypeOf(
    same(single, { shape: [2, 3] as const, axis: 0, out: single }),
  ).toEqualTypeOf<Float32Array>();
  expectTypeOf(
    same(double, { temperature: 2, softcap: 30, rowStride: 4, dtype: 'float64', out: double }),
  ).toEqualTypeOf<Float64Array>();
  same(single, undefined);
  same(single, { shape: undefined, axis: undefined, out: undefined, softcap: undefined });
  expectTypeOf(same([1, 2, 3])).toEqualTypeOf<Float32Array>();
  expectTypeOf(
    same([
      [1, 2],
      [3, 4],
    ]),
  ).toEqualTypeOf<Float32Array>();
  expectTypeOf(same([[1, 2]], { dtype: 'float64' })).toEqualTypeOf<Float64Array>();
  // @ts-expect-error names are no logits
  same(['1']);
  // @ts-expect-error integers are no logits
  same(new Int32Array(3));
  // @ts-expect-error integers of 64 bits are no logits
  same(new BigInt64Array(3));
  // @ts-expect-error logits are needed
  same();
  // @ts-expect-error one axis only
  same(single, { axis: [0, 1] });
  // @ts-expect-error null is no axis
  same(single, { axis: null });
  // @ts-expect-error no such element type
  same(halves, { dtype: 'uint16' });
  // @ts-expect-error a number
  same(single, { temperature: '2' });
  same(single, { threads: 2 });
  same(single, { threads: undefined });
  // @ts-expect-error a number
  same(single, { threads: 'all' });
  // @ts-expect-error a mistyped option
  same(single, { temprature: 2 });
  // @ts-expect-error an option of losses
  same(single, { reduction: 'sum' });
  // @ts-expect-error an option of crossEntropy
  same(single, { labelSmoothing: 0.1 });
  // @ts-expect-error results of float32 logits are float32
  same(single, { out: double });
  // @ts-expect-error results of float64 logits are float64
  same(double, { out: single });
  // @ts-expect-error results are no halves
  same(halves, { dtype: 'float16', out: halves });
}

const softmaxOptions: SoftmaxOptions = { temperature: 2, out: single };
expectTypeOf(softmax(single, softmaxOptions)).toEqualTypeOf<Float32Array>();
// @ts-expect-error options of float32 results
softmax(double, softmaxOptions);
const doubleOptions: SoftmaxOptions<Float64Array> = { axis: 1, out: double };
expectTypeOf(softmax(double, doubleOptions)).toEqualTypeOf<Float64Array>();

expectTypeOf(logSumExp(single)).toEqualTypeOf<Float32Array>();
expectTypeOf(logSumExp(double)).toEqualTypeOf<Float64Array>();
expectTypeOf(
  logSumExp(single, { axis: [0, 2] as const, out: single }),
).toEqualTypeOf<Float32Array>();
expectTypeOf(logSumExp(double, { axis: 1, softcap: 5 })).toEqualTypeOf<Float64Array>();
expectTypeOf(logSumExp(single, { threads: 1 })).toEqualTypeOf<Float32Array>();
expectTypeOf<LogSumExpOptions['axis']>().toEqualTypeOf<number | Integers | undefined>();
// @ts-expect-error names are no axes
logSumExp(single, { axis: ['rows'] });
// @ts-expect-error results of float64 logits are float64
logSumExp(double, { out: single });
// @ts-expect-error an option of losses
logSumExp(single, { ignoreIndex: 0 });

for (const gradient of [softmaxGradient, logSoftmaxGradient]) {
  expectTypeOf(gradient(single, single)).toEqualTypeOf<Float32Array>();
  expectTypeOf(gradient(double, double)).toEqualTypeOf<Float64Array>();
  expectTypeOf(gradient(single, single, { out: single, axis: 1 })).toEqualTypeOf<Float32Array>();
  expectTypeOf(gradient(double, double, { temperature: 2 })).toEqualTypeOf<Float64Array>();
  expectTypeOf(gradient(halves, halves, { dtype: 'float16' })).toEqualTypeOf<Float32Array>();
  expectTypeOf(gradient(single, single, { threads: 1 })).toEqualTypeOf<Float32Array>();
  // @ts-expect-error upstream is needed
  gradient(single);
  // @ts-expect-error upstream is an array
  gradient(single, 1);
  // @ts-expect-error the options are the third
  gradient(single, { temperature: 2 });
  // @ts-expect-error gradients take no soft cap
  gradient(single, single, { softcap: 30 });
  // @ts-expect-error upstream is an argument
  gradient(single, single, { upstream: single });
  // @ts-expect-error the result is out
  gradient(single, single, { gradient: single });
  // @ts-expect-error results of float64 logits are float64
  gradient(double, double, { out: single });
}
// @ts-expect-error the gradients take no soft cap
const gradientOptions: SoftmaxGradientOptions = { softcap: 30 };
expectTypeOf(gradientOptions).toExtend<object>();

expectTypeOf(runtime).returns.toEqualTypeOf<Runtime>();
expectTypeOf(runtime().isas).toEqualTypeOf<readonly string[]>();
expectTypeOf<'ERR_TARGET_OUT_OF_RANGE'>().toExtend<ErrorCode>();
expectTypeOf<'ERR_EMPTY_MEAN'>().toExtend<ErrorCode>();
expectTypeOf<'ERR_BUFFER_OVERLAP'>().toExtend<ErrorCode>();
expectTypeOf<'ERR_UNKNOWN'>().not.toExtend<ErrorCode>();
