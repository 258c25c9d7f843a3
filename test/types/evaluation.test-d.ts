import { expectTypeOf } from 'vitest';
import {
  type Calibration,
  type CalibrationBin,
  type EvaluationSummary,
  Evaluator,
  type EvaluatorOptions,
  type EvaluatorState,
  type ScoreOptions,
  type Scores,
  score,
  type TieRule,
  type TopClasses,
  type UpdateOptions,
} from '../../lib/index.js';

// The types of score and Evaluator, checked by the compiler only.

declare const single: Float32Array;
declare const double: Float64Array;
declare const targets: Int32Array;
declare const ids: Int32Array;
declare const flag: boolean;
declare const maybeTargets: Int32Array | undefined;
declare const anyOptions: ScoreOptions;

expectTypeOf<TieRule>().toEqualTypeOf<'min' | 'max' | 'index'>();

// Numbers are of the logits' precision; classes are integers.
const plain = score(single, targets);
expectTypeOf(plain.rows).toEqualTypeOf<number>();
expectTypeOf(plain.ignored).toEqualTypeOf<number>();
expectTypeOf(plain.notFinite).toEqualTypeOf<number>();
expectTypeOf(plain.logSumExp).toEqualTypeOf<Float32Array>();
expectTypeOf(plain.predictions).toEqualTypeOf<Int32Array>();
expectTypeOf(plain.maxLogProbs).toEqualTypeOf<Float32Array>();
expectTypeOf(plain.logProbs).toEqualTypeOf<Float32Array>();
expectTypeOf(plain.ranks).toEqualTypeOf<Int32Array>();
expectTypeOf(plain.entropies).toEqualTypeOf<undefined>();
expectTypeOf(plain.margins).toEqualTypeOf<undefined>();
expectTypeOf(plain.top).toEqualTypeOf<undefined>();
expectTypeOf(plain.idLogProbs).toEqualTypeOf<undefined>();

const all = { shape: [2, 3], entropy: true, margin: true, top: 2, ids, ties: 'max' } as const;
const full = score(double, [0, 1], all);
expectTypeOf(full.logSumExp).toEqualTypeOf<Float64Array>();
expectTypeOf(full.logProbs).toEqualTypeOf<Float64Array>();
expectTypeOf(full.ranks).toEqualTypeOf<Int32Array>();
expectTypeOf(full.entropies).toEqualTypeOf<Float64Array>();
expectTypeOf(full.margins).toEqualTypeOf<Float64Array>();
expectTypeOf(full.top).toEqualTypeOf<TopClasses<Float64Array>>();
expectTypeOf(full.top.k).toEqualTypeOf<number>();
expectTypeOf(full.top.indices).toEqualTypeOf<Int32Array>();
expectTypeOf(full.top.logProbs).toEqualTypeOf<Float64Array>();
expectTypeOf(full.idLogProbs).toEqualTypeOf<Float64Array>();

// Options written where they are used.
const written = score(single, targets, { entropy: true, margin: false, rank: false, top: 5, ids });
expectTypeOf(written.entropies).toEqualTypeOf<Float32Array>();
expectTypeOf(written.margins).toEqualTypeOf<undefined>();
expectTypeOf(written.ranks).toEqualTypeOf<undefined>();
expectTypeOf(written.top).toEqualTypeOf<TopClasses>();
expectTypeOf(written.idLogProbs).toEqualTypeOf<Float32Array>();

// Without targets there is nothing about them.
for (const none of [score(single), score(single, undefined), score(single, undefined, {})]) {
  expectTypeOf(none.logProbs).toEqualTypeOf<undefined>();
  expectTypeOf(none.ranks).toEqualTypeOf<undefined>();
  expectTypeOf(none.maxLogProbs).toEqualTypeOf<Float32Array>();
}

// What is not known is possibly undefined.
const unknown = score(single, maybeTargets, { entropy: flag, margin: flag, rank: flag });
expectTypeOf(unknown.logProbs).toEqualTypeOf<Float32Array | undefined>();
expectTypeOf(unknown.ranks).toEqualTypeOf<Int32Array | undefined>();
expectTypeOf(unknown.entropies).toEqualTypeOf<Float32Array | undefined>();
expectTypeOf(unknown.margins).toEqualTypeOf<Float32Array | undefined>();
const wide = score(single, targets, anyOptions);
expectTypeOf(wide.logProbs).toEqualTypeOf<Float32Array>();
expectTypeOf(wide.ranks).toEqualTypeOf<Int32Array | undefined>();
expectTypeOf(wide.entropies).toEqualTypeOf<Float32Array | undefined>();
expectTypeOf(wide.margins).toEqualTypeOf<Float32Array | undefined>();
expectTypeOf(wide.top).toEqualTypeOf<TopClasses | undefined>();
expectTypeOf(wide.idLogProbs).toEqualTypeOf<Float32Array | undefined>();
expectTypeOf<Scores>().toHaveProperty('predictions').toEqualTypeOf<Int32Array>();

// Logits and targets as for the losses.
expectTypeOf(
  score(new Uint16Array(3), [1], { dtype: 'bfloat16' }).logProbs,
).toEqualTypeOf<Float32Array>();
expectTypeOf(score({ data: double, dims: [2, 3] }, [0, 1]).logProbs).toEqualTypeOf<Float64Array>();
score(single, new BigInt64Array(1), { ignoreIndex: [-100, 0] as const, threads: 2, softcap: 30 });
score(single, new Uint8Array(1), { rowStride: 4, temperature: 0.5, axis: 0 });
// @ts-expect-error logits are needed
score();
// @ts-expect-error logits are floats
score(new Int32Array(3));
// @ts-expect-error names are no logits
score(['1', '2']);
// @ts-expect-error probabilities are no targets here
score(single, new Float32Array(3));
// @ts-expect-error one target is an array of one
score(single, 1);
// @ts-expect-error ids are numbers
score(single, targets, { ids: ['0'] });
// @ts-expect-error no such rule
score(single, targets, { ties: 'average' });
// @ts-expect-error a number
score(single, targets, { top: '5' });
// @ts-expect-error a boolean
score(single, targets, { entropy: 1 });

// Evaluators.
const evaluator = new Evaluator({ classes: 3 });
new Evaluator({ classes: 3, top: [1, 5] as const, calibrationBins: 10, confusion: true, axis: 1 });
new Evaluator({ classes: 3, ignoreIndex: [-100, 0] as const, top: undefined });
expectTypeOf(evaluator.update(single, targets)).toEqualTypeOf<Evaluator>();
expectTypeOf(evaluator.update(double, [0], { bytes: 5, shape: [1, 3] })).toEqualTypeOf<Evaluator>();
expectTypeOf(evaluator.merge(new Evaluator({ classes: 3 }))).toEqualTypeOf<Evaluator>();
expectTypeOf(evaluator.toJSON()).toEqualTypeOf<EvaluatorState>();
expectTypeOf(Evaluator.fromJSON(JSON.parse('{}'))).toEqualTypeOf<Evaluator>();
expectTypeOf(Evaluator.fromJSON).parameter(0).toEqualTypeOf<unknown>();
evaluator.update({ data: single, dims: [1, 3] }, targets, { temperature: 2, threads: 1 });
expectTypeOf<EvaluatorOptions>()
  .toHaveProperty('classes')
  .toEqualTypeOf<number | readonly string[]>();
expectTypeOf<UpdateOptions>().not.toHaveProperty('axis');
// @ts-expect-error the number of classes is needed
new Evaluator({});
// @ts-expect-error options are needed
new Evaluator();
new Evaluator({ classes: ['cat', 'dog'], top: 1 });
// @ts-expect-error numbers
new Evaluator({ classes: 3, top: '1' });
// @ts-expect-error no such option
new Evaluator({ classes: 3, bins: 10 });
// @ts-expect-error targets are needed
evaluator.update(single);
// @ts-expect-error the evaluator has the axis
evaluator.update(single, targets, { axis: 0 });
// @ts-expect-error the evaluator knows what is ignored
evaluator.update(single, targets, { ignoreIndex: 0 });
// @ts-expect-error probabilities are no targets here
evaluator.update(single, double);
// @ts-expect-error an evaluator
evaluator.merge({});

const summary = evaluator.summary();
expectTypeOf(summary).toEqualTypeOf<EvaluationSummary>();
for (const key of [
  'rows',
  'ignored',
  'notFinite',
  'loss',
  'lossStandardError',
  'perplexity',
  'bitsPerToken',
  'meanLogProb',
  'meanEntropy',
  'brier',
] as const) {
  expectTypeOf(summary[key]).toEqualTypeOf<number>();
}
expectTypeOf(summary.bitsPerByte).toEqualTypeOf<number | undefined>();
expectTypeOf(summary.accuracy[5]).toEqualTypeOf<number | undefined>();
expectTypeOf(summary.calibration).toEqualTypeOf<Calibration>();
expectTypeOf(summary.calibration.bins).toEqualTypeOf<readonly CalibrationBin[]>();
expectTypeOf(summary.calibration.expected).toEqualTypeOf<number>();
expectTypeOf(evaluator.confusion()).toEqualTypeOf<Float64Array>();
// @ts-expect-error a summary is read
summary.loss = 0;
