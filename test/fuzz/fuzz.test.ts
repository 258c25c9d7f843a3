import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isas } from '../support/isas.js';
import * as exact from '../support/reference.js';

// A short run of the fuzzer, and what it rests upon: that it sees mistakes, and that its fast reference is right.
// `npm run fuzz` runs it for longer.

const folder = import.meta.dirname;
const load = (name: string) => import(pathToFileURL(join(folder, name)).href);

function run(...options: string[]) {
  const { stdout, stderr } = spawnSync(process.execPath, [join(folder, 'run.mjs'), ...options], {
    encoding: 'utf8',
  });
  return stdout + stderr;
}

describe('the fuzzer', () => {
  it('finds nothing in its corpus and some thousand calls', () => {
    expect(run('--seed', '20077', '--calls', '5000')).toMatch(/^[1-9]\d* passed, 0 failed\n$/m);
  });

  it('finds what is wrong', () => {
    expect(run('--self-test')).toMatch(/^[1-9]\d* passed, 0 failed\n$/m);
  });

  it('says what it draws, again and again', () => {
    const again = () => run('--seed', '5', '--only', '17');
    expect(again()).toContain('1 passed, 0 failed');
    expect(again()).toBe(again());
  });
});

/** What the fuzzer says of a call: a quantity, its numbers, and how far they may be off. */
interface Expected {
  readonly name: 'out' | 'gradient' | 'total';
  readonly length: number;
  readonly value: Float64Array;
  readonly off: Float64Array;
}

interface Plan {
  readonly fn: string;
  readonly element: string;
  readonly arrays: Readonly<Record<string, Float32Array>>;
  readonly targets: Float32Array;
  readonly reduction: 'mean' | 'sum' | 'none';
  readonly given: Readonly<Record<string, unknown>>;
}

type Numbers = ArrayLike<number>;
type Parts = { readonly [name in Expected['name']]?: Numbers };

/** The same in 30 digits; undefined for what test/support does not have. */
function exactly(
  { fn, given, targets, reduction }: Plan,
  input: (name: string) => Numbers,
): Parts | undefined {
  const { dtype: _, ...options } = { ...given, reduction } as unknown as Record<string, never>;
  const loss = (values: Numbers) => (reduction === 'none' ? { out: values } : { total: values });
  switch (fn) {
    case 'softmax':
      return { out: exact.preciseSoftmax(input('logits'), options) };
    case 'logSoftmax':
      return { out: exact.preciseLogSoftmax(input('logits'), options) };
    case 'logSumExp':
      return { out: exact.preciseLogSumExp(input('logits'), options) };
    case 'softmaxGradient':
      return {
        out: exact.softmaxGradient(input('probabilities'), input('upstream'), options).values,
      };
    case 'logSoftmaxGradient':
      return {
        out: exact.logSoftmaxGradient(input('logProbabilities'), input('upstream'), options).values,
      };
    case 'nllLoss':
      return loss(exact.nllLoss(input('logProbabilities'), targets, options).loss);
    case 'klDivergence':
      return loss(exact.klDivergence(input('logits'), input('otherLogits'), options));
    case 'binaryCrossEntropy':
      return loss(exact.binaryCrossEntropy(input('logits'), targets, options));
    case 'crossEntropy':
      return loss(exact.crossEntropy(input('logits'), targets, options).loss);
    case 'crossEntropyWithGradient': {
      const { loss: losses, gradient } = exact.crossEntropy(input('logits'), targets, options);
      return { ...loss(losses), gradient };
    }
    default:
      return undefined;
  }
}

it('the reference of the fuzzer is that of 30 digits', async () => {
  const [{ draw }, { build }, { contractOf }, { numbersOf }, { referenceOf }] = await Promise.all(
    [
      'draw.mjs',
      'build.mjs',
      'contract.mjs',
      'reference/expected.mjs',
      'reference/reference.mjs',
    ].map(load),
  );
  let compared = 0;
  for (let index = 0; index < 700; index++) {
    const drawn = draw(20_078, index, { isas });
    // The definitions in 30 digits take arrays of this realm.
    const record = { ...drawn, faults: [], pad: undefined, told: 'option', memory: 'arena' };
    const elements = record.shape.reduce((a: number, b: number) => a * b, 1);
    const isOther = ['score', 'Evaluator'].includes(record.fn) || typeof record.axis === 'object';
    if (isOther || elements > 200) continue;
    const { plan }: { plan?: Plan } = contractOf(build(record, { fresh: true }));
    // Sums of infinities, and quotients beyond float64, are left to the tests of the kernels.
    if (plan === undefined || (plan.given.temperature as number) < 1e-30) continue;
    const input = (name: string) =>
      numbersOf(plan.arrays[name], plan.element, name).slice(0, elements) as Float64Array;
    const parts = exactly(plan, input);
    if (parts === undefined) continue;
    for (const { name, length, value, off } of referenceOf(plan) as Expected[]) {
      for (let i = 0; i < length; i++) {
        const wanted = parts[name]?.[i] as number;
        const allowed = off[i] as number;
        if (Number.isNaN(allowed) || !Number.isFinite(wanted)) continue;
        compared++;
        const distance = Math.abs((value[i] as number) - wanted);
        // What is allowed is for the package; the reference may take a part of it.
        if (!(distance <= allowed / 2)) {
          expect(value[i], `${record.fn}, draw ${index}, ${name}[${i}]`).toBe(wanted);
        }
      }
    }
  }
  expect(compared).toBeGreaterThan(5000);
});
