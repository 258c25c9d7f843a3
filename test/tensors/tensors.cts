// Checked by the compiler alone, from CommonJS.
import logits = require('logits');
import ort = require('onnxruntime-node');

const tensor: ort.Tensor = new ort.Tensor('float32', Float32Array.of(1, 2), [1, 2]);
const known = new ort.Tensor('float64', Float64Array.of(1, 2), [1, 2]);
const either: Float32Array | Float64Array = logits.softmax(tensor);
const doubles: Float64Array = logits.softmax(known);
const loss: number = logits.crossEntropy(tensor, BigInt64Array.of(0n));
const options: logits.SoftmaxOptions = { axis: 1 };
// @ts-expect-error: a mistyped option
logits.softmax(tensor, { shpae: [1, 2] });

export { doubles, either, loss, options };
