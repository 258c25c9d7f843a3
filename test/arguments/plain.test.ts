import { spawnSync } from 'node:child_process';
import { getEventListeners } from 'node:events';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import * as logits from '../../lib/index.js';
import * as promises from '../../lib/promises.js';
import { startsProcesses } from '../support/host.js';

// What is taken though it is no typed array, and what results become outside.

const { crossEntropy, Evaluator, klDivergence, score, softmax, toRows } = logits;
const values = [8, -3, 10, 1, 2, 0.5];
const x = Float32Array.from(values);
const rows = [values.slice(0, 3), values.slice(3)];
const shape = [2, 3];
const loss = crossEntropy(x, [2, 1], { shape });

describe('plain numbers', () => {
  it('are float32, or float64 where dtype says so', () => {
    expect(softmax(values, { shape })).toEqual(softmax(x, { shape }));
    const double = softmax(values, { shape, dtype: 'float64' });
    expect(double).toEqual(softmax(Float64Array.from(values), { shape }));
    expect(klDivergence(Float64Array.from(values), values)).toBe(0);
  });

  it('bring their shape, as rows, rows of arrays and rows of rows', () => {
    expect(crossEntropy(rows, [2, 1])).toBe(loss);
    expect(crossEntropy([x.subarray(0, 3), x.subarray(3)], [2, 1])).toBe(loss);
    const planes = [
      [
        [1, 2],
        [3, 4],
      ],
      [
        [5, 6],
        [7, 8],
      ],
    ];
    const flat = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    expect(softmax(planes, { axis: 1 })).toEqual(softmax(flat, { shape: [2, 2, 2], axis: 1 }));
    expect(softmax([[], []])).toHaveLength(0);
  });

  it('may be factors, targets, ids and upstream', () => {
    const weight = [1, 2, 0.5];
    const typed = { shape, weight: Float64Array.from(weight) };
    expect(crossEntropy(x, [2, 1], { shape, weight })).toBe(crossEntropy(x, [2, 1], typed));
    expect(crossEntropy(x, rows, { shape })).toBe(crossEntropy(x, x, { shape }));
    const ids = [0, 1, 2, 0];
    const scores = score(x, [2, 1], { shape, ids });
    expect(scores).toEqual(score(x, [2, 1], { shape, ids: Int32Array.from(ids) }));
    const upstream = [1, 2];
    const options = { shape, reduction: 'none' } as const;
    expect(logits.crossEntropyWithGradient(x, [2, 1], { ...options, upstream })).toEqual(
      logits.crossEntropyWithGradient(x, [2, 1], { ...options, upstream: Float32Array.of(1, 2) }),
    );
  });

  it('are each read once, and end in an error where they hold themselves', () => {
    const reads: PropertyKey[] = [];
    const counting = (list: object) =>
      new Proxy(list, { get: (own, key) => Reflect.get(own, reads.push(key) > 0 ? key : '') });
    softmax(counting(rows.map(counting)) as number[][]);
    expect(reads.filter((key) => key === '1')).toHaveLength(3);
    const endless: unknown[] = [];
    endless.push(endless);
    expect(() => softmax(endless as number[])).toThrow(TypeError);
    const row = new Array(2 ** 24).fill(0);
    const huge = new Array(2 ** 22).fill(row);
    expect(() => softmax(huge)).toThrow(
      expect.objectContaining({ code: 'ERR_MEMORY_ALLOCATION_FAILED' }),
    );
  });
});

describe('shapes', () => {
  it('follow from class indices, and from the classes of an evaluator', () => {
    expect(crossEntropy(x, [2, 1])).toBe(loss);
    expect(crossEntropy(x, BigInt64Array.of(2n, 1n))).toBe(loss);
    expect(score(x, [2, 1]).rows).toBe(2);
    const evaluator = new Evaluator({ classes: 3 }).update(x, [2, 1]);
    expect(evaluator.summary().loss).toBeCloseTo(loss, 12);
    // One number a row would be a label.
    expect(() => crossEntropy(x, new Int32Array(6))).toThrow('binaryCrossEntropy');
  });

  it('may be typed arrays', () => {
    expect(crossEntropy(x, [2, 1], { shape: Int32Array.of(2, 3) })).toBe(loss);
    expect(crossEntropy({ data: x, dims: BigInt64Array.of(2n, 3n) }, [2, 1])).toBe(loss);
  });
});

describe('views', () => {
  const expected = softmax(x, { shape });
  /** The same two rows of three at other places of an array. */
  const placed = (place: (row: number, c: number) => number, length: number) => {
    const data = new Float32Array(length).fill(99);
    values.forEach((value, i) => {
      data[place(Math.floor(i / 3), i % 3)] = value;
    });
    return data;
  };
  const columns = placed((row, c) => 2 * c + row, 6);

  it.each<[string, object]>([
    ['row-major', { data: x, stride: [3, 1], offset: 0 }],
    [
      'from an offset',
      { data: placed((row, c) => 4 + 3 * row + c, 12), stride: [3, 1], offset: 4 },
    ],
    ['from an offset alone', { data: placed((row, c) => 2 + 3 * row + c, 9), offset: 2 }],
    ['padded', { data: placed((row, c) => 5 * row + c, 10), strides: [5, 1] }],
    ['transposed', { data: columns, stride: [1, 2], offset: 0 }],
    ['transposed and padded', { data: placed((row, c) => 4 * c + row, 12), strides: [1, 4] }],
    ['in Fortran order', { data: columns, fortranOrder: true }],
    ['in Fortran order, as NumPy says it', { data: columns, fortran_order: true }],
    ['in the order F', { data: columns, order: 'F' }],
    ['with methods of these names', { data: x, stride: () => [1, 2], offset: () => 9 }],
  ])('are read %s', (_, view) => {
    const tensor = { data: x, shape, ...view } as logits.TensorLike;
    expect(softmax(tensor)).toEqual(expected);
    expect(crossEntropy(tensor, [2, 1])).toBe(loss);
    const double = { ...tensor, data: Float64Array.from(tensor.data as Float32Array) };
    expect(crossEntropy(double, [2, 1])).toBeCloseTo(loss, 6);
  });

  it('of three axes, and of targets', () => {
    const cube = Float32Array.from({ length: 24 }, (_, i) => Math.sin(i));
    const dense = (order: number[], sizes: number[], steps: number[]) => {
      const out: number[] = [];
      const [a, b, c] = order as [number, number, number];
      const at = (axis: number) =>
        Array.from({ length: sizes[axis] as number }, (_, i) => i * (steps[axis] as number));
      for (const i of at(a))
        for (const j of at(b)) for (const k of at(c)) out.push(cube[i + j + k] as number);
      return Float32Array.from(out);
    };
    const view = { data: cube, shape: [4, 2, 3], strides: [1, 12, 4] };
    expect(softmax(view, { axis: 1 })).toEqual(
      softmax(dense([0, 1, 2], view.shape, view.strides), { shape: view.shape, axis: 1 }),
    );
    const targets = { data: Int32Array.of(9, 2, 9, 1), shape: [2], stride: [2], offset: 1 };
    expect(crossEntropy(x, targets, { shape })).toBe(loss);
  });

  it.each<[string, object]>([
    ['stride', { stride: [3, -1], offset: 2 }],
    ['strides', { strides: [0, 1] }],
    ['stride', { stride: [1, 1], offset: 0 }],
    ['stride', { stride: [7, 2], data: new Float32Array(30) }],
  ])('that a flat array cannot hold are refused by %s', (name, view) => {
    const tensor = { data: x, shape, ...view } as logits.TensorLike;
    expect(() => softmax(tensor)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE', argument: `logits.${name}` }),
    );
  });
});

describe('results', () => {
  it('of score have no keys that are undefined, and become rows', () => {
    const scores = score(x, { shape, top: [1, 2] });
    expect(Object.values(scores)).not.toContain(undefined);
    expect('logProbs' in scores).toBe(false);
    const ids = [0, 1];
    const y = Float32Array.of(0, -Infinity, 1, NaN, 0, 0);
    const all = toRows(score(y, [1, 0], { shape, top: 2, ids, margin: true }), { floor: -9999 });
    expect(JSON.parse(JSON.stringify(all))).toEqual(all);
    expect(all[0]).toMatchObject({
      prediction: 2,
      rank: 3,
      logProb: -9999,
      top: [{ index: 2 }, { index: 0 }],
    });
    expect(all[1]).toMatchObject({ prediction: -1, rank: 0, logProb: null, idLogProbs: [null] });
  });

  it('of an evaluator are shown, named, and forgotten', () => {
    const evaluator = new Evaluator({ classes: ['a', 'b', 'c'], top: 1, confusion: true });
    expect(inspect(evaluator)).toBe('Evaluator { classes: 3, rows: 0 }');
    evaluator.update(x, [2, 1]);
    expect(inspect(evaluator)).toBe(
      'Evaluator { classes: 3, rows: 2, loss: 0.2956, accuracy: 100.00 % }',
    );
    const [again] = [JSON.stringify(evaluator)].map(Evaluator.fromJSON) as [logits.Evaluator];
    expect(again.toJSON()).toEqual(evaluator.toJSON());
    expect(again.toJSON().options.classes).toEqual(['a', 'b', 'c']);
    const { calibration } = again.summary();
    expect([calibration.ece, calibration.mce]).toEqual([calibration.expected, calibration.maximum]);
    expect(again.reset().toJSON()).toEqual(new Evaluator(evaluator.toJSON().options).toJSON());
    expect(() =>
      again.merge(new Evaluator({ ...evaluator.toJSON().options, classes: ['a', 'b', 'd'] })),
    ).toThrow();
  });

  it('of evaluators of promises merge with those of others', async () => {
    const evaluator = new promises.Evaluator({ classes: 3 });
    expect(await evaluator.update(x, [2, 1])).toBe(evaluator);
    evaluator.merge(new Evaluator({ classes: 3 }).update(x, [2, 1]));
    expect(promises.Evaluator.fromJSON(evaluator.toJSON()).summary().rows).toBe(4);
  });
});

it('one listener is enough for a signal, and none is left', async () => {
  const { signal } = new AbortController();
  const pending = Array.from({ length: 20 }, () =>
    promises.softmax(new Float32Array(1000), { signal }),
  );
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  await Promise.all(pending);
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

const run = (code: string) => {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['-e', code, join(import.meta.dirname, '../../dist')],
    {
      encoding: 'utf8',
    },
  );
  return stderr + stdout;
};

describe.runIf(startsProcesses)('a process', () => {
  it('may extend all objects', () => {
    const code = `
      for (const name of ['top', 'out', 'rank', 'stride', 'offset', 'dims', 'x']) Object.prototype[name] = function () {};
      const { score, softmax, Evaluator } = require(process.argv[1]);
      const x = Float32Array.of(1, 2);
      class Options { get shape() { return [1, 2]; } validate() {} }
      console.log(softmax(x)[1] === softmax(x, { shape: [1, 2] })[1], softmax(x, new Options()).length,
        softmax({ data: x, shape: [1, 2] }).length, score(x, [1], { entropy: true }).rows,
        new Evaluator({ classes: 2 }).update(x, [1]).summary().rows);
      try { softmax(x, { dim: 1 }); } catch (error) { console.log(error.message); }`;
    expect(run(code)).toBe(
      "true 2 2 1 1\nsoftmax: there is no option 'dim'. Did you mean 'axis'?\n",
    );
  });

  it('may load the package twice, and on Node.js 18.0', () => {
    const code = `
      delete require('node:os').availableParallelism;
      const fresh = () => {
        for (const file of Object.keys(require.cache)) if (!file.endsWith('.node')) delete require.cache[file];
        return require(process.argv[1] + '/promises.js');
      };
      const [a, b] = [fresh(), fresh()];
      const x = new Float32Array(2e6);
      const controller = new AbortController();
      const { signal } = controller;
      const one = a.softmax(x, { signal }).catch((error) => error.name);
      const other = b.softmax(x).then((result) => result.length);
      controller.abort();
      Promise.all([one, other]).then((results) => console.log(results.join()));`;
    expect(run(code)).toBe('AbortError,2000000\n');
  });
});
