import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import bindings from 'bindings';
import { addonNotFound, valueError } from './errors.js';
import type { ClassIndices } from './types.js';

/** How native code numbers the reductions. */
export const reductionCodes = { none: 0, sum: 1, mean: 2 } as const;

/** How native code numbers what the mean of nothing is. */
export const emptyMeanCodes = { nan: 0, zero: 1, throw: 2 } as const;

/** How native code numbers the element types. */
export const elementCodes = { float32: 0, float64: 1, float16: 2, bfloat16: 3 } as const;

type Code<Codes> = Codes[keyof Codes];

/** An array that native code reads: float16 and bfloat16 as their bits. */
export type NativeArray = Float32Array | Float64Array | Uint16Array;

/** An array that native code writes. */
export type FloatResult = Float32Array | Float64Array;

type Factors = FloatResult | null;
type TypedClassIndices = Exclude<ClassIndices, readonly number[]>;

/** An array and what its elements are. */
export type NativeElements = readonly [data: NativeArray, element: Code<typeof elementCodes>];

/** What every function begins with: an array, its layout (native/kernel-table.h), its transform. */
export type NativeInput = readonly [
  ...NativeElements,
  outer: number,
  classes: number,
  inner: number,
  outerStride: number,
  temperature: number,
  /** 0 for none. */
  softcap: number,
];

type Gradient = (
  ...given: [...results: NativeInput, ...upstream: NativeElements, out: FloatResult]
) => void;

/** The addon, function by function, as native/addon.cc exports it. */
interface NativeAddon {
  softmax(...given: [...logits: NativeInput, out: FloatResult]): void;
  logSoftmax(...given: [...logits: NativeInput, out: FloatResult]): void;
  softmaxGradient: Gradient;
  logSoftmaxGradient: Gradient;
  /** `source` is what `out` must not overlap: the logits, or what they were copied from. */
  logSumExp(...given: [...logits: NativeInput, out: FloatResult, source: NativeArray]): void;
  /** The reduced loss; NaN for 'none', whose losses go to `out`. */
  crossEntropy(
    ...given: [
      ...logits: NativeInput,
      targets: TypedClassIndices | null,
      probabilities: FloatResult | null,
      probabilityElement: Code<typeof elementCodes>,
      ignoreIndex: number | Float64Array,
      reduction: Code<typeof reductionCodes>,
      weight: Factors,
      labelSmoothing: number,
      zLoss: number,
      emptyMean: Code<typeof emptyMeanCodes>,
      upstream: number | FloatResult,
      out: FloatResult | null,
      gradient: FloatResult | null,
    ]
  ): number;
  nllLoss(
    ...given: [
      ...logProbabilities: NativeInput,
      targets: TypedClassIndices,
      ignoreIndex: number | Float64Array,
      reduction: Code<typeof reductionCodes>,
      weight: Factors,
      emptyMean: Code<typeof emptyMeanCodes>,
      out: FloatResult | null,
    ]
  ): number;
  klDivergence(
    ...given: [
      ...logits: NativeInput,
      ...otherLogits: NativeElements,
      reduction: Code<typeof reductionCodes>,
      out: FloatResult | null,
    ]
  ): number;
  binaryCrossEntropy(
    ...given: [
      ...logits: NativeInput,
      ...targets: NativeElements,
      /** What `out` must not overlap besides: the targets, or what they were copied from. */
      source: ArrayBufferView | null,
      weight: Factors,
      positiveWeight: Factors,
      reduction: Code<typeof reductionCodes>,
      out: FloatResult | null,
    ]
  ): number;
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
  /** The file that was loaded. */
  readonly path: string;
}
const root = join(__dirname, '..');
const platform = `${process.platform}-${process.arch}`;

/** Where the addon may be: a local build, then the binary that the package ships for this platform. */
const folders = [
  ['build', 'Release'],
  ['prebuilds', platform],
];

function load(): NativeAddon {
  const failures: string[] = [];
  for (const folder of folders) {
    const file = join(root, ...folder, 'logits.node');
    try {
      // bindings joins the segments of a row; `bindings` among them stands for the file's name.
      const row = [root, ...folder, 'bindings'];
      return bindings({ bindings: 'logits.node', module_root: root, try: [row] }) as NativeAddon;
    } catch (error) {
      const reason = existsSync(file) ? String(error).split('\n')[0] : 'there is no such file';
      failures.push(`  ${file}: ${reason}`);
    }
  }
  throw addonNotFound(
    `No logits binary could be loaded for ${platform}. Tried:\n${failures.join('\n')}\n` +
      'In a checkout of the logits repository, build it with: npm run build:native',
  );
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
export const native: NativeAddon = load();
forceIsa(native, process.env.LOGITS_ISA);
limitThreads(native, process.env.LOGITS_THREADS);
