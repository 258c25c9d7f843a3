import { expectTypeOf } from 'vitest';
import type { LossAndGradient, SoftmaxOptions } from '../../lib/index.js';
import { softmax as softmaxAtOnce } from '../../lib/index.js';
import {
  crossEntropy,
  crossEntropyWithGradient,
  Evaluator,
  type InBackground,
  klDivergence,
  logSumExp,
  score,
  softmax,
} from '../../lib/promises.js';

// The types of logits/promises; those of the results are tested where they come from.

declare const single: Float32Array;
declare const double: Float64Array;
declare const targets: Int32Array;
declare const signal: AbortSignal;
const evaluator = new Evaluator({ classes: 3 });

expectTypeOf(softmax(single, { signal })).toEqualTypeOf<Promise<Float32Array>>();
expectTypeOf(softmax(double)).toEqualTypeOf<Promise<Float64Array>>();
expectTypeOf(logSumExp(single, { axis: [0, 1], signal })).toEqualTypeOf<Promise<Float32Array>>();
expectTypeOf(crossEntropy(single, targets)).toEqualTypeOf<Promise<number>>();
expectTypeOf(crossEntropy(double, targets, { reduction: 'none', signal })).toEqualTypeOf<
  Promise<Float64Array>
>();
expectTypeOf(klDivergence(single, single, { reduction: 'sum' })).toEqualTypeOf<Promise<number>>();
expectTypeOf(crossEntropyWithGradient(single, targets)).toEqualTypeOf<
  Promise<LossAndGradient<number, Float32Array>>
>();
expectTypeOf(evaluator.update(single, targets, { signal })).toEqualTypeOf<Promise<Evaluator>>();
expectTypeOf(Evaluator.fromJSON('{}')).toEqualTypeOf<Evaluator>();
const scores = await score(single, targets, { top: 5, signal });
expectTypeOf(scores.top.indices).toEqualTypeOf<Int32Array>();
expectTypeOf(scores.logProbs).toEqualTypeOf<Float32Array>();
const withoutTargets = await score(double, undefined, { entropy: true });
expectTypeOf(withoutTargets.entropies).toEqualTypeOf<Float64Array>();

const options: InBackground<SoftmaxOptions> = { temperature: 2, signal };
softmax(single, options);
// @ts-expect-error a signal
softmax(single, { signal: 1 });
// @ts-expect-error no such option
softmax(single, { sgnal: signal });
// @ts-expect-error functions that return at once have no signal
softmaxAtOnce(single, { signal });
// @ts-expect-error results of the other type
softmax(single, { out: double });
