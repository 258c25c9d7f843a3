import { expectTypeOf } from 'vitest';
import {
  binaryCrossEntropy,
  crossEntropy,
  crossEntropyWithGradient,
  type HalfArray,
  klDivergence,
  type Logits,
  type LossAndGradient,
  logSumExp,
  nllLoss,
  type ResultArray,
  softmax,
  softmaxGradient,
  type TensorLike,
} from '../../lib/index.js';

// The types of tensors, checked by the compiler only. test/tensors/ has those of real packages.

/** Tensors as packages declare them: an array of any kind, and one of known kind. */
interface AnyTensor {
  readonly data: Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array | string[];
  readonly dims: readonly number[];
  readonly type: 'float32' | 'float64' | 'int32' | 'int64' | 'uint8' | 'string';
  readonly location: string;
}
interface LooseTensor {
  get data(): ArrayBufferView | unknown[];
  get dims(): number[];
  set dims(value: number[]);
  get type(): string;
}
declare const any: AnyTensor;
declare const loose: LooseTensor;
declare const unknownTensor: TensorLike;
declare const single: { data: Float32Array; dims: readonly number[]; type: 'float32' };
declare const double: { data: Float64Array; dims: number[] };
declare const halves: { data: Uint16Array; dims: number[]; type: 'float16' };
declare const halfArray: HalfArray;
declare const targets: BigInt64Array;
declare const floats: Float32Array;
declare const doubles: Float64Array;
type Either = Float32Array | Float64Array;

expectTypeOf(softmax(single)).toEqualTypeOf<Float32Array>();
expectTypeOf(softmax(double)).toEqualTypeOf<Float64Array>();
expectTypeOf(softmax(halves)).toEqualTypeOf<Float32Array>();
expectTypeOf(softmax(halfArray)).toEqualTypeOf<Float32Array>();
expectTypeOf(softmax({ data: halfArray, shape: [1, 2] })).toEqualTypeOf<Float32Array>();
expectTypeOf(softmax({ data: doubles, dims: [2, 3] })).toEqualTypeOf<Float64Array>();
expectTypeOf(softmax({ data: floats, dims: [2, 3] as const })).toEqualTypeOf<Float32Array>();
expectTypeOf(
  logSumExp({ data: doubles, shape: [2, 3] }, { axis: [0, 1] }),
).toEqualTypeOf<Float64Array>();

// Where the compiler does not know the data, the result may be either.
expectTypeOf(softmax(any)).toEqualTypeOf<Either>();
expectTypeOf(softmax(loose)).toEqualTypeOf<Either>();
expectTypeOf(softmax(unknownTensor)).toEqualTypeOf<Either>();
expectTypeOf(logSumExp(any, { axis: 0 })).toEqualTypeOf<Either>();
expectTypeOf(softmax(any, { out: floats })).toEqualTypeOf<Either>();
expectTypeOf(softmax(any, { out: doubles })).toEqualTypeOf<Either>();
expectTypeOf(crossEntropy(any, targets)).toEqualTypeOf<number>();
expectTypeOf(crossEntropy(any, targets, { reduction: 'none' })).toEqualTypeOf<Either>();
expectTypeOf(nllLoss(loose, targets, { reduction: 'none' })).toEqualTypeOf<Either>();
expectTypeOf(crossEntropyWithGradient(any, targets)).toEqualTypeOf<
  LossAndGradient<number, Either>
>();
expectTypeOf(binaryCrossEntropy(any, [1, 0])).toEqualTypeOf<number>();

expectTypeOf(crossEntropy(double, targets, { reduction: 'none' })).toEqualTypeOf<Float64Array>();
expectTypeOf(crossEntropyWithGradient(double, targets)).toEqualTypeOf<
  LossAndGradient<number, Float64Array>
>();
expectTypeOf(klDivergence(single, any)).toEqualTypeOf<number>();
expectTypeOf(klDivergence(single, floats, { reduction: 'none' })).toEqualTypeOf<Float32Array>();
expectTypeOf(softmaxGradient(double, doubles)).toEqualTypeOf<Float64Array>();
expectTypeOf(softmaxGradient(doubles, double, { out: doubles })).toEqualTypeOf<Float64Array>();
expectTypeOf<ResultArray<AnyTensor>>().toEqualTypeOf<Either>();

expectTypeOf<AnyTensor>().toExtend<Logits>();
expectTypeOf<LooseTensor>().toExtend<Logits>();

// @ts-expect-error a tensor has data
softmax({ dims: [2, 3] });
// @ts-expect-error dimensions are numbers
softmax({ data: floats, dims: [2n, 3n] });
// @ts-expect-error dimensions are a list
softmax({ data: floats, dims: 6 });
// @ts-expect-error a type is a word
softmax({ data: floats, type: 1 });
// @ts-expect-error results of float64 tensors are float64
softmax(double, { out: floats });
// @ts-expect-error results are arrays, not tensors
softmax(single, { out: single });
crossEntropy(single, { data: targets, dims: [2] });
