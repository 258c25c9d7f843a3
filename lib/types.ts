import type { Narrowed, OptionsOf, onLogits } from './arguments/options.js';
import type { elementCodes, emptyMeanCodes, reductionCodes, tiesCodes } from './native/boundary.js';

/** Plain numbers in lists of lists, all of one length: they bring their shape. */
export interface NestedNumbers
  extends ReadonlyArray<NestedNumbers | readonly number[] | Float32Array | Float64Array> {}

/** Plain numbers: a list, or rows of them. They are copied. */
export type PlainNumbers = readonly number[] | NestedNumbers;

/** Class indices in a typed array. */
export type ClassArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** The class indices that losses take: one per row, of any integer type, in a typed array, a tensor or a plain array. */
export type ClassIndices = ClassArray | PlainNumbers | readonly bigint[] | TensorLike;

/** Class probabilities as targets: one per logit, laid out as the logits. */
export type ClassProbabilities = Float32Array | Float64Array | NestedNumbers | TensorLike;

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
  readonly dims?: Integers | undefined;
  /** The dimensions, where `dims` is missing. */
  readonly shape?: Integers | undefined;
  /** The element type's name. */
  readonly type?: string | undefined;
  // Of views there are also `stride` or `strides` (elements from one position of each axis to the next), `offset` and
  // `fortranOrder`, where they are no methods: row-major data is read where it lies, transposed and padded data is
  // copied, and everything else is an error.
}

/** Where logits are: an array, or an array that knows its shape. */
export type Logits = FloatArray | TensorLike | PlainNumbers;

/** Logits of the same element type as others. */
export type LogitsLike<L extends Logits> = L extends PlainNumbers
  ? Logits
  : L extends Float32Array
    ? Float32Array | PlainNumbers | TensorLike
    : L extends Float64Array
      ? Float64Array | PlainNumbers | TensorLike
      : L extends Uint16Array
        ? Uint16Array | TensorLike
        : L extends HalfArray
          ? HalfArray | TensorLike
          : Logits;

/** The array of a result: float64 for float64 logits, float32 for all others. */
export type ResultArray<L extends Logits> = L extends Float64Array
  ? Float64Array
  : L extends FloatArray | PlainNumbers
    ? Float32Array
    : L extends TensorLike<infer Data>
      ? Data extends Float64Array
        ? Float64Array
        : Data extends FloatArray
          ? Float32Array
          : Float32Array | Float64Array
      : never;

/** The array of a result, of one type or the other. */
export type AnyResult = Float32Array | Float64Array;

/** The array of a result, where the option `dtype` may say what the types of a tensor or of plain numbers do not. */
export type ResultOf<L extends Logits, O> = O extends { readonly dtype: ElementType }
  ? O['dtype'] extends 'float64'
    ? Float64Array
    : Float32Array
  : ResultArray<L>;

/**
 * What the options O of a call extend: those of its function and no others, and what `Fit`s its other arguments. (Pick,
 * since TypeScript compares interfaces by the variance of their parameters, of which it knows too little here.)
 */
export type Given<O, Options, Fit = unknown> = Pick<Options, keyof Options> &
  Fit & { readonly [Name in Exclude<keyof O, keyof Options>]?: undefined };

/** No value has this. */
declare const hint: unique symbol;

/** What a call is given: its options O. (The other half is for editors alone, which offer the names that they find in it.) */
export type Offered<O, Options> = O | (Options & { readonly [hint]: never });

/** No options. */
export type None = Record<never, never>;

/** Where a result goes. */
export type Out<A> = { readonly out?: A | undefined };

/** Where the result of a call goes. */
export type ResultFit<L extends Logits, O> = Out<ResultOf<L, O>>;

/** Where the losses go, which are an array with the reduction 'none' alone. */
export type LossesOut<O, A> = Out<'none' extends ReductionOf<O> ? A : never>;

/** The reduction among options: 'mean' where there is none. */
export type ReductionOf<O> = O extends { readonly reduction?: infer R }
  ? [Extract<R, Reduction>] extends [never]
    ? 'mean'
    : Extract<R, Reduction>
  : 'mean';

/** How the losses of all rows become the result: one number, or one number a row. */
export type Reduction = keyof typeof reductionCodes;

/** The loss of a reduction: a number, or for 'none' one loss a row. */
export type Loss<R extends Reduction, A = Float32Array> = R extends 'none' ? A : number;

/** Which rank a target has among equal logits: see the option `ties` of `score`. */
export type TieRule = keyof typeof tiesCodes;

/** What the mean over no rows at all is: NaN as in PyTorch, 0, or an error. */
export type EmptyMean = keyof typeof emptyMeanCodes;

/** Where the losses of a call go. */
export type LossFit<L extends Logits, O> = LossesOut<O, ResultOf<L, O>>;

/** The loss of a call with these options. */
export type LossOf<L extends Logits, O> = Loss<ReductionOf<O>, ResultOf<L, O>>;

/** The labels of binaryCrossEntropy: one per logit, as probabilities, or 0 and 1 of any type. */
export type BinaryTargets =
  | Float32Array
  | Float64Array
  | Exclude<ClassArray, BigInt64Array | BigUint64Array>
  | PlainNumbers
  | TensorLike;

/** Factors: one a class or one a row, as the option says. */
export type Factors = Float32Array | Float64Array | readonly number[];

/** A list of integers. */
export type Integers = readonly number[] | ClassArray;

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
