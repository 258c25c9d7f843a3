// What somebody may have meant: the nearest of the names that there are, or the one that other libraries call so.

/** Names of PyTorch, TensorFlow.js, ONNX, NumPy and scikit-learn, folded; and what they may be called here. */
const foreign: Readonly<Record<string, readonly string[]>> = {
  abortsignal: ['signal'],
  add: ['sum'],
  average: ['mean'],
  avg: ['mean'],
  batchmean: ['mean'],
  bf16: ['bfloat16'],
  classnames: ['classes'],
  classweight: ['weight'],
  confusionmatrix: ['confusion'],
  destination: ['out', 'gradient'],
  dim: ['axis'],
  dims: ['shape'],
  dimensions: ['shape'],
  double: ['float64'],
  elementwise: ['none'],
  epsilon: ['labelSmoothing'],
  f16: ['float16'],
  f32: ['float32'],
  f64: ['float64'],
  fp16: ['float16'],
  fp32: ['float32'],
  fp64: ['float64'],
  grad: ['gradient', 'upstream'],
  gradout: ['gradient'],
  gradoutput: ['upstream'],
  half: ['float16'],
  ignore: ['ignoreIndex'],
  ignorelabel: ['ignoreIndex'],
  k: ['top'],
  ks: ['top'],
  labels: ['classes'],
  leadingdimension: ['rowStride'],
  method: ['ties'],
  names: ['classes'],
  nbins: ['calibrationBins'],
  bins: ['calibrationBins'],
  numbins: ['calibrationBins'],
  nclasses: ['classes'],
  numclasses: ['classes'],
  vocabsize: ['classes'],
  numthreads: ['threads'],
  workers: ['threads'],
  output: ['out'],
  paddingidx: ['ignoreIndex'],
  pitch: ['rowStride'],
  posweight: ['positiveWeight'],
  reduce: ['reduction'],
  sampleweight: ['weight'],
  scale: ['temperature', 'upstream'],
  single: ['float32'],
  size: ['shape'],
  smoothing: ['labelSmoothing'],
  stride: ['rowStride'],
  strides: ['rowStride'],
  t: ['temperature'],
  tau: ['temperature'],
  total: ['sum'],
  topn: ['top'],
  topk: ['top'],
  type: ['dtype'],
  weights: ['weight'],
};

/** Upper and lower case, and what joins words, are no difference. */
const folded = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** How many letters are to be inserted, removed, replaced or swapped with their neighbour. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const least = [(last[j] as number) + 1, (next[j - 1] as number) + 1];
      least.push((last[j - 1] as number) + (isSame ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least.push((before[j - 2] as number) + 1);
      }
      next.push(Math.min(...least));
    }
    [before, last] = [last, next];
  }
  return last[b.length] as number;
}

const LONGEST_NAME = 40;

/** "Did you mean ...?", or else the names that there are. */
export function suggestion(given: string, names: readonly string[]): string {
  const name = folded(given.slice(0, LONGEST_NAME));
  const meant = (Object.hasOwn(foreign, name) ? (foreign[name] as readonly string[]) : []).find(
    (one) => names.includes(one),
  );
  const isNear = (one: string) => distance(name, folded(one)) <= Math.min(2, name.length / 3);
  const nearest = names
    .filter(isNear)
    .sort((a, b) => distance(name, folded(a)) - distance(name, folded(b)))[0];
  const found = names.find((one) => folded(one) === name) ?? meant ?? nearest;
  return found === undefined ? '' : `Did you mean '${found}'?`;
}

/** Words as a list: 'a', 'b' or 'c'. */
export function either(words: readonly string[]): string {
  const quoted = words.map((word) => `'${word}'`);
  return quoted.length === 1
    ? `${quoted[0]}`
    : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}
