import logits = require('logits');

const probabilities: Float32Array = logits.softmax(Float32Array.of(1, 2), { shape: [1, 2] });
const gradient: Float32Array = logits.softmaxGradient(probabilities, Float32Array.of(0, 1));
const loss: number = logits.binaryCrossEntropy(probabilities, [0, 1], { positiveWeight: 3 });
// @ts-expect-error: a name that no function knows
logits.softmax(probabilities, { shpae: [1, 2] });
// @ts-expect-error: upstream of another element type
logits.softmaxGradient(probabilities, Float64Array.of(0, 1));

export { gradient, loss, probabilities };
