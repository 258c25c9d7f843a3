import {
  binaryCrossEntropy,
  crossEntropy,
  crossEntropyWithGradient,
  klDivergence,
  logSoftmax,
  logSoftmaxGradient,
  logSumExp,
  nllLoss,
  softmax,
  softmaxGradient,
} from '../../lib/index.js';
import {
  mixedRows,
  normalLogits,
  randomProbabilities,
  randomTargets,
  transposed,
  uniformArray,
} from './inputs.js';

export type Elements = Float32Array | Float64Array | Uint16Array;
type Floats = Float32Array | Float64Array;

/** What an operation may read: rows of one layout, whatever it needs beside the logits. */
export interface Batch {
  readonly rows: number;
  readonly classes: number;
  readonly options: {
    readonly shape: readonly number[];
    readonly axis: number;
    readonly dtype?: 'float16' | 'bfloat16';
    readonly rowStride?: number;
  };
  readonly logits: Elements;
  readonly others: Elements;
  /** Gradients from above, laid out as the logits. */
  readonly upstream: Elements;
  readonly targets: Int32Array;
  readonly probabilities: Float32Array;
  /** Labels between 0 and 1, one per logit. */
  readonly labels: Float32Array;
  readonly weight: Float32Array;
  readonly positiveWeight: Float32Array;
  readonly logitWeight: Float32Array;
  readonly rowUpstream: Float32Array;
}

export interface Results {
  /** Results laid out as the logits. */
  readonly wide?: readonly Floats[];
  /** Results of one element a row. */
  readonly perRow?: readonly Floats[];
  readonly totals?: readonly number[];
}

export interface Operation {
  /** Whether a row's results depend on that row alone. */
  readonly rowwise: boolean;
  compute(batch: Batch): Results;
}

const transforms = {
  '': {},
  ' with a temperature': { temperature: 0.7 },
  ' with a soft cap': { softcap: 5 },
  ' with both transforms': { temperature: 1.7, softcap: 30 },
};

const ignoreIndex = [-100, 1];

/** Every option of cross-entropy, alone and with the others. */
export const lossOptions: Readonly<Record<string, (batch: Batch) => object>> = {
  '': () => ({}),
  ' with weights': ({ weight }) => ({ weight }),
  ' with smoothing': () => ({ labelSmoothing: 0.1 }),
  ' with a z-loss': () => ({ zLoss: 1e-3 }),
  ' with both transforms': () => ({ temperature: 1.7, softcap: 30 }),
  ' with weights and smoothing': ({ weight }) => ({ weight, labelSmoothing: 0.25 }),
  ' with everything': ({ weight }) => ({
    weight,
    labelSmoothing: 0.1,
    zLoss: 1e-4,
    temperature: 0.7,
    softcap: 20,
  }),
};

export const operations: Record<string, Operation> = {};

function add(name: string, rowwise: boolean, compute: Operation['compute']): void {
  operations[name] = { rowwise, compute };
}

for (const [suffix, transform] of Object.entries(transforms)) {
  const all = ({ options }: Batch) => ({ ...options, ...transform });
  add(`softmax${suffix}`, true, (b) => ({ wide: [softmax(b.logits, all(b))] }));
  add(`logSoftmax${suffix}`, true, (b) => ({ wide: [logSoftmax(b.logits, all(b))] }));
  add(`logSumExp${suffix}`, true, (b) => ({ perRow: [logSumExp(b.logits, all(b))] }));
  add(`klDivergence${suffix}`, true, (b) => ({
    perRow: [klDivergence(b.logits, b.others, { ...all(b), reduction: 'none' })],
  }));
}

// The gradients read the logits as if they were probabilities: any numbers will do.
for (const temperature of [1, 0.7]) {
  const suffix = temperature === 1 ? '' : ' with a temperature';
  const all = ({ options }: Batch) => ({ ...options, temperature });
  add(`softmaxGradient${suffix}`, true, (b) => ({
    wide: [softmaxGradient(b.logits, b.upstream, all(b))],
  }));
  add(`logSoftmaxGradient${suffix}`, true, (b) => ({
    wide: [logSoftmaxGradient(b.logits, b.upstream, all(b))],
  }));
}

for (const [suffix, choose] of Object.entries(lossOptions)) {
  for (const kind of ['indices', 'probabilities'] as const) {
    const targetsOf = (b: Batch) => (kind === 'indices' ? b.targets : b.probabilities);
    const all = (b: Batch) => ({
      ...b.options,
      ...choose(b),
      ...(kind === 'indices' ? { ignoreIndex } : {}),
    });
    add(`crossEntropy of ${kind}${suffix}`, true, (b) => {
      const options = { ...all(b), reduction: 'none' as const, upstream: b.rowUpstream };
      const { loss, gradient } = crossEntropyWithGradient(b.logits, targetsOf(b), options);
      const { upstream: _, ...plain } = options;
      return { wide: [gradient], perRow: [loss, crossEntropy(b.logits, targetsOf(b), plain)] };
    });
    add(`reduced crossEntropy of ${kind}${suffix}`, false, (b) => {
      const reductions = ['mean', 'sum'] as const;
      const results = reductions.map((reduction) =>
        crossEntropyWithGradient(b.logits, targetsOf(b), { ...all(b), reduction, upstream: 3 }),
      );
      const alone = reductions.map((reduction) =>
        crossEntropy(b.logits, targetsOf(b), { ...all(b), reduction }),
      );
      return {
        wide: results.map(({ gradient }) => gradient),
        totals: [...results.map(({ loss }) => loss), ...alone],
      };
    });
  }
}

for (const weighted of [false, true]) {
  const suffix = weighted ? ' with weights' : '';
  const all = (b: Batch) => ({
    ...b.options,
    ignoreIndex,
    weight: weighted ? b.weight : undefined,
  });
  add(`nllLoss${suffix}`, true, (b) => ({
    perRow: [nllLoss(b.logits, b.targets, { ...all(b), reduction: 'none' })],
  }));
  add(`reduced nllLoss${suffix}`, false, (b) => ({
    totals: (['mean', 'sum'] as const).map((reduction) =>
      nllLoss(b.logits, b.targets, { ...all(b), reduction }),
    ),
  }));
}

add('reduced klDivergence', false, (b) => ({
  totals: (['mean', 'sum'] as const).map((reduction) =>
    klDivergence(b.logits, b.others, { ...b.options, reduction }),
  ),
}));

const binaryOptions: Record<string, (batch: Batch) => object> = {
  '': () => ({}),
  ' with weights': ({ weight, positiveWeight }) => ({ weight, positiveWeight }),
  ' with a weight per logit': ({ logitWeight }) => ({ weight: logitWeight, positiveWeight: 3 }),
  ' with both transforms': () => ({ temperature: 1.7, softcap: 30 }),
};

for (const [suffix, choose] of Object.entries(binaryOptions)) {
  const all = (b: Batch) => ({ ...b.options, ...choose(b) });
  add(`binaryCrossEntropy${suffix}`, true, (b) => ({
    wide: [binaryCrossEntropy(b.logits, b.labels, { ...all(b), reduction: 'none' })],
  }));
  add(`reduced binaryCrossEntropy${suffix}`, false, (b) => ({
    totals: (['mean', 'sum'] as const).map((reduction) =>
      binaryCrossEntropy(b.logits, b.labels, { ...all(b), reduction }),
    ),
  }));
}

/** Rows of every kind in memory order, with everything that operations take beside them. */
export function makeBatch(rows: number, classes: number, seed: number): Batch {
  const count = rows * classes;
  const logits = mixedRows(rows, classes, seed);
  const targets = randomTargets(rows, classes, seed);
  if (rows > 1) targets[rows - 1] = -100;
  const weight = uniformArray(classes, 0, 2, seed + 1);
  if (classes > 2) weight[2] = 0;
  return {
    rows,
    classes,
    options: { shape: [rows, classes], axis: 1 },
    logits,
    others: logits.map((x, i) => x + Math.sin(i)),
    upstream: normalLogits(count, { seed: seed + 2 }),
    targets,
    probabilities: randomProbabilities(rows, classes, seed + 3),
    labels: uniformArray(count, 0, 1, seed + 4).map((y) => (y < 0.2 ? 0 : y > 0.8 ? 1 : y)),
    weight,
    positiveWeight: uniformArray(classes, 0, 3, seed + 5),
    logitWeight: uniformArray(count, 0, 2, seed + 6),
    rowUpstream: normalLogits(rows, { seed: seed + 7 }),
  };
}

const wideNames = [
  'logits',
  'others',
  'upstream',
  'probabilities',
  'labels',
  'logitWeight',
] as const;

function mapped(batch: Batch, change: <A extends Elements>(array: A) => A): Batch {
  const changed = Object.fromEntries(wideNames.map((name) => [name, change(batch[name])]));
  return { ...batch, ...changed };
}

/** The same rows side by side: the class axis first. */
export function sideBySide(batch: Batch): Batch {
  const { rows, classes } = batch;
  return {
    ...mapped(batch, (array) => transposed(array, rows, classes)),
    options: { ...batch.options, shape: [classes, rows], axis: 0 },
  };
}

/** One row of a batch in memory order. */
export function rowOf(batch: Batch, row: number): Batch {
  const { classes, options } = batch;
  const part = <A extends Elements>(array: A, width: number) =>
    array.subarray(row * width, (row + 1) * width) as A;
  return {
    ...mapped(batch, (array) => part(array, classes)),
    rows: 1,
    options: { ...options, shape: [1, classes] },
    targets: batch.targets.subarray(row, row + 1),
    rowUpstream: part(batch.rowUpstream, 1),
  };
}

export function bytesOf(array: Floats | Uint16Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}

/** All results, byte by byte; a NaN that a mean made in JavaScript's arithmetic is any NaN. */
export function resultBytes({ wide = [], perRow = [], totals = [] }: Results): Buffer {
  const numbers = Float64Array.from(totals, (total) => (Number.isNaN(total) ? NaN : total));
  return Buffer.concat([...wide, ...perRow, numbers].map(bytesOf));
}
