import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { services } from './service.mjs';

// What an editor says of calls: errors, completions and hover texts, in TypeScript 5.0, 5.9 and 7, over dist/.

const head = `import { binaryCrossEntropy, crossEntropy, crossEntropyWithGradient, Evaluator, isArgumentError, klDivergence,
  logSumExp, nllLoss, score, softmax, softmaxGradient, toRows, type SoftmaxOptions } from '../../dist/index.js';
import * as promises from '../../dist/promises.js';
/** As onnxruntime declares them. */
declare const tensor: {
  readonly dims: readonly number[];
  readonly type: 'float32' | 'float64' | 'int64' | 'string';
  readonly data: Float32Array | Float64Array | BigInt64Array | string[];
};
declare const x: Float32Array, double: Float64Array, y: Int32Array, signal: AbortSignal;
declare const either: { shape: number[] } | { temperature: number };
declare const some: SoftmaxOptions | undefined;
const shape = [2, 3];
`;

const right = `softmax(x); softmax([1, 2]); softmax([[1], [2]], { dtype: 'float64' }); softmax(tensor, { dtype: 'float32', out: x });
softmax(x, either); softmax(x, some); softmax(x, undefined); softmax(x, { shape, out: x, softcap: undefined });
softmaxGradient(x, [1, 2], { out: x }); logSumExp(x, { axis: [0, 1] });
const a: number = crossEntropy(x, [2, 1]) + crossEntropy(tensor, tensor, { reduction: 'sum' });
const b: Float32Array = crossEntropy(x, [2n, 1n], { reduction: 'none', out: x, weight: [1, 2, 3], ignoreIndex: [1, 2] });
const c: Float64Array = nllLoss(double, y, { reduction: 'none' });
const d: Float32Array = softmax(tensor, { dtype: 'float32' });
const e: Float32Array = score(x, { top: [1, 5], shape }).top.logProbs;
const f: Float32Array = score(x, y, { entropy: true }).entropies;
const g: Float32Array = crossEntropyWithGradient(x, y, { reduction: 'none', upstream: [1, 2] }).gradient;
toRows(score(x, [[1, 2]], { ids: [1] }), { floor: -9999 });
const h: Promise<Evaluator | promises.Evaluator> = new promises.Evaluator({ classes: ['a', 'b'] }).update(x, y, { signal });
const i: Promise<number> = promises.crossEntropy(x, y, { signal });
try {} catch (error) { if (isArgumentError(error)) error.argument.length; }
`;

/** Each is wrong. */
const wrong = [
  'softmax(x, { dim: 1 });',
  'softmax(x, { shape, temprature: 1 });',
  'softmax(x, { out: double });',
  'softmax(double, { out: x });',
  "softmax(x, { dtype: 'f32' });",
  "softmax(['1']);",
  'softmax(new Int32Array(3));',
  'logSumExp(x, { out: double });',
  "crossEntropy(x, y, { reduction: 'avg' });",
  'crossEntropy(x, y, { out: x });',
  "crossEntropy(x, y, { reduction: 'sum', out: x });",
  "crossEntropy(x, y, { reduction: 'none', out: double });",
  'crossEntropy(x);',
  'crossEntropyWithGradient(x, y, { upstream: [1, 2] });',
  'crossEntropyWithGradient(x, y, { gradient: double });',
  'nllLoss(x, y, { labelSmoothing: 0.1 });',
  'nllLoss(x, double);',
  'klDivergence(x, double);',
  'binaryCrossEntropy(x, y, { ignoreIndex: 1 });',
  'score(x, [0, 1], { shape, entropies: true });',
  'score(x, { topK: 2 });',
  'new Evaluator({ numClasses: 3 });',
  'new Evaluator({ classes: 3 }).update(x, y, { axis: 1 });',
  'softmax(x, { signal });',
  'promises.softmax(x, { sgnal: signal });',
];

const words = ['none', 'sum', 'mean'];
const ofLogits = ['shape', 'axis', 'dtype', 'rowStride', 'threads', 'temperature', 'softcap'];
const ofClasses = [...ofLogits, 'reduction', 'weight', 'ignoreIndex', 'emptyMean', 'out'];
/** What is offered at the mark. */
const offers: [text: string, names: string[]][] = [
  ['softmax(x, { | });', [...ofLogits, 'out']],
  ['crossEntropy(x, y, { | });', [...ofClasses, 'labelSmoothing', 'zLoss']],
  ['crossEntropyWithGradient(x, y, { shape, | });', ['gradient', 'upstream', 'reduction']],
  ['score(x, y, { | });', [...ofLogits, 'top', 'ids', 'rank', 'ties', 'entropy', 'margin']],
  ['new Evaluator({ | });', ['classes', 'top', 'calibrationBins', 'confusion']],
  ['promises.softmax(x, { | });', [...ofLogits, 'out', 'signal']],
  ["crossEntropy(x, y, { reduction: '|' });", words],
  ["crossEntropyWithGradient(x, y, { reduction: '|' });", words],
  ["softmax(x, { dtype: '|' });", ['float32', 'float64', 'float16', 'bfloat16']],
  ["score(x, y, { ties: '|' });", ['min', 'max', 'index']],
];

const generic = (array: string) => new RegExp(`${array}(<ArrayBufferLike>)?$`);
const hovers: [text: string, shown: RegExp][] = [
  ['const | = softmax(x);', generic('const p: Float32Array')],
  ["const | = softmax(tensor, { dtype: 'float32' });", generic('const p: Float32Array')],
  [
    'const | = softmax(tensor);',
    /^const p: Float(32|64)Array(<ArrayBufferLike>)? \| Float(32|64)Array/,
  ],
  ['const | = crossEntropy(x, y);', /^const p: number$/],
  ["const | = crossEntropy(double, y, { reduction: 'none' });", generic('const p: Float64Array')],
  ['const | = promises.softmax(x);', /^const p: Promise<Float32Array(<ArrayBufferLike>)?>$/],
];

describe.each(Object.entries(services))('%s', (_, make) => {
  const service = make();
  beforeAll(() => service.open(head));
  afterAll(() => service.close());
  const lineOf = (text: string) => text.split('\n').length;

  it('compiles what is right, and no line of what is wrong', async () => {
    const text = `${head}${right}${wrong.join('\n')}\n`;
    await service.open(text);
    const first = lineOf(head + right);
    const found = new Set(await service.errors());
    expect([...found].filter((line) => line < first)).toEqual([]);
    expect(wrong.filter((_, i) => !found.has(first + i))).toEqual([]);
  });

  it.each(offers)('offers all there is in %s', async (line, names) => {
    const at = head.length + line.indexOf('|');
    await service.open(head + line.replace('|', ''));
    const offered = await service.completions(at);
    expect(offered).toEqual(expect.arrayContaining(names));
    // The names that there are, and not all that a program knows.
    expect(offered.length).toBeLessThan(30);
  });

  it.each(hovers)('shows %s', async (line, shown) => {
    await service.open(`${head}${line.replace('|', 'p')}`);
    const text = await service.hover(head.length + line.indexOf('|'));
    expect(text.replaceAll('`', '').replace('typescript\n', '').trim()).toMatch(shown);
  });
});
