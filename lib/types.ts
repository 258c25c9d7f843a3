import type { Narrowed, OptionsOf, onLogits } from './arguments/options.js';
import type { elementCodes, emptyMeanCodes, reductionCodes, tiesCodes } from './native/boundary.js';

/** The class indices that losses take: one per row, of any integer type, or a plain array of integers. */
export type ClassIndices =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | readonly number[];

/** Class probabilities as targets: one per logit, laid out as the logits. */
export type ClassProbabilities = Float32Array | Float64Array;

/** What cross-entropy compares with: a class a row, or a probability a class. */
export type Targets = ClassIndices | ClassProbabilities;

/** A `Float16Array`, where the runtime has it, told by its tag: older TypeScript does not know the type. */
export interface HalfArray extends ArrayBufferView {
  readonly [Symbol.toStringTag]: 'Float16Array';
  readonly length: number;
  readonly [index: number]: number;
}

/** Logits as numbers: a `Uint16Array` holds float16 or bfloat16 bits, `dtype` says which. */
export type FloatArray = Float32Array | Float64Array | HalfArray | Uint16Array;

/** How each element of an array is to be read. */
export type ElementType = keyof typeof elementCodes;

/**
 * An array that knows its shape: a Tensor of onnxruntime or transformers.js fits as it is. The data
 * must turn out to be a {@link FloatArray}; static types of tensors often leave that open.
 */
export interface TensorLike<Data = unknown> {
  readonly data: Data;
  /** The dimensions. */
  readonly dims?: readonly number[] | undefined;
  /** The dimensions, where `dims` is missing. */
  readonly shape?: readonly number[] | undefined;
  /** The element type's name. */
  readonly type?: string | undefined;
}

/** Where logits are: an array, or an array that knows its shape. */
export type Logits = FloatArray | TensorLike;

/** Logits of the same element type as others. */
export type LogitsLike<L extends Logits> = L extends Float32Array
  ? Float32Array | TensorLike
  : L extends Float64Array
    ? Float64Array | TensorLike
    : L extends Uint16Array
      ? Uint16Array | TensorLike
      : L extends HalfArray
        ? HalfArray | TensorLike
        : Logits;

/** The array of a result: float64 for float64 logits, float32 for all others. */
export type ResultArray<L extends Logits> = L extends Float64Array
  ? Float64Array
  : L extends FloatArray
    ? Float32Array
    : L extends TensorLike<infer Data>
      ? Data extends Float64Array
        ? Float64Array
        : Data extends FloatArray
          ? Float32Array
          : Float32Array | Float64Array
      : never;

/** How the losses of all rows become the result: one number, or one number a row. */
export type Reduction = keyof typeof reductionCodes;

/** The loss of a reduction: a number, or for 'none' one loss a row. */
export type Loss<R extends Reduction, A = Float32Array> = R extends 'none' ? A : number;

/** Which rank a target has among equal logits: see the option `ties` of `score`. */
export type TieRule = keyof typeof tiesCodes;

/** What the mean over no rows at all is: NaN as in PyTorch, 0, or an error. */
export type EmptyMean = keyof typeof emptyMeanCodes;

/** The labels of binaryCrossEntropy: one per logit, as probabilities, or 0 and 1 of any type. */
export type BinaryTargets =
  | Float32Array
  | Float64Array
  | Exclude<ClassIndices, BigInt64Array | BigUint64Array>;

/** How a flat array is laid out: row-major. */
export type LayoutOptions = OptionsOf<'shape' | 'axis' | 'dtype' | 'rowStride'>;

/** What is done to logits before anything else: `softcap * tanh(x / softcap) / temperature`. */
export type TransformOptions = OptionsOf<'temperature' | 'softcap'>;

/** How a call is computed. */
export type ThreadOptions = OptionsOf<'threads'>;

/** The options of every function on logits. */
export type LogitsOptions = OptionsOf<(typeof onLogits)[number]>;

/** How losses become a result. */
export interface ReductionOptions<R extends Reduction = Reduction, A = Float32Array>
  extends Narrowed<'reduction', R> {
  /** With reduction 'none' alone: where the losses go. Default: a new array. */
  readonly out?: ('none' extends R ? A : never) | undefined;
}

/** The result of crossEntropyWithGradient. */
export interface LossAndGradient<L, A = Float32Array> {
  /** The loss, as crossEntropy returns it. */
  readonly loss: L;
  /** The gradient of the loss (of the losses' sum for 'none') by the logits, laid out as they are. */
  readonly gradient: A;
}

/** What runs in this process. */
export interface Runtime {
  /** The instruction set in use: 'avx512', 'avx2', 'neon' or 'scalar'. */
  readonly isa: string;
  /** The instruction sets that this machine can run, best first. */
  readonly isas: readonly string[];
  /** The number of threads that a call may use which does not say so itself. */
  readonly threads: number;
  /** The file of the addon that was loaded. */
  readonly addon: string;
}
