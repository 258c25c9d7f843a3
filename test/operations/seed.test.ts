import { expect, it } from 'vitest';
import { crossEntropy, softmax } from '../../lib/index.js';
import { describeEachIsa } from '../support/isas.js';

// As the article prints it; the nearest float64 is 13.126930001932529.
const ARTICLE_LOSS = Number('13.126930001932528');

// The examples of the article that this package began with.
describeEachIsa('the examples of the article', () => {
  const one = Float32Array.of(8, -3, 10);
  const three = Float32Array.of(10, -5, 5, 5, 2, -1, 4, -9, 5);

  it('softmax of [[8, -3, 10]]', () => {
    const [a, b, c] = softmax(one, { shape: [1, 3] });
    expect(a).toBeCloseTo(0.11920268470250142, 7);
    expect(b).toBeCloseTo(0.000001990887573295172, 12);
    expect(c).toBeCloseTo(0.8807953244099254, 6);
  });

  it('cross-entropy, sum, of [[8, -3, 10]] with target 1', () => {
    const loss = crossEntropy(one, [1], { shape: [1, 3], reduction: 'sum' });
    expect(Math.abs(loss / ARTICLE_LOSS - 1)).toBeLessThan(4e-7);
  });

  it('cross-entropy, sum, of three rows with targets 1, 1, 1', () => {
    const loss = crossEntropy(three, [1, 1, 1], { shape: [3, 3], reduction: 'sum' });
    expect(Math.abs(loss / 32.37092371128127 - 1)).toBeLessThan(4e-7);
  });

  it('the same rows times 1000, where the naive exp overflows', () => {
    const large = three.map((x) => x * 1000);
    expect(crossEntropy(large, [1, 1, 1], { shape: [3, 3], reduction: 'none' })).toEqual(
      Float32Array.of(15000, 3000, 14000),
    );
    expect(softmax(large, { shape: [3, 3] })).toEqual(Float32Array.of(1, 0, 0, 1, 0, 0, 0, 0, 1));
  });
});
