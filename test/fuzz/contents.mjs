// What stands in the arrays: rows of many kinds, each from a seed of its own, so that a case keeps its
// rows where it is made smaller.
import { Random } from './random.mjs';

const normals = (deviation, mean) => (random, row, n) => {
  const sd = typeof deviation === 'number' ? deviation : random.pick(deviation);
  const offset = typeof mean === 'number' ? mean : random.pick(mean);
  for (let c = 0; c < n; c++) row[c] = offset + sd * random.normal();
};
const each = (value) => (random, row, n) => {
  for (let c = 0; c < n; c++) row[c] = value(random, c, n);
};
/** A kind of rows with something at one place. */
const withOne = (kind, value) => (random, row, n) => {
  kind(random, row, n);
  row[random.below(n)] = value(random);
};
const either = (random, a, share, b) => (random.chance(share) ? a : b);

const tame = normals([0.5, 1, 3, 10], 0);
const huge = [3e38, -3e38, 1.7e38, -1e37, 1e300, -1.7e308, 1e155];
const tiny = [2 ** -149, -(2 ** -149), 2 ** -126, 2 ** -1074, 2 ** -1022, 1e-30, 0];

export const kinds = {
  logits: {
    tame,
    offset: normals([1, 3], [100, -100, 88, -88, 1e3, -1e3, 1e6, 3e6, 1e8, -1e8]),
    wide: normals([30, 100, 1e3, 1e6, 1e20, 1e30], 0),
    ties: each((random) => random.below(5) - 2),
    halves: each((random) => (random.below(9) - 4) / 2),
    zeros: each((random) => either(random, -0, 0.3, 0)),
    ascending: each((_, c) => c / 8),
    descending: each((_, c) => -c * 3),
    far: each((_, c, n) => (c === n >> 1 ? 200 : (c % 11) / 8)),
    equal(random, row, n) {
      row.fill(random.pick([0, 1.5, -7, 88, -104, 3e38, 1e-40]), 0, n);
    },
    confident(random, row, n) {
      const gap = random.pick([10, 17, 40, 60, 88, 100, 200, 700, 745]);
      for (let c = 0; c < n; c++) row[c] = random.normal();
      row[random.below(n)] += gap;
    },
    masked(random, row, n) {
      const share = random.pick([0.1, 0.5, 0.95]);
      for (let c = 0; c < n; c++) row[c] = either(random, -Infinity, share, random.normal());
    },
    none: each(() => -Infinity),
    infinite: withOne(tame, () => Infinity),
    invalid: withOne(tame, () => NaN),
    denormal: each((random) => random.pick(tiny)),
    huge: each((random) => random.pick(huge)),
    near(random, row, n) {
      const middle = random.pick([0, 1, -3, 20]);
      for (let c = 0; c < n; c++) row[c] = middle + random.below(64) * 2 ** -22;
    },
    bits: null,
  },
  logProbabilities: {
    plain: each((random) => -3 * Math.abs(random.normal())),
    masked: each((random) => either(random, -Infinity, 0.2, -random.uniform())),
    wide: each((random) => -1000 * random.uniform()),
    any: normals([1, 10], 0),
    invalid: withOne(tame, () => NaN),
    bits: null,
  },
  probabilities: {
    plain(random, row, n) {
      let sum = 0;
      for (let c = 0; c < n; c++) {
        row[c] = either(random, 0, 0.2, random.uniform() ** 4);
        sum += row[c];
      }
      for (let c = 0; c < n && sum > 0; c++) row[c] /= sum;
    },
    oneHot(random, row, n) {
      row.fill(0, 0, n);
      row[random.below(n)] = 1;
    },
    shares: each((random) => either(random, 0, 0.3, random.uniform())),
    signed: each((random) => random.normal()),
    nothing: each(() => 0),
    tiny: each((random) => random.pick(tiny)),
    invalid: withOne(
      each((random) => random.uniform()),
      () => NaN,
    ),
  },
  labels: {
    binary: each((random) => random.below(2)),
    shares: each((random) => random.uniform()),
    mixed: each((random) => random.pick([0, 1, 0.5, 0.25])),
    signed: each((random) => random.below(5) - 2),
  },
  upstream: {
    tame,
    zeros: each((random) => either(random, -0, 0.5, 0)),
    ones: each(() => 1),
    large: each((random) => random.pick([1e30, -1e30, 1, 1e-30])),
    infinite: withOne(tame, (random) => random.pick([Infinity, -Infinity])),
    invalid: withOne(tame, () => NaN),
  },
  weight: {
    plain: each((random) => random.uniform() * 2),
    gaps: each((random) => either(random, 0, 0.4, random.uniform())),
    nothing: each(() => 0),
    signed: each((random) => random.below(9) / 4 - 1),
    special: withOne(
      each((random) => random.uniform()),
      (random) => random.pick([Infinity, -Infinity, NaN, 1e300, 1e-300]),
    ),
  },
};

/** How often which, of those that are not given by name. */
const mixtures = {
  logits: ['tame', 'tame', 'tame', 'tame', 'confident', 'confident', 'offset', 'ties', 'masked'],
  logProbabilities: ['plain', 'plain', 'masked', 'wide', 'any'],
  probabilities: ['plain', 'plain', 'shares', 'oneHot'],
  labels: ['binary', 'shares', 'mixed'],
  upstream: ['tame', 'tame', 'ones', 'large'],
  weight: ['plain', 'plain', 'gaps'],
};

const scratch = { row: new Float64Array(1024) };

/**
 * The numbers of one row; null for one of random bits. `kind` is one of the family's, or 'mixed': any, mostly ordinary
 * ones.
 */
export function rowOf(family, kind, random, n) {
  let chosen = kind;
  if (kind === 'mixed') {
    const all = random.chance(0.2);
    chosen = random.pick(all ? Object.keys(kinds[family]) : mixtures[family]);
  } else if (kind === 'ordinary') {
    chosen = random.pick(mixtures[family]);
  }
  const make = kinds[family][chosen];
  if (make === null) return null;
  if (scratch.row.length < n) scratch.row = new Float64Array(n * 2);
  if (n > 0) make(random, scratch.row, n);
  return scratch.row;
}

export { Random };
