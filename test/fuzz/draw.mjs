// Draws a case: a small record that JSON can hold. build.mjs makes the arguments of a call of it.
import { kinds } from './contents.mjs';
import { axesOf, layoutOf } from './layout.mjs';
import { mix, Random } from './random.mjs';
import { functionNames, hasClasses, isLoss, signatures } from './signatures.mjs';
import { oddNames } from './values.mjs';

const lengths = [
  1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 257, 511, 1023, 1025,
];
const longLengths = [4096, 8191, 8192, 8193, 16383, 16384, 16385, 32769, 65537];
/** Where threads share out rows, where a row is shared out itself, panels and stacks of many rows. */
const largeShapes = [
  [1, 524288],
  [2, 540001],
  [5, 131073],
  [70, 8192],
  [33, 16385],
  [60000, 10],
  [20000, 33],
  [8200, 65],
];
const mediumShapes = [
  [200, 300],
  [5000, 9],
  [700, 64],
  [130, 257],
  [2, 16385],
  [3, 20000],
];

const indexTypes =
  'Int8Array Uint8Array Int16Array Uint16Array Int32Array Uint32Array BigInt64Array BigUint64Array'.split(
    ' ',
  );
const elements = ['float32', 'float32', 'float32', 'float64', 'float64', 'float16', 'bfloat16'];
if (globalThis.Float16Array) elements.push('half');

const temperatures = [
  0.1,
  0.5,
  0.7,
  1,
  1.3,
  2,
  3,
  10,
  1e-3,
  1e3,
  1e-6,
  1e6,
  2 ** -60,
  2 ** 60,
  1e30,
  1e-30,
  1e300,
  1e-300,
  Number.MIN_VALUE,
  Number.MAX_VALUE,
];
const softcaps = [
  0.5,
  1,
  5,
  30,
  50,
  1e-3,
  1e3,
  1e6,
  1e30,
  1e-30,
  1e300,
  Number.MIN_VALUE,
  Number.MAX_VALUE,
];

/** Splits a number into `parts` factors. */
function split(random, size, parts) {
  const factors = [];
  let rest = size;
  for (let i = 1; i < parts; i++) {
    const divisors = [];
    for (let d = 1; d <= Math.min(rest, 64); d++) if (rest % d === 0) divisors.push(d);
    const factor = rest === 0 ? random.below(3) : random.pick(divisors);
    factors.push(factor);
    if (factor > 0) rest /= factor;
  }
  factors.push(rest);
  return factors;
}

function drawSizes(random, scale) {
  const luck = random.uniform();
  if (scale === 'large') return random.pick(largeShapes);
  if (scale === 'medium') return random.pick(mediumShapes);
  if (luck < 0.004) return [1 + random.below(3), random.pick(longLengths)];
  const budget = luck < 0.8 ? 64 : luck < 0.985 ? 400 : 3000;
  let classes = random.chance(0.4) ? random.pick(lengths) : 1 + random.below(40);
  classes = Math.min(classes, budget);
  let rows = 1 + random.below(Math.max(1, Math.floor(budget / classes)));
  if (random.chance(0.3)) rows = Math.min(rows, 3);
  return random.chance(0.15) ? [classes, rows] : [rows, classes];
}

function drawShape(random, fn, scale) {
  let [rows, classes] = drawSizes(random, scale);
  if (random.chance(0.02)) {
    if (random.chance(0.5)) rows = 0;
    else classes = 0;
  }
  const rank = random.pick([1, 2, 2, 2, 2, 3, 3, 4, 5]);
  if (rank === 1) return { shape: [rows * classes], axis: random.pick([undefined, 0, -1]) };
  const others = split(random, rows, rank - 1);
  const at = random.chance(0.55) ? rank - 1 : random.below(rank);
  const shape = [...others.slice(0, at), classes, ...others.slice(at)];
  if (fn === 'logSumExp' && random.chance(0.3)) {
    const axes = shape.map((_, axis) => axis).filter(() => random.chance(0.5));
    if (axes.length > 0)
      return {
        shape,
        axis: axes.map((axis) => (random.chance(0.3) ? axis - rank : axis)).reverse(),
      };
  }
  if (at === rank - 1 && random.chance(0.5)) return { shape, axis: undefined };
  return { shape, axis: random.chance(0.5) ? at : at - rank };
}

const families = {
  logits: 'logits',
  otherLogits: 'logits',
  logProbabilities: 'logProbabilities',
  probabilities: 'probabilities',
  upstream: 'upstream',
  weight: 'weight',
  positiveWeight: 'weight',
};
export const familyOf = (name) => families[name];

function drawKind(random, family) {
  if (random.chance(0.5)) return 'ordinary';
  if (random.chance(0.6)) return 'mixed';
  return random.pick(Object.keys(kinds[family]));
}

function drawTargets(random, fn, record) {
  const takes = signatures[fn].targets;
  if (takes.includes('labels')) {
    const type = random.pick(['Float32Array', 'Float64Array', 'list', ...indexTypes.slice(0, 6)]);
    return { type, kind: random.pick(Object.keys(kinds.labels)) };
  }
  if (takes.includes('probabilities') && random.chance(0.35)) {
    return {
      type: random.pick(['Float32Array', 'Float64Array']),
      kind: drawKind(random, 'probabilities'),
    };
  }
  if (fn === 'score' && random.chance(0.25)) return undefined;
  const classes = record.classes;
  const type = random.pick(['Int32Array', 'Int32Array', 'list', ...indexTypes]);
  const targets = { type, ignored: random.pick([0, 0, 0.2, 0.5, 1]) };
  if (random.chance(0.3)) {
    const large = type === 'list' || type === 'BigInt64Array' || type === 'Float64Array';
    const ignorable = [
      -1,
      0,
      classes,
      classes - 1,
      7,
      -100,
      ...(large ? [2 ** 40, -(2 ** 53 - 1)] : []),
    ];
    const one = random.pick(ignorable);
    targets.ignoreIndex = random.chance(0.5)
      ? one
      : random.chance(0.1)
        ? []
        : [one, random.pick(ignorable), 255];
  }
  return targets;
}

const chosen = (random, share, value) => (random.chance(share) ? value() : undefined);

function drawOptions(random, fn, record) {
  const options = {};
  const set = (name, share, value) => {
    if (!signatures[fn].options.includes(name) || !random.chance(share)) return;
    options[name] = value();
  };
  set('temperature', 0.25, () =>
    random.chance(0.5) ? random.pick(temperatures.slice(0, 8)) : random.pick(temperatures),
  );
  set('softcap', 0.15, () =>
    random.chance(0.5) ? random.pick([5, 30, 50]) : random.pick(softcaps),
  );
  set('threads', record.scale === 'small' ? 0.1 : 0.8, () => 1 + random.below(8));
  set('reduction', 0.6, () => random.pick(['none', 'none', 'sum', 'mean']));
  set('labelSmoothing', 0.25, () => random.pick([0, 0.1, 0.25, 0.5, 1, 1e-9, Number.MIN_VALUE]));
  set('zLoss', 0.15, () => random.pick([0, 1e-4, 1e-2, 1, 1e-30, 100]));
  set('emptyMean', 0.3, () => random.pick(['nan', 'zero', 'throw']));
  set('upstream', 0.35, () => random.pick([0, 1, -1, 3, 0.125, 1e-30, 1e30, -2.5]));
  set('rank', 0.3, () => random.chance(0.5));
  set('ties', 0.5, () => random.pick(['min', 'max', 'index']));
  set('entropy', 0.5, () => random.chance(0.8));
  set('margin', 0.4, () => random.chance(0.8));
  set('top', 0.4, () => random.pick([1, 1, 2, 3, 5, 10, 50, 16384]));
  set('bytes', 0.3, () => random.below(1000));
  return options;
}

const signed = ['sgnal', 'Axis', 'weights', '__proto__x', 'k'];
const arrayNames = (record) => [
  ...signatures[record.fn].inputs,
  ...['weight', 'positiveWeight', 'upstream', 'out', 'gradient', 'ids'].filter(
    (name) => record[name] !== undefined || record[`${name}Array`] !== undefined,
  ),
];

function drawFault(random, record) {
  const { fn } = record;
  const { options, inputs, outputs } = signatures[fn];
  const present = arrayNames(record);
  switch (random.below(12)) {
    case 0:
    case 1:
    case 2:
      return {
        fault: 'replace',
        name: random.pick([...inputs, ...options, 'options']),
        by: random.pick(oddNames),
      };
    case 3:
      return {
        fault: 'length',
        name: random.pick(present),
        by: random.pick([-1, 1, -1, 1, 2, 7, -1000]),
      };
    case 4:
      return {
        fault: 'type',
        name: random.pick(present),
        type: random.pick([
          'Float32Array',
          'Float64Array',
          'Uint16Array',
          'Int32Array',
          'Uint8Array',
          'BigInt64Array',
          'Uint8ClampedArray',
        ]),
      };
    case 5:
      return { fault: random.pick(['detach', 'shrink']), name: random.pick(present) };
    case 6:
      return {
        fault: 'unknown',
        name: random.pick([
          ...signed,
          ...functionNames.flatMap((name) => signatures[name].options),
        ]),
        by: random.pick(oddNames),
      };
    case 7: {
      const output = random.pick(outputs.filter((name) => record[name] !== undefined));
      const other = random.pick(present.filter((name) => name !== output));
      if (output === undefined || other === undefined) break;
      return { fault: 'overlap', name: output, other, delta: 4 * (random.below(13) - 6) };
    }
    case 8:
      if (hasClasses(fn))
        return {
          fault: 'target',
          row: random.below(64),
          by: random.pick([0, 1, 1000, -1, -2, 127, 2 ** 31, 2 ** 40]),
        };
      break;
    case 9:
      return { fault: 'throw', name: random.pick([...options, 'unknown']) };
    case 10:
      return { fault: 'lose', name: random.pick(present), when: random.pick(options) };
    default:
      return {
        fault: 'shape',
        how: random.pick([
          'more',
          'less',
          'negative',
          'fraction',
          'text',
          'hole',
          'huge',
          'empty',
          'typed',
          'axis',
          'axisLow',
          'stride',
          'strideLow',
          'none',
          'dtype',
          'revoked',
        ]),
      };
  }
  return { fault: 'replace', name: random.pick(inputs), by: random.pick(oddNames) };
}

/** The record of one draw. `isas` are those of the machine, best first. */
export function draw(seed, index, { isas }) {
  const random = new Random(mix(seed, index));
  let fn = random.pick(functionNames);
  // An evaluator's state takes long to write and read.
  if (fn === 'Evaluator' && random.chance(0.6)) fn = 'crossEntropyWithGradient';
  const luck = random.uniform();
  const scale = luck < 0.00006 ? 'large' : luck < 0.0008 ? 'medium' : 'small';
  const { shape, axis } = drawShape(random, fn, scale);
  const layout = layoutOf(shape, axesOf(shape, axis));
  const record = {
    fn,
    seed: random.bits(),
    element: random.pick(elements),
    shape,
    scale,
    classes: layout.classes,
  };
  if (axis !== undefined) record.axis = axis;
  const isLast = axesOf(shape, axis).every((one, i, all) => one === shape.length - all.length + i);
  if (isLast && random.chance(0.2)) {
    record.pad = random.pick([0, 1, 2, 5, 16]);
    record.trailing = random.chance(0.5);
  }
  record.told = random.pick(['option', 'option', 'option', 'dims', 'shape']);
  record.holder =
    record.told === 'option'
      ? random.pick(['array', 'array', 'array', 'tensor'])
      : random.pick(['tensor', 'proxy']);
  record.memory = random.chance(0.75)
    ? 'arena'
    : random.pick(['own', 'bare', 'shared', 'resizable', 'tracking', 'growable', 'foreign']);
  if (scale !== 'small') record.memory = random.pick(['arena', 'own', 'shared']);
  record.kinds = Object.fromEntries(
    [...signatures[fn].like, 'weight', 'positiveWeight', 'upstream'].map((name) => [
      name,
      drawKind(random, familyOf(name)),
    ]),
  );
  const { options } = signatures[fn];
  if (signatures[fn].inputs.includes('targets')) {
    record.targets = drawTargets(random, fn, record);
    if (record.targets === undefined) delete record.targets;
  }
  if (fn === 'klDivergence')
    record.near = chosen(random, 0.4, () => random.pick([1e-3, 1e-6, 0, 0.1]));
  const float = () => random.pick(['Float32Array', 'Float64Array']);
  if (options.includes('weight') && random.chance(0.35)) {
    record.weight = float();
    if (fn === 'binaryCrossEntropy') record.perLogit = random.chance(0.4);
  }
  if (options.includes('positiveWeight') && random.chance(0.35)) {
    record.positiveWeight = random.chance(0.3) ? random.pick([1, 3, 0.5, 0, -1]) : float();
  }
  record.options = drawOptions(random, fn, record);
  const isNone = record.options.reduction === 'none';
  if (isNone && options.includes('upstream') && random.chance(0.4)) {
    delete record.options.upstream;
    record.upstreamArray = float();
  }
  if (options.includes('ids') && random.chance(0.4)) record.ids = random.below(4);
  if (fn === 'Evaluator') {
    record.construction = { classes: layout.classes };
    const made = record.construction;
    if (random.chance(0.5)) made.top = random.pick([[1], [1, 2, 5], [3, 1], []]);
    if (random.chance(0.4)) made.calibrationBins = random.pick([1, 2, 10, 15, 100]);
    if (random.chance(0.4) && layout.classes < 100) made.confusion = random.chance(0.8);
    if (axis !== undefined) made.axis = axis;
  }
  if (options.includes('out') && random.chance(0.5) && (isNone || !isLoss(fn))) {
    const same = signatures[fn].inPlace.out;
    record.out = random.chance(0.4) && same.length > 0 ? random.pick(same) : 'new';
  }
  if (options.includes('gradient') && random.chance(0.5))
    record.gradient = random.chance(0.4) ? 'logits' : 'new';
  if (random.chance(0.05)) record.getters = random.pick(['calls', 'plain', 'class', 'proxy']);
  const isBest = random.chance(0.6);
  record.isa = isBest ? isas[0] : random.pick(isas);
  if (scale !== 'small' && record.isa === 'scalar') record.isa = isas[0];
  if (random.chance(0.1)) record.twin = { isa: random.pick(isas), threads: 1 + random.below(8) };
  if (record.twin && scale !== 'small') record.twin.isa = isas[0];
  record.faults = [];
  if (scale === 'small' && random.chance(0.25)) {
    record.faults.push(drawFault(random, record));
    if (random.chance(0.15)) record.faults.push(drawFault(random, record));
  }
  return record;
}
