// Generated from native/boundary.def by scripts/generate.mjs: change that file, then run the script.

/** Of native/boundary.def: the addon must have the same. */
export const boundaryHash = '40b16df704ef4c81';

/** The places of a call's numbers: constants in the compiled code, since reading them from an object took 40 ns a call. */
export const enum At { element = 0, outer = 1, classes = 2, inner = 3, outerStride = 4, temperature = 5, softcap = 6, threads = 7, reduction = 8, emptyMean = 9, ignoreIndex = 10, labelSmoothing = 11, zLoss = 12, upstream = 13, ties = 14, top = 15, bins = 16, ownResults = 17, id = 18, result = 19 }
export const numberNames = ['element', 'outer', 'classes', 'inner', 'outerStride', 'temperature', 'softcap', 'threads', 'reduction', 'emptyMean', 'ignoreIndex', 'labelSmoothing', 'zLoss', 'upstream', 'ties', 'top', 'bins', 'ownResults', 'id', 'result'] as const;
/** The most arguments of a function, the block among them. */
export const mostArguments = 16;

export const enum Passing { absent = 0, handle = 1, floats = 2, integers = 3 }

export const elementCodes = { float32: 0, float64: 1, float16: 2, bfloat16: 3 } as const;
export const reductionCodes = { none: 0, sum: 1, mean: 2 } as const;
export const emptyMeanCodes = { nan: 0, zero: 1, throw: 2 } as const;
export const tiesCodes = { min: 0, max: 1, index: 2 } as const;

export const limits = { passingBits: 2, copied: 32, topClasses: 16384, scoredClasses: 1073741824, bins: 65536 } as const;

/** Arrays by the names of their arguments; null where there is none. */
type Arrays<Name extends string = string> = { readonly [N in Name]: ArrayBufferView | null };
/** Notes how an argument is passed, and returns what is to be passed in its place. */
type Pass = (argument: number, array: ArrayBufferView | null | undefined) => unknown;
type Move = (argument: number, array: ArrayBufferView | null | undefined, isIn: boolean) => void;

/** The functions that compute, of either side: those that return a result and those that return its promise. */
export type OperationName = 'softmax' | 'logSoftmax' | 'softmaxGradient' | 'logSoftmaxGradient' | 'logSumExp' | 'crossEntropy' | 'nllLoss' | 'klDivergence' | 'binaryCrossEntropy' | 'score' | 'evaluate';
export type Side = { readonly [Name in OperationName]: (...args: readonly unknown[]) => unknown };

/** Each with the names of its arguments and what passes them on in their order. */
export const operations = {
  softmax: { arguments: ['logits', 'out'], enter: (to: Side, block: ArrayBuffer, a: Arrays, _pass: Pass, copy: Pass, place: Pass) => to.softmax(block, copy(1, a.logits), place(2, a.out)), leave: (a: Arrays, move: Move) => { move(2, a.out, false); } },
  logSoftmax: { arguments: ['logits', 'out'], enter: (to: Side, block: ArrayBuffer, a: Arrays, _pass: Pass, copy: Pass, place: Pass) => to.logSoftmax(block, copy(1, a.logits), place(2, a.out)), leave: (a: Arrays, move: Move) => { move(2, a.out, false); } },
  softmaxGradient: { arguments: ['probabilities', 'upstream', 'out'], enter: (to: Side, block: ArrayBuffer, a: Arrays, pass: Pass, copy: Pass, place: Pass) => to.softmaxGradient(block, copy(1, a.probabilities), pass(2, a.upstream), place(3, a.out)), leave: (a: Arrays, move: Move) => { move(3, a.out, false); } },
  logSoftmaxGradient: { arguments: ['logProbabilities', 'upstream', 'out'], enter: (to: Side, block: ArrayBuffer, a: Arrays, pass: Pass, copy: Pass, place: Pass) => to.logSoftmaxGradient(block, copy(1, a.logProbabilities), pass(2, a.upstream), place(3, a.out)), leave: (a: Arrays, move: Move) => { move(3, a.out, false); } },
  logSumExp: { arguments: ['logits', 'out', 'logitsSource'], enter: (to: Side, block: ArrayBuffer, a: Arrays, pass: Pass, copy: Pass, place: Pass) => to.logSumExp(block, copy(1, a.logits), place(2, a.out), pass(3, a.logitsSource)), leave: (a: Arrays, move: Move) => { move(2, a.out, false); } },
  crossEntropy: { arguments: ['logits', 'targets', 'ignored', 'weight', 'upstream', 'out', 'gradient'], enter: (to: Side, block: ArrayBuffer, a: Arrays, pass: Pass, copy: Pass, place: Pass) => to.crossEntropy(block, copy(1, a.logits), copy(2, a.targets), pass(3, a.ignored), pass(4, a.weight), pass(5, a.upstream), place(6, a.out), place(7, a.gradient)), leave: (a: Arrays, move: Move) => { move(6, a.out, false); move(7, a.gradient, false); } },
  nllLoss: { arguments: ['logProbabilities', 'targets', 'ignored', 'weight', 'out'], enter: (to: Side, block: ArrayBuffer, a: Arrays, pass: Pass, copy: Pass, place: Pass) => to.nllLoss(block, copy(1, a.logProbabilities), copy(2, a.targets), pass(3, a.ignored), pass(4, a.weight), place(5, a.out)), leave: (a: Arrays, move: Move) => { move(5, a.out, false); } },
  klDivergence: { arguments: ['logits', 'otherLogits', 'out'], enter: (to: Side, block: ArrayBuffer, a: Arrays, _pass: Pass, copy: Pass, place: Pass) => to.klDivergence(block, copy(1, a.logits), copy(2, a.otherLogits), place(3, a.out)), leave: (a: Arrays, move: Move) => { move(3, a.out, false); } },
  binaryCrossEntropy: { arguments: ['logits', 'targets', 'targetsSource', 'weight', 'positiveWeight', 'out'], enter: (to: Side, block: ArrayBuffer, a: Arrays, pass: Pass, copy: Pass, place: Pass) => to.binaryCrossEntropy(block, copy(1, a.logits), copy(2, a.targets), pass(3, a.targetsSource), pass(4, a.weight), pass(5, a.positiveWeight), place(6, a.out)), leave: (a: Arrays, move: Move) => { move(6, a.out, false); } },
  score: { arguments: ['logits', 'targets', 'ignored', 'ids', 'counts', 'logSumExp', 'predictions', 'maxLogProbs', 'logProbs', 'ranks', 'entropies', 'margins', 'topIndices', 'topLogProbs', 'idLogProbs'], enter: (to: Side, block: ArrayBuffer, a: Arrays, pass: Pass, copy: Pass, place: Pass) => to.score(block, copy(1, a.logits), copy(2, a.targets), pass(3, a.ignored), pass(4, a.ids), pass(5, a.counts), place(6, a.logSumExp), place(7, a.predictions), place(8, a.maxLogProbs), place(9, a.logProbs), place(10, a.ranks), place(11, a.entropies), place(12, a.margins), place(13, a.topIndices), place(14, a.topLogProbs), place(15, a.idLogProbs)), leave: (a: Arrays, move: Move) => { move(6, a.logSumExp, false); move(7, a.predictions, false); move(8, a.maxLogProbs, false); move(9, a.logProbs, false); move(10, a.ranks, false); move(11, a.entropies, false); move(12, a.margins, false); move(13, a.topIndices, false); move(14, a.topLogProbs, false); move(15, a.idLogProbs, false); } },
  evaluate: { arguments: ['logits', 'targets', 'ignored', 'top', 'counts', 'sums', 'confusion', 'losses', 'ranks', 'predictions'], enter: (to: Side, block: ArrayBuffer, a: Arrays, pass: Pass, copy: Pass, place: Pass) => to.evaluate(block, copy(1, a.logits), copy(2, a.targets), pass(3, a.ignored), pass(4, a.top), pass(5, a.counts), pass(6, a.sums), pass(7, a.confusion), place(8, a.losses), place(9, a.ranks), place(10, a.predictions)), leave: (a: Arrays, move: Move) => { move(8, a.losses, false); move(9, a.ranks, false); move(10, a.predictions, false); } },
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
