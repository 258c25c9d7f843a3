import logits = require('logits');

const probabilities: Float32Array = logits.softmax(Float32Array.of(1, 2), { shape: [1, 2] });
// @ts-expect-error: a name that no function knows
logits.softmax(probabilities, { shpae: [1, 2] });

export { probabilities };
