import { describe, expect, it } from 'vitest';
import {
  binaryCrossEntropy,
  crossEntropyWithGradient,
  klDivergence,
  logSoftmax,
  logSoftmaxGradient,
  logSumExp,
  nllLoss,
  softmax,
  softmaxGradient,
} from '../../lib/index.js';
import { type Guarded, guarded } from '../support/guarded.js';
import {
  normalLogits,
  normalLogits64,
  randomProbabilities,
  transposed,
  uniformArray,
} from '../support/inputs.js';
import { describeEachIsa } from '../support/isas.js';
import * as reference from '../support/reference.js';
import { expectWithin, rounding } from '../support/ulp.js';

type Floats = Float32Array | Float64Array;

const lengths = Array.from({ length: 201 }, (_, length) => length);
const offsets = [0, 1, 3, 8, 13];
const rows = 2;

/** All inputs of one length with what must come out, computed once for all instruction sets. */
function makeCase(classes: number, double: boolean) {
  const count = rows * classes;
  const normal = (seed: number, deviation: number): Floats =>
    (double ? normalLogits64 : normalLogits)(count, { seed, deviation });
  const logits = normal(classes + 1, 3);
  const others = normal(classes + 2, 3);
  const upstream = normal(classes + 3, 1);
  const probabilities = randomProbabilities(rows, classes, classes);
  const labels = uniformArray(count, 0, 1, classes);
  const weight = uniformArray(classes, 0.5, 2, classes + 4);
  const targets = [classes - 1, 0];
  const shape = [rows, classes];
  const transform = { temperature: 0.7, softcap: 20 };
  const loss = { ...transform, weight, labelSmoothing: 0.1, zLoss: 1e-3 };
  const none = { shape, reduction: 'none' } as const;
  const byIndex = { ...none, ...loss, ignoreIndex: [] };
  return {
    inputs: { logits, others, upstream, probabilities, labels, weight },
    targets,
    shape,
    transform,
    loss,
    softmax: reference.preciseSoftmax(logits, { shape, ...transform }),
    logSoftmax: reference.preciseLogSoftmax(logits, { shape, ...transform }),
    logSumExp: reference.preciseLogSumExp(logits, { shape, ...transform }),
    softmaxGradient: reference.softmaxGradient(logits, upstream, { shape }),
    logSoftmaxGradient: reference.logSoftmaxGradient(logits, upstream, { shape }),
    byIndex: classes === 0 ? undefined : reference.crossEntropy(logits, targets, byIndex),
    byProbability:
      classes === 0
        ? undefined
        : reference.crossEntropy(logits, probabilities, { ...none, ...loss }),
    nll: classes === 0 ? undefined : reference.nllLoss(logits, targets, { ...none, weight }),
    kl: classes === 0 ? undefined : reference.klDivergence(logits, others, none),
    binary: reference.binaryCrossEntropy(logits, labels, { ...none, weight, positiveWeight: 3 }),
  };
}

type Case = ReturnType<typeof makeCase>;
type Inputs = Case['inputs'];

/** Runs an operation with all arrays at offsets of their own and between guards. */
function inGuards(
  inputs: Inputs,
  offset: number,
  length: number,
  compute: (inputs: Inputs, out: Float32Array) => void,
): Float32Array {
  const parts: Guarded<Floats>[] = [];
  const place = <A extends Floats>(values: A, at: number): A => {
    const type = values.constructor as typeof Float32Array;
    const part = guarded(values, at % 16, type);
    parts.push(part);
    return part.view as Floats as A;
  };
  const entries = Object.entries(inputs).map(([name, values], i) => {
    return [name, place(values, offset * (i + 1) + i)] as const;
  });
  const out = place(new (inputs.logits.constructor as typeof Float32Array)(length), offset * 5);
  compute(Object.fromEntries(entries) as unknown as Inputs, out);
  for (const part of parts) part.check();
  for (const [name, view] of entries) {
    const before = inputs[name as keyof Inputs];
    if (view.some((x, i) => !Object.is(x, before[i]))) expect(view, name).toEqual(before);
  }
  return out;
}

/** Every operation on one layout of a case. */
function check(given: Case, classes: number, layout: object, offset: number, across: boolean) {
  const { inputs, targets, transform, loss } = given;
  const count = rows * classes;
  const laid = <A extends Floats>(array: A) => (across ? transposed(array, rows, classes) : array);
  const wide = (['logits', 'others', 'upstream', 'probabilities', 'labels'] as const).map(
    (name) => [name, laid(inputs[name])],
  );
  const arranged = { ...inputs, ...Object.fromEntries(wide) } as Inputs;
  const single = inputs.logits instanceof Float32Array;
  const epsilon = single ? 1e-6 : 2e-14;
  const tiny = single ? 2 ** -149 : 0;
  const sized = (scale: ArrayLike<number>) => {
    const scales = Float64Array.from(scale);
    const all = scales.length === count ? laid(scales) : scales;
    return (_: number, i: number) => epsilon * (all[i] as number) + tiny;
  };
  const near = (value: number) => epsilon * Math.abs(value) + tiny;
  // Float32 results come from float32 lanes.
  const within = (result: ArrayBufferView, single: number) =>
    result instanceof Float32Array ? single : 1e-13;
  const exactly = (definition: reference.Sized, result: Floats) => {
    const scale = laid(definition.scale);
    return (value: number, i: number) =>
      rounding(result)(value) * 1.01 + within(result, 2e-7) * (scale[i] as number);
  };
  const run = (length: number, compute: (inputs: Inputs, out: Float32Array) => void) =>
    inGuards(arranged, offset, length, compute);
  const all = { ...layout, ...transform };

  const p = run(count, (x, out) => softmax(x.logits as Float32Array, { ...all, out }));
  expectWithin(p, laid(given.softmax), near, 'softmax');
  const logP = run(count, (x, out) => logSoftmax(x.logits as Float32Array, { ...all, out }));
  expectWithin(logP, laid(given.logSoftmax), near, 'logSoftmax');
  const totals = run(rows, (x, out) => logSumExp(x.logits as Float32Array, { ...all, out }));
  expectWithin(totals, given.logSumExp, (value) => epsilon * Math.max(1, value), 'logSumExp');
  for (const [name, compute] of [
    ['softmaxGradient', softmaxGradient],
    ['logSoftmaxGradient', logSoftmaxGradient],
  ] as const) {
    const result = run(count, (x, out) => {
      compute(x.logits as Float32Array, x.upstream as Float32Array, { ...layout, out });
    });
    expectWithin(result, laid(given[name].values), exactly(given[name], result), name);
  }
  const binary = run(count, (x, out) => {
    const options = { ...layout, weight: x.weight, positiveWeight: 3, reduction: 'none' } as const;
    binaryCrossEntropy(x.logits as Float32Array, x.labels, { ...options, out });
  });
  const rounded = (value: number) =>
    rounding(binary)(value) * 1.01 + within(binary, 4e-7) * Math.abs(value);
  expectWithin(binary, laid(given.binary), rounded, 'binary');
  if (classes === 0) return;

  const none = { ...layout, reduction: 'none' } as const;
  for (const [name, choose] of [
    ['byIndex', () => targets],
    ['byProbability', (x: Inputs) => x.probabilities],
  ] as const) {
    const exact = given[name] as reference.ReferenceLoss;
    const gradient = run(count, (x, out) => {
      const options = { ...none, ...loss, weight: x.weight, gradient: out };
      const losses = crossEntropyWithGradient(x.logits as Float32Array, choose(x), options).loss;
      expectWithin(losses, exact.loss, sized(exact.lossScale), name);
    });
    expectWithin(gradient, laid(exact.gradient), sized(exact.gradientScale), `gradient ${name}`);
  }
  const nll = run(rows, (x, out) => {
    nllLoss(x.logits as Float32Array, targets, { ...none, weight: x.weight, out });
  });
  expectWithin(nll, (given.nll as { loss: Float64Array }).loss, near, 'nllLoss');
  const kl = run(rows, (x, out) => {
    klDivergence(x.logits as Float32Array, x.others as Float32Array, { ...none, out });
  });
  const divided = (value: number) => rounding(kl)(value) * 1.01 + 1e-12 * value + 1e-14;
  expectWithin(kl, given.kl as Float64Array, divided, 'klDivergence');
}

const cases = lengths.map((classes) => ({
  classes,
  float32: makeCase(classes, false),
  float64: makeCase(classes, true),
}));

describeEachIsa('every operation at every length', () => {
  describe.each(['float32', 'float64'] as const)('%s', (type) => {
    it.each(cases)('$classes classes', ({ classes, ...given }) => {
      for (const offset of offsets) {
        check(given[type], classes, { shape: [rows, classes] }, offset, false);
      }
      for (const offset of offsets.slice(0, 2)) {
        check(given[type], classes, { shape: [classes, rows], axis: 0 }, offset, true);
      }
    });
  });
});
