import {
  type CrossEntropyOptions,
  crossEntropy,
  type ElementType,
  klDivergence,
  type Runtime,
  runtime,
  softmax,
  type TensorLike,
} from 'logits';
import { softmax as softmaxInBackground } from 'logits/promises';

const logits = Float32Array.of(1, 2);
const loss: number = crossEntropy(logits, [0]);
const losses: Float32Array = crossEntropy(logits, [0], { reduction: 'none' });
const smoothing: CrossEntropyOptions = { labelSmoothing: 0.1, ignoreIndex: [-100, 255] };
const smoothed: number = crossEntropy(logits, Float64Array.of(0.5, 0.5), { labelSmoothing: 0.1 });
const doubles: Float64Array = softmax(Float64Array.of(1, 2), { temperature: 0.7 });
const dtype: ElementType = 'bfloat16';
const tensor: TensorLike<Uint16Array> = { data: Uint16Array.of(0, 0x3f80), dims: [1, 2] };
const ofBits: Float32Array = softmax(tensor, { dtype });
const divergences: Float64Array = klDivergence(doubles, doubles, { reduction: 'none' });
const now: Runtime = runtime();

const inBackground: Promise<Float32Array> = softmaxInBackground(logits, {
  signal: AbortSignal.timeout(50),
});

export { divergences, inBackground, loss, losses, now, ofBits, smoothed, smoothing };
