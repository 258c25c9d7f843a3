// A tensor of onnxruntime straight into `score` and an `Evaluator`: its data is read where it lies.
//
//   npm install onnxruntime-node && node examples/onnxruntime.mjs
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { InferenceSession, Tensor } from 'onnxruntime-node';
// Outside this repository: import { ... } from 'logits';
import { Evaluator, score } from '../index.mjs';

const file = (name) => fileURLToPath(new URL(name, import.meta.url));

// The digits that the model, softmax regression, has not learnt from: every other one.
const lines = gunzipSync(readFileSync(file('digits.csv.gz')))
  .toString()
  .trim()
  .split('\n');
const pictures = lines.filter((_, row) => row % 2 === 1).map((line) => line.split(',').map(Number));
const labels = Uint8Array.from(pictures, (numbers) => numbers.pop());
const pixels = Float32Array.from(pictures.flat(), (grey) => grey / 16);

const session = await InferenceSession.create(file('digits.onnx'));
const { logits } = await session.run({
  pixels: new Tensor('float32', pixels, [labels.length, 64]),
});

const { predictions, logProbs, ranks } = score(logits, labels);
const worst = logProbs.indexOf(Math.min(...logProbs));
console.log(
  `The worst of ${labels.length} pictures is number ${worst}: a ${labels[worst]}, taken for a ` +
    `${predictions[worst]}; log-probability ${logProbs[worst].toFixed(2)}, rank ${ranks[worst]}.`,
);

const { loss, lossStandardError, accuracy, calibration } = new Evaluator({
  classes: 10,
  top: [1, 3],
})
  .update(logits, labels)
  .summary();
console.log(
  `Loss ${loss.toFixed(4)} +- ${lossStandardError.toFixed(4)}, accuracy ` +
    `${(100 * accuracy[1]).toFixed(1)} % (among the best three ${(100 * accuracy[3]).toFixed(1)} %), ` +
    `expected calibration error ${(100 * calibration.expected).toFixed(1)} %.`,
);
