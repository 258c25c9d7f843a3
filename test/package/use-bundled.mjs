import { crossEntropy, runtime } from 'logits';
import * as promises from 'logits/promises';

const logits = Float32Array.of(8, -3, 10);
const losses = [crossEntropy(logits, [1]), await promises.crossEntropy(logits, [1])];
for (const loss of losses) if (Math.abs(loss - 13.12693) > 1e-5) throw new Error(`${loss}`);
console.log(runtime().addon);
