import { availableParallelism } from 'node:os';
import { valueError } from '../arguments/errors.js';
import type { ClassIndices } from '../types.js';
import { loadAddon } from './load.js';

/** How native code numbers the reductions. */
export const reductionCodes = { none: 0, sum: 1, mean: 2 } as const;

/** How native code numbers what the mean of nothing is. */
export const emptyMeanCodes = { nan: 0, zero: 1, throw: 2 } as const;

/** How native code numbers the element types. */
export const elementCodes = { float32: 0, float64: 1, float16: 2, bfloat16: 3 } as const;

/** How native code numbers the rules of ranks among equal logits. */
export const tieCodes = { min: 0, max: 1, index: 2 } as const;

/** An array that native code reads: float16 and bfloat16 as their bits. */
export type NativeArray = Float32Array | Float64Array | Uint16Array;

/** An array that native code writes. */
export type FloatResult = Float32Array | Float64Array;

type Factors = FloatResult | null;
export type TypedClassIndices = Exclude<ClassIndices, readonly number[]>;

type SameShape = (call: ArrayBuffer, logits: NativeArray, out: FloatResult) => void;
type Gradient = (
  call: ArrayBuffer,
  results: NativeArray,
  upstream: NativeArray,
  out: FloatResult,
) => void;

/**
 * The functions of the addon that compute, as native/addon.cc exports them. `call` is what lib/native/call.ts
 * has described; the losses' result is the reduced loss, NaN for 'none', whose losses go to `out`.
 */
export interface NativeFunctions {
  softmax: SameShape;
  logSoftmax: SameShape;
  softmaxGradient: Gradient;
  logSoftmaxGradient: Gradient;
  logSumExp(
    call: ArrayBuffer,
    logits: NativeArray,
    out: FloatResult,
    /** What the logits were copied from: `out` must not overlap it either. */
    source: NativeArray | null,
  ): void;
  crossEntropy(
    call: ArrayBuffer,
    logits: NativeArray,
    targets: TypedClassIndices | FloatResult,
    ignored: Float64Array | null,
    weight: Factors,
    upstream: Factors,
    out: FloatResult | null,
    gradient: FloatResult | null,
  ): number;
  nllLoss(
    call: ArrayBuffer,
    logProbabilities: NativeArray,
    targets: TypedClassIndices,
    ignored: Float64Array | null,
    weight: Factors,
    out: FloatResult | null,
  ): number;
  klDivergence(
    call: ArrayBuffer,
    logits: NativeArray,
    otherLogits: NativeArray,
    out: FloatResult | null,
  ): number;
  binaryCrossEntropy(
    call: ArrayBuffer,
    logits: NativeArray,
    targets: FloatResult,
    /** The labels that the targets were copied from: `out` must not overlap them either. */
    source: ArrayBufferView | null,
    weight: Factors,
    positiveWeight: Factors,
    out: FloatResult | null,
  ): number;
  score(
    call: ArrayBuffer,
    logits: NativeArray,
    targets: TypedClassIndices | null,
    ignored: Float64Array | null,
    ids: Int32Array | null,
    /** Becomes the number of ignored rows and that of those which are not finite. */
    counts: Float64Array,
    logSumExp: FloatResult,
    predictions: Int32Array,
    maxLogProbs: FloatResult,
    logProbs: FloatResult | null,
    ranks: Int32Array | null,
    entropies: FloatResult | null,
    margins: FloatResult | null,
    topIndices: Int32Array | null,
    topLogProbs: FloatResult | null,
    idLogProbs: FloatResult | null,
  ): void;
  /** Adds a batch to an evaluator's state, whose arrays lib/evaluation/state.ts lays out. */
  evaluate(
    call: ArrayBuffer,
    logits: NativeArray,
    targets: TypedClassIndices,
    ignored: Float64Array | null,
    top: Float64Array,
    counts: Float64Array,
    sums: BigInt64Array,
    confusion: Float64Array | null,
    losses: Float64Array | null,
    ranks: Int32Array | null,
    predictions: Int32Array | null,
  ): void;
}

/** The same functions off the calling thread. */
type InBackground = { readonly [Name in keyof NativeFunctions]: unknown };

interface Background extends InBackground {
  /** `wake` will have `advance` called, soon and with nothing else under way. Once. */
  setWake(wake: () => void): void;
  /** Copies and settles for about a millisecond; whether to call it again soon. */
  advance(): boolean;
  /** Ends the call of this id, whose promise is rejected with undefined. */
  stop(id: number): void;
}

interface NativeAddon extends NativeFunctions {
  readonly background: Background;
  isas(): string[];
  isa(): string;
  /** Whether this instruction set is available; if so, this thread uses it from now on. */
  selectIsa(name: string): boolean;
  /** The number of threads that a call may use. */
  threads(): number;
  /** The same from now on, in the whole process. */
  setThreads(threads: number): void;
  /** The same unless it has been said in this process. */
  setFirstThreads(threads: number): void;
  /** For tests: out[i] = e^x[i] * 2^(40 - exponent). */
  scaledExp(x: Float32Array, out: Float32Array, exponent: number): void;
  /** For tests: from now on, results of more bytes than this pass the caches by. */
  setStreamingLimit(bytes: number): void;
  /** For benchmarks: the sum of all elements, at the speed of memory. */
  readSum(x: Float32Array): number;
  /** What it was built from; 'none' for a local build. */
  readonly commit: string;
  /** The file that was loaded. */
  readonly path: string;
}
/** Applies LOGITS_ISA. An unknown or unavailable name is an error, not a quiet fallback. */
function forceIsa(addon: NativeAddon, name: string | undefined): void {
  if (name === undefined || name === '') return;
  if (!addon.selectIsa(name)) {
    throw valueError(`one of ${addon.isas().join(', ')}`, 'LOGITS_ISA', name);
  }
}

/** Applies LOGITS_THREADS, or all of the machine's threads, unless another thread has done so. */
function limitThreads(addon: NativeAddon, given: string | undefined): void {
  if (given === undefined || given === '') {
    addon.setFirstThreads(availableParallelism());
    return;
  }
  const threads = Number(given);
  if (!/^[0-9]+$/.test(given) || !(threads >= 1 && Number.isSafeInteger(threads))) {
    throw valueError('an integer >= 1', 'LOGITS_THREADS', given);
  }
  addon.setFirstThreads(threads);
}

/** The addon of this thread. */
export const native = loadAddon(process.env.LOGITS_BINARY) as NativeAddon;
forceIsa(native, process.env.LOGITS_ISA);
limitThreads(native, process.env.LOGITS_THREADS);
