// Generated from native/boundary.def by scripts/generate.mjs: change that file, then run the script.

/** Of native/boundary.def: the addon must have the same. */
export const boundaryHash = '1d2a9a4172abb7ee';

/** The places of a call's numbers: constants in the compiled code, since reading them from an object took 40 ns a call. */
export const enum At { element = 0, outer = 1, classes = 2, inner = 3, outerStride = 4, temperature = 5, softcap = 6, threads = 7, reduction = 8, emptyMean = 9, ignoreIndex = 10, labelSmoothing = 11, zLoss = 12, upstream = 13, ties = 14, top = 15, bins = 16, ownResults = 17, id = 18 }
export const numberNames = ['element', 'outer', 'classes', 'inner', 'outerStride', 'temperature', 'softcap', 'threads', 'reduction', 'emptyMean', 'ignoreIndex', 'labelSmoothing', 'zLoss', 'upstream', 'ties', 'top', 'bins', 'ownResults', 'id'] as const;

export const elementCodes = { float32: 0, float64: 1, float16: 2, bfloat16: 3 } as const;
export const reductionCodes = { none: 0, sum: 1, mean: 2 } as const;
export const emptyMeanCodes = { nan: 0, zero: 1, throw: 2 } as const;
export const tiesCodes = { min: 0, max: 1, index: 2 } as const;

export const limits = { topClasses: 16384, scoredClasses: 1073741824, bins: 65536 } as const;

/** Arrays by the names of their arguments; null where there is none. */
type Arrays<Name extends string = string> = { readonly [N in Name]: ArrayBufferView | null };

/** The functions that compute, of either side: those that return a result and those that return its promise. */
export type OperationName = 'softmax' | 'logSoftmax' | 'softmaxGradient' | 'logSoftmaxGradient' | 'logSumExp' | 'crossEntropy' | 'nllLoss' | 'klDivergence' | 'binaryCrossEntropy' | 'score' | 'evaluate';
export type Side = { readonly [Name in OperationName]: (...args: readonly unknown[]) => unknown };

/** Each with the names of its arguments and what passes them on in their order. */
export const operations = {
  softmax: { arguments: ['logits', 'out'], enter: (to: Side, numbers: ArrayBuffer, a: Arrays) => to.softmax(numbers, a.logits, a.out) },
  logSoftmax: { arguments: ['logits', 'out'], enter: (to: Side, numbers: ArrayBuffer, a: Arrays) => to.logSoftmax(numbers, a.logits, a.out) },
  softmaxGradient: { arguments: ['probabilities', 'upstream', 'out'], enter: (to: Side, numbers: ArrayBuffer, a: Arrays) => to.softmaxGradient(numbers, a.probabilities, a.upstream, a.out) },
  logSoftmaxGradient: { arguments: ['logProbabilities', 'upstream', 'out'], enter: (to: Side, numbers: ArrayBuffer, a: Arrays) => to.logSoftmaxGradient(numbers, a.logProbabilities, a.upstream, a.out) },
  logSumExp: { arguments: ['logits', 'out', 'logitsSource'], enter: (to: Side, numbers: ArrayBuffer, a: Arrays) => to.logSumExp(numbers, a.logits, a.out, a.logitsSource) },
  crossEntropy: { arguments: ['logits', 'targets', 'ignored', 'weight', 'upstream', 'out', 'gradient'], enter: (to: Side, numbers: ArrayBuffer, a: Arrays) => to.crossEntropy(numbers, a.logits, a.targets, a.ignored, a.weight, a.upstream, a.out, a.gradient) },
  nllLoss: { arguments: ['logProbabilities', 'targets', 'ignored', 'weight', 'out'], enter: (to: Side, numbers: ArrayBuffer, a: Arrays) => to.nllLoss(numbers, a.logProbabilities, a.targets, a.ignored, a.weight, a.out) },
  klDivergence: { arguments: ['logits', 'otherLogits', 'out'], enter: (to: Side, numbers: ArrayBuffer, a: Arrays) => to.klDivergence(numbers, a.logits, a.otherLogits, a.out) },
  binaryCrossEntropy: { arguments: ['logits', 'targets', 'targetsSource', 'weight', 'positiveWeight', 'out'], enter: (to: Side, numbers: ArrayBuffer, a: Arrays) => to.binaryCrossEntropy(numbers, a.logits, a.targets, a.targetsSource, a.weight, a.positiveWeight, a.out) },
  score: { arguments: ['logits', 'targets', 'ignored', 'ids', 'counts', 'logSumExp', 'predictions', 'maxLogProbs', 'logProbs', 'ranks', 'entropies', 'margins', 'topIndices', 'topLogProbs', 'idLogProbs'], enter: (to: Side, numbers: ArrayBuffer, a: Arrays) => to.score(numbers, a.logits, a.targets, a.ignored, a.ids, a.counts, a.logSumExp, a.predictions, a.maxLogProbs, a.logProbs, a.ranks, a.entropies, a.margins, a.topIndices, a.topLogProbs, a.idLogProbs) },
  evaluate: { arguments: ['logits', 'targets', 'ignored', 'top', 'counts', 'sums', 'confusion', 'losses', 'ranks', 'predictions'], enter: (to: Side, numbers: ArrayBuffer, a: Arrays) => to.evaluate(numbers, a.logits, a.targets, a.ignored, a.top, a.counts, a.sums, a.confusion, a.losses, a.ranks, a.predictions) },
} as const;

export type Operation = (typeof operations)[OperationName];
export type ArgumentsOf<O extends Operation> = Arrays<O['arguments'][number]>;

/** All other functions of the addon. */
export interface Functions {
  isas(): string[];
  isa(): string;
  selectIsa(name: string): boolean;
  threads(): number;
  setThreads(threads: number): void;
  setDefaultThreads(threads: number): void;
  setWake(wake: () => void): void;
  advance(): boolean;
  stop(id: number): void;
  scaledExp(x: Float32Array, out: Float32Array, exponent: number): void;
  setStreamingLimit(bytes: number): void;
  readSum(x: Float32Array): number;
}

/** An evaluator's counts: numbers, then parts, each of one element for each item of what it names. */
export const counts = { rows: 0, ignored: 1, notFinite: 2, infinite: 3 } as const;
export const countParts = { hits: 'top', binRows: 'bins', binHits: 'bins' } as const;
/** An evaluator's exact sums, before those of the bins. */
export const sums = { loss: 0, lossSquare: 1, entropy: 2, squareDistance: 3 } as const;
export const exactSum = { digits: 134, lowestBit: -2148 } as const;

/** What native functions throw, by their codes. */
export const nativeErrors = [
  { kind: 'type', code: 'ERR_INVALID_ARG_TYPE' },
  { kind: 'value', code: 'ERR_INVALID_ARG_VALUE' },
  { kind: 'shape', code: 'ERR_SHAPE_MISMATCH' },
  { kind: 'overlap', code: 'ERR_BUFFER_OVERLAP' },
  { kind: 'partialOverlap', code: 'ERR_BUFFER_OVERLAP' },
  { kind: 'target', code: 'ERR_TARGET_OUT_OF_RANGE' },
  { kind: 'emptyMean', code: 'ERR_EMPTY_MEAN' },
  { kind: 'memory', code: 'ERR_MEMORY_ALLOCATION_FAILED' },
  { kind: 'detached', code: 'ERR_BUFFER_DETACHED' },
] as const;
