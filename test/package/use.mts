import { crossEntropy, type Runtime, runtime } from 'logits';

const loss: number = crossEntropy(Float32Array.of(1, 2), [0]);
const losses: Float32Array = crossEntropy(Float32Array.of(1, 2), [0], { reduction: 'none' });
const now: Runtime = runtime();

export { loss, losses, now };
