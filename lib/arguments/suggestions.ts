// What somebody may have meant: the nearest of the names that there are, or the one that other libraries call so.

/** What PyTorch, TensorFlow.js, ONNX, NumPy and scikit-learn call it, folded. */
const foreign: Readonly<Record<string, string>> = {
  axis: 'dim',
  bfloat16: 'bf16',
  calibrationBins: 'nbins bins numbins',
  classes: 'classnames labels names nclasses numclasses vocabsize',
  confusion: 'confusionmatrix',
  dtype: 'type',
  float16: 'f16 fp16 half',
  float32: 'f32 fp32 single',
  float64: 'double f64 fp64',
  gradient: 'destination grad gradout',
  ignoreIndex: 'ignore ignorelabel paddingidx',
  labelSmoothing: 'epsilon smoothing',
  mean: 'average avg batchmean',
  none: 'elementwise',
  out: 'destination output',
  positiveWeight: 'posweight',
  reduction: 'reduce',
  rowStride: 'leadingdimension pitch stride strides',
  shape: 'dims dimensions size',
  signal: 'abortsignal',
  sum: 'add total',
  temperature: 'scale t tau',
  threads: 'numthreads workers',
  ties: 'method',
  top: 'k ks topn topk',
  upstream: 'grad gradoutput scale',
  weight: 'classweight sampleweight weights',
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
  const meant = names.find(
    (one) => Object.hasOwn(foreign, one) && foreign[one]?.split(' ').includes(name),
  );
  const isNear = (one: string) => distance(name, folded(one)) <= Math.min(2, name.length / 3);
  const nearest = names
    .filter(isNear)
    .sort((a, b) => distance(name, folded(a)) - distance(name, folded(b)))[0];
  const found = names.find((one) => folded(one) === name) ?? meant ?? nearest;
  return found === undefined ? '' : `Did you mean '${found}'?`;
}

/** Words as a list: 'a', 'b' or 'c'. */
export function either(words: readonly string[], conjunction = 'or'): string {
  const quoted = words.map((word) => `'${word}'`);
  return quoted.length === 1
    ? `${quoted[0]}`
    : `${quoted.slice(0, -1).join(', ')} ${conjunction} ${quoted.at(-1)}`;
}
