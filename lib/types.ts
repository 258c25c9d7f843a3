/** The class indices of crossEntropy: one per row, of any integer type, or a plain array of integers. */
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

/** How the losses of all rows become the result: one number, or one number a row. */
export type Reduction = 'mean' | 'sum' | 'none';

/** The loss of a reduction: a number, or for 'none' one loss a row. */
export type Loss<R extends Reduction> = R extends 'none' ? Float32Array : number;

/** How a flat array is laid out. Arrays are row-major and contiguous. */
export interface LayoutOptions {
  /** The dimensions of the logits. Default: one row, `[logits.length]`. */
  readonly shape?: readonly number[] | undefined;
  /** The class axis; negative values count from the end. Default: -1. */
  readonly axis?: number | undefined;
}

/** The options of softmax and logSoftmax. */
export interface SoftmaxOptions extends LayoutOptions {
  /** Where the result goes: as many elements as the logits, and possibly the logits array itself. Default: a new array. */
  readonly out?: Float32Array | undefined;
}

/** The options of logSumExp. */
export interface LogSumExpOptions {
  /** The dimensions of the logits. Default: one row, `[logits.length]`. */
  readonly shape?: readonly number[] | undefined;
  /** The axis or axes that are summed over; negative values count from the end. Default: -1. */
  readonly axis?: number | readonly number[] | undefined;
  /** Where the result goes: one element a row, separate from the logits. Default: a new array. */
  readonly out?: Float32Array | undefined;
}

/** The options of crossEntropy. */
export interface CrossEntropyOptions<R extends Reduction = Reduction> extends LayoutOptions {
  /** 'mean' over the rows that are not ignored, 'sum', or 'none' for one loss a row. Default: 'mean'. */
  readonly reduction?: R | undefined;
  /** Rows with this target count for nothing and are never read. Default: -100. */
  readonly ignoreIndex?: number | undefined;
  /** With reduction 'none' alone: where the losses go, one element a row. Default: a new array. */
  readonly out?: ('none' extends R ? Float32Array : never) | undefined;
}

/** The options of crossEntropyWithGradient. */
export interface CrossEntropyWithGradientOptions<R extends Reduction = Reduction>
  extends CrossEntropyOptions<R> {
  /** Where the gradient goes: as many elements as the logits, and possibly the logits array itself. Default: a new array. */
  readonly gradient?: Float32Array | undefined;
}

/** The result of crossEntropyWithGradient. */
export interface LossAndGradient<L> {
  /** The loss, as crossEntropy returns it. */
  readonly loss: L;
  /** The gradient of the loss (of the losses' sum for 'none') by the logits, laid out as they are. */
  readonly gradient: Float32Array;
}

/** What runs in this process. */
export interface Runtime {
  /** The instruction set in use: 'avx512', 'avx2', 'neon' or 'scalar'. */
  readonly isa: string;
  /** The instruction sets that this machine can run, best first. */
  readonly isas: readonly string[];
  /** The number of threads that a call uses. */
  readonly threads: number;
  /** The file of the addon that was loaded. */
  readonly addon: string;
}
