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
export type ElementType = 'float32' | 'float64' | 'float16' | 'bfloat16';

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
export type Reduction = 'mean' | 'sum' | 'none';

/** The loss of a reduction: a number, or for 'none' one loss a row. */
export type Loss<R extends Reduction, A = Float32Array> = R extends 'none' ? A : number;

/** What the mean over no rows at all is: NaN as in PyTorch, 0, or an error. */
export type EmptyMean = 'nan' | 'zero' | 'throw';

/** How a flat array is laid out: row-major. */
export interface LayoutOptions {
  /** The dimensions of the logits. Default: the tensor's; for a bare array one row, `[length]`. */
  readonly shape?: readonly number[] | undefined;
  /** The class axis; negative values count from the end. Default: -1. */
  readonly axis?: number | undefined;
  /** How to read a `Uint16Array`: 'float16' or 'bfloat16'. Default: the tensor's `type`. */
  readonly dtype?: ElementType | undefined;
  /**
   * Elements from one row's start to the next, for rows along the last axis with padding between
   * them. Default: the row's length. Results are not padded, unless they are written in place.
   */
  readonly rowStride?: number | undefined;
}

/** What is done to logits before anything else: `softcap * tanh(x / softcap) / temperature`. */
export interface TransformOptions {
  /** Logits are divided by it: finite and above 0. Default: 1. */
  readonly temperature?: number | undefined;
  /** Logits become `softcap * tanh(x / softcap)`, then the temperature divides: finite and above 0. Default: none. */
  readonly softcap?: number | undefined;
}

/** How a call is computed. */
export interface ThreadOptions {
  /**
   * At most so many threads, from 1 on, whatever `setThreads` has said. No bit of a result depends on
   * it. Default: the number that `runtime` tells.
   */
  readonly threads?: number | undefined;
}

/** The options of every function on logits. */
export interface LogitsOptions extends LayoutOptions, TransformOptions, ThreadOptions {}

/** The options of softmax and logSoftmax. */
export interface SoftmaxOptions<A = Float32Array> extends LogitsOptions {
  /** Where the result goes: as many elements as the logits, and possibly the logits array itself. Default: a new array. */
  readonly out?: A | undefined;
}

/** The options of softmaxGradient and logSoftmaxGradient. */
export interface SoftmaxGradientOptions<A = Float32Array> extends LayoutOptions, ThreadOptions {
  /** The temperature that the logits were divided by: the gradient is that by the logits. Default: 1. */
  readonly temperature?: number | undefined;
  /** Where the result goes: as many elements as the inputs, and possibly one of them. Default: a new array. */
  readonly out?: A | undefined;
}

/** The options of logSumExp. */
export interface LogSumExpOptions<A = Float32Array> extends Omit<LogitsOptions, 'axis'> {
  /** The axis or axes that are summed over; negative values count from the end. Default: -1. */
  readonly axis?: number | readonly number[] | undefined;
  /** Where the result goes: one element a row, separate from the logits. Default: a new array. */
  readonly out?: A | undefined;
}

/** How losses become a result. */
export interface ReductionOptions<R extends Reduction = Reduction, A = Float32Array> {
  /** 'mean', 'sum', or 'none' for all losses. Default: 'mean'. */
  readonly reduction?: R | undefined;
  /** With reduction 'none' alone: where the losses go. Default: a new array. */
  readonly out?: ('none' extends R ? A : never) | undefined;
}

/** The options of nllLoss, and of all losses of classes. */
export interface NllLossOptions<R extends Reduction = Reduction, A = Float32Array>
  extends LayoutOptions,
    ThreadOptions,
    ReductionOptions<R, A> {
  /** A factor for each class, which multiplies the losses of rows with that target. Default: 1 each. */
  readonly weight?: Float32Array | Float64Array | undefined;
  /** Rows with this target (one of these) count for nothing and are never read. Default: -100. */
  readonly ignoreIndex?: number | readonly number[] | undefined;
  /** What the mean is where no row counts. Default: 'nan'. */
  readonly emptyMean?: EmptyMean | undefined;
}

/** The options of crossEntropy. */
export interface CrossEntropyOptions<R extends Reduction = Reduction, A = Float32Array>
  extends NllLossOptions<R, A>,
    TransformOptions {
  /** The share of the target that is spread evenly over all classes, from 0 to 1. Default: 0. */
  readonly labelSmoothing?: number | undefined;
  /** Each row's loss gains zLoss * logSumExp(row)^2: at least 0. Default: 0. */
  readonly zLoss?: number | undefined;
}

/** The options of crossEntropyWithGradient. */
export interface CrossEntropyWithGradientOptions<R extends Reduction = Reduction, A = Float32Array>
  extends CrossEntropyOptions<R, A> {
  /** Where the gradient goes: as many elements as the logits, and possibly the logits array itself. Default: a new array. */
  readonly gradient?: A | undefined;
  /** What the gradient is multiplied by; with reduction 'none' also one factor a row. Default: 1. */
  readonly upstream?: number | ('none' extends R ? Float32Array | Float64Array : never) | undefined;
}

/** The options of klDivergence. */
export interface KlDivergenceOptions<R extends Reduction = Reduction, A = Float32Array>
  extends LogitsOptions,
    ReductionOptions<R, A> {}

/** The labels of binaryCrossEntropy: one per logit, as probabilities, or 0 and 1 of any type. */
export type BinaryTargets =
  | Float32Array
  | Float64Array
  | Exclude<ClassIndices, BigInt64Array | BigUint64Array>;

/** The options of binaryCrossEntropy. */
export interface BinaryCrossEntropyOptions<R extends Reduction = Reduction, A = Float32Array>
  extends LogitsOptions,
    ReductionOptions<R, A> {
  /** A factor for each class, or for each logit. Default: 1 each. */
  readonly weight?: Float32Array | Float64Array | undefined;
  /** A factor for the positive part of the loss: one for all, or one a class. Default: 1. */
  readonly positiveWeight?: number | Float32Array | Float64Array | undefined;
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
