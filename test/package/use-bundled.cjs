const { crossEntropy, runtime } = require('logits');
const promises = require('logits/promises');

const logits = Float32Array.of(8, -3, 10);
promises.crossEntropy(logits, [1]).then((inBackground) => {
  for (const loss of [inBackground, crossEntropy(logits, [1])]) {
    if (Math.abs(loss - 13.12693) > 1e-5) throw new Error(`${loss}`);
  }
  console.log(runtime().addon);
});
