// Checked by the compiler alone: tensors as their packages declare them, without a cast.
import { Tensor as TransformersTensor } from '@huggingface/transformers';
import {
  binaryCrossEntropy,
  crossEntropy,
  crossEntropyWithGradient,
  klDivergence,
  type Logits,
  logSoftmax,
  logSumExp,
  nllLoss,
  softmax,
  softmaxGradient,
} from 'logits';
import * as ort from 'onnxruntime-node';

type Either = Float32Array | Float64Array;

export async function ofSession(session: ort.InferenceSession, x: ort.Tensor): Promise<number> {
  const output = await session.run({ x });
  const y = output.y;
  if (y === undefined) return Number.NaN;
  const targets = BigInt64Array.of(0n, 1n);
  const probabilities: Either = softmax(y);
  const sums: Either = logSumExp(y, { axis: [0, 1], temperature: 2 });
  const losses: Either = crossEntropy(y, targets, { reduction: 'none', out: new Float32Array(2) });
  const { loss, gradient } = crossEntropyWithGradient(y, targets, { labelSmoothing: 0.1 });
  const upstream: Either = softmaxGradient(y, y);
  const divergence: number = klDivergence(y, x);
  const nll: number = nllLoss(y, [0, 1]);
  const bce: number = binaryCrossEntropy(y, Uint8Array.of(0, 1));
  const typed: number = loss;
  const array: Either = gradient;
  return [probabilities, sums, losses, array, upstream].length + typed + divergence + nll + bce;
}

// Where the type of the elements is known, so is that of the result.
const single = new ort.Tensor('float32', Float32Array.of(1, 2), [1, 2]);
const double = new ort.Tensor('float64', Float64Array.of(1, 2), [1, 2]);
const half = new ort.Tensor('float16', Uint16Array.of(1, 2), [1, 2]);
export const singles: Float32Array = softmax(single);
export const doubles: Float64Array = logSoftmax(double);
export const halves: Float32Array = logSumExp(half, { dtype: 'float16' });
export const ofDoubles: Float64Array = crossEntropy(double, [0], { reduction: 'none' });
export const ofTargets: number = crossEntropy(
  single,
  new ort.Tensor('int64', BigInt64Array.of(0n), [1]),
);
// @ts-expect-error: results of float64 tensors are float64
softmax(double, { out: new Float32Array(2) });
// @ts-expect-error: a mistyped option
softmax(single, { temprature: 2 });

const tensor = new TransformersTensor('float32', Float32Array.of(1, 2), [1, 2]);
export const either: Either = softmax(tensor, { axis: 1 });
export const mean: number = crossEntropy(tensor, [0]);
export const logits: Logits[] = [tensor, single, double, half];
