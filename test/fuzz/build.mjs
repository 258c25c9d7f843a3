// The arguments of a call, from the record of a case.
import { rowOf } from './contents.mjs';
import { familyOf } from './draw.mjs';
import { axesOf, layoutOf, placesOf } from './layout.mjs';
import { foreignRealm, place, remember } from './memory.mjs';
import { mix, Random } from './random.mjs';
import { halfBits } from './reference/halves.mjs';
import { signatures } from './signatures.mjs';
import { lostValues, oddValues } from './values.mjs';

const arrayTypes = {
  float32: 'Float32Array',
  float64: 'Float64Array',
  float16: 'Uint16Array',
  bfloat16: 'Uint16Array',
  half: 'Float16Array',
};
const numberOf = {
  logits: 1,
  otherLogits: 2,
  probabilities: 3,
  logProbabilities: 4,
  upstream: 5,
  targets: 6,
  weight: 7,
  positiveWeight: 8,
  ids: 9,
  memory: 10,
};

/** An array of rows, row by row; what is between them stays the guard. */
function fillRows(record, name, array, layout, bytes) {
  const family = familyOf(name);
  const kind = record.kinds[name] ?? 'ordinary';
  const { starts, offsets } = placesOf(layout);
  const half =
    record.element === 'float16' || record.element === 'bfloat16' ? record.element : undefined;
  const width = array.BYTES_PER_ELEMENT;
  for (let r = 0; r < layout.rows; r++) {
    const random = new Random(mix(record.seed, numberOf[name], r + (record.skip ?? 0)));
    const row = rowOf(family, kind, random, layout.classes);
    const start = starts[r];
    for (let c = 0; c < layout.classes; c++) {
      const at = start + offsets[c];
      if (row === null) {
        for (let i = 0; i < width; i++) bytes[at * width + i] = random.bits();
      } else array[at] = half ? halfBits(half, row[c]) : row[c];
    }
  }
}

/** Factors: one row. */
function fillFactors(record, name, array, family) {
  const random = new Random(mix(record.seed, numberOf[name]));
  const row = rowOf(family, record.kinds[name] ?? 'ordinary', random, array.length);
  for (let i = 0; i < array.length; i++) array[i] = row === null ? 1 : row[i];
}

const ranges = {
  Int8Array: [-128, 127],
  Uint8Array: [0, 255],
  Int16Array: [-32768, 32767],
  Uint16Array: [0, 65535],
  Int32Array: [-(2 ** 31), 2 ** 31 - 1],
  Uint32Array: [0, 2 ** 32 - 1],
  BigUint64Array: [0, 2 ** 53],
};

/** The class of each row, or what is ignored. */
function targetsOf(record, layout, ignoreIndex) {
  const { type, ignored = 0 } = record.targets;
  const { rows, classes } = layout;
  const [least, most] = ranges[type] ?? [-(2 ** 53), 2 ** 53];
  const ignorable = [ignoreIndex ?? -100].flat().filter((one) => one >= least && one <= most);
  const list = new Array(rows);
  const last = Math.min(classes - 1, most);
  for (let r = 0; r < rows; r++) {
    const random = new Random(mix(record.seed, numberOf.targets, r + (record.skip ?? 0)));
    const out = ignorable.length > 0 && (classes === 0 || random.chance(ignored));
    list[r] = out ? random.pick(ignorable) : random.below(last + 1);
  }
  for (const { fault, row, by } of record.faults) {
    if (fault !== 'target' || rows === 0) continue;
    list[row % rows] = Math.max(least, Math.min(most, by < 0 ? by : classes + by));
  }
  return list;
}

/** How many elements arrays have, and of which type. */
function wantedOf(record, layout) {
  const { fn, element } = record;
  const { like, perRow } = signatures[fn];
  const { rows, classes, outer, stride } = layout;
  const dense = rows * classes;
  const wanted = {};
  const padded = outer * stride;
  const length =
    record.pad === undefined
      ? dense
      : record.trailing || rows === 0
        ? padded
        : padded - stride + classes;
  for (const name of like) wanted[name] = { type: arrayTypes[element], length };
  const { targets } = record;
  if (targets !== undefined && targets.type !== 'list') {
    const isPerRow = targets.kind === undefined;
    wanted.targets = { type: targets.type, length: isPerRow ? rows : dense };
  }
  if (record.weight !== undefined)
    wanted.weight = { type: record.weight, length: record.perLogit ? dense : classes };
  if (typeof record.positiveWeight === 'string')
    wanted.positiveWeight = { type: record.positiveWeight, length: classes };
  if (record.upstreamArray !== undefined)
    wanted.upstream = { type: record.upstreamArray, length: rows };
  if (record.ids !== undefined)
    wanted.ids = { type: 'Int32Array', length: classes === 0 ? 0 : record.ids * rows };
  const result = element === 'float64' ? 'Float64Array' : 'Float32Array';
  for (const output of ['out', 'gradient']) {
    if (record[output] === undefined) continue;
    const over = record[output] === 'new' ? undefined : { name: record[output], delta: 0 };
    const upon = over && wanted[over.name];
    if (upon && upon.type !== result)
      wanted[output] = { type: result, length: perRow.includes(output) ? rows : dense };
    else if (upon) wanted[output] = { ...upon, over };
    else wanted[output] = { type: result, length: perRow.includes(output) ? rows : dense };
  }
  for (const { fault, name, by, type, other, delta } of record.faults) {
    const one = wanted[name];
    if (one === undefined) continue;
    if (fault === 'length') one.length = Math.max(0, one.length + by);
    if (fault === 'type') one.type = type;
    if (
      fault === 'overlap' &&
      wanted[other] !== undefined &&
      wanted[other].over === undefined &&
      one.length > 0
    )
      one.over = { name: other, delta };
  }
  for (const one of Object.values(wanted)) {
    if (one.over === undefined) continue;
    const other = wanted[one.over.name];
    // An array that another lies over must not itself lie over one.
    if (other.over !== undefined) delete one.over;
    // Room for both, behind what both may be.
    else other.room = Math.max(other.room ?? 0, 8 * (one.length + 16));
  }
  return wanted;
}

/** What is wrong with the layout. */
function spoilLayout(how, options, shape, layout) {
  switch (how) {
    case 'more':
      options.shape = [...shape, 2];
      break;
    case 'less':
      options.shape = shape.map((size, i) => (i === 0 ? Math.max(0, size - 1) : size));
      break;
    case 'negative':
      options.shape = shape.map((size) => -size - 1);
      break;
    case 'fraction':
      options.shape = shape.map((size) => size + 0.5);
      break;
    case 'text':
      options.shape = shape.map(String);
      break;
    case 'hole':
      options.shape = new Array(shape.length);
      break;
    case 'huge':
      options.shape = shape.map(() => 2 ** 40);
      break;
    case 'empty':
      options.shape = [];
      break;
    case 'typed':
      options.shape = Int32Array.from(shape);
      break;
    case 'axis':
      options.axis = shape.length;
      break;
    case 'axisLow':
      options.axis = -shape.length - 1;
      break;
    case 'stride':
      options.rowStride = layout.classes + 1;
      break;
    case 'strideLow':
      options.rowStride = layout.classes - 1;
      break;
    case 'none':
      delete options.shape;
      break;
    case 'dtype':
      options.dtype = 'float16';
      break;
    default: {
      const { proxy, revoke } = Proxy.revocable([], {});
      revoke();
      options.shape = proxy;
    }
  }
}

const own = new Error('thrown by a getter of the caller');

/**
 * A call: its inputs, options and construction as they are passed, what contract.mjs is to know of them, and the memory
 * that they lie in. `fresh` keeps it apart from that of other calls.
 */
export function build(record, { fresh = false } = {}) {
  const { fn, faults, shape } = record;
  const signature = signatures[fn];
  const axes = axesOf(shape, record.axis);
  const classes = layoutOf(shape, axes).classes;
  const layout = layoutOf(shape, axes, record.pad === undefined ? undefined : classes + record.pad);
  const wanted = wantedOf(record, layout);
  const losing = faults.some(({ fault }) => ['detach', 'lose'].includes(fault));
  const shrinking = faults.some(({ fault }) => fault === 'shrink');
  const isLaid = Object.values(wanted).some(({ over, type, length }) => {
    return (
      over &&
      (over.delta !== 0 || wanted[over.name].type !== type || wanted[over.name].length !== length)
    );
  });
  const how = losing
    ? 'own'
    : shrinking
      ? 'resizable'
      : isLaid && record.memory === 'tracking'
        ? 'shared'
        : record.memory;
  const memory = place(wanted, how, new Random(mix(record.seed, numberOf.memory)), fresh);
  const { arrays, spans, blocks } = memory;

  // Contents: what is read is written last, where arrays lie over each other.
  const isDamaged = (name) =>
    faults.some((one) => one.name === name && ['length', 'type'].includes(one.fault));
  const dense = layoutOf(shape, axes);
  const bytesOf = (name) =>
    new Uint8Array(arrays[name].buffer, arrays[name].byteOffset, arrays[name].byteLength);
  for (const name of signature.like) {
    if (!isDamaged(name)) fillRows(record, name, arrays[name], layout, bytesOf(name));
  }
  if (
    record.near !== undefined &&
    !isDamaged('logits') &&
    !isDamaged('otherLogits') &&
    /^Float/.test(wanted.logits.type)
  ) {
    for (let i = 0; i < arrays.logits.length; i++) {
      arrays.otherLogits[i] = arrays.logits[i] + record.near * Math.sin(i);
    }
  }
  for (const name of ['weight', 'positiveWeight', 'upstream']) {
    if (arrays[name] === undefined || signature.inputs.includes(name) || isDamaged(name)) continue;
    fillFactors(record, name, arrays[name], familyOf(name));
  }
  const ignoreIndex = record.targets?.ignoreIndex;
  let targets = arrays.targets;
  if (record.targets !== undefined && !isDamaged('targets')) {
    if (record.targets.kind === undefined) {
      const list = targetsOf(record, layout, ignoreIndex);
      if (targets === undefined) targets = list;
      else if (record.targets.type.startsWith('Big'))
        for (let i = 0; i < list.length; i++) targets[i] = BigInt(list[i]);
      else targets.set(list);
    } else {
      const family = signature.targets.includes('labels') ? 'labels' : 'probabilities';
      targets ??= new Array(layout.rows * layout.classes).fill(0);
      const { starts, offsets } = placesOf(dense);
      for (let r = 0; r < dense.rows; r++) {
        const random = new Random(mix(record.seed, numberOf.targets, r + (record.skip ?? 0)));
        const row = rowOf(family, record.targets.kind, random, dense.classes);
        for (let c = 0; c < dense.classes; c++)
          targets[starts[r] + offsets[c]] = row === null ? 0.5 : row[c];
      }
    }
  } else if (record.targets !== undefined && targets === undefined) targets = [0];
  if (arrays.ids !== undefined && !isDamaged('ids')) {
    const random = new Random(mix(record.seed, numberOf.ids));
    for (let i = 0; i < arrays.ids.length; i++) arrays.ids[i] = random.below(layout.classes);
  }
  // What a case of the corpus says itself.
  for (const [name, list] of Object.entries(record.values ?? {})) {
    const array = name === 'targets' ? targets : arrays[name];
    for (const [i, value] of list.entries()) array[i] = Number(value);
  }

  // Options.
  const options = { ...record.options };
  if (ignoreIndex !== undefined && fn !== 'Evaluator') options.ignoreIndex = ignoreIndex;
  if (record.axis !== undefined && fn !== 'Evaluator') options.axis = record.axis;
  if (record.pad !== undefined) options.rowStride = layout.classes + record.pad;
  if (record.told === 'option') options.shape = shape;
  const isBits = record.element === 'float16' || record.element === 'bfloat16';
  const type = record.element === 'half' ? 'float16' : record.element;
  if (isBits && record.holder === 'array') options.dtype = type;
  for (const name of ['weight', 'positiveWeight', 'upstream', 'ids', 'out', 'gradient']) {
    if (arrays[name] !== undefined && signature.options.includes(name))
      options[name] = arrays[name];
  }
  if (typeof record.positiveWeight === 'number') options.positiveWeight = record.positiveWeight;
  for (const { fault, how: spoiled } of faults)
    if (fault === 'shape') spoilLayout(spoiled, options, shape, layout);

  // Inputs.
  const inputs = {};
  signature.inputs.forEach((name) => {
    if (name === 'targets') {
      inputs.targets =
        how === 'foreign' && Array.isArray(targets) ? foreignRealm().Array.from(targets) : targets;
      return;
    }
    const tensor = { data: arrays[name], ...(isBits || record.told === 'dims' ? { type } : {}) };
    if (record.told === 'dims') tensor.dims = shape;
    if (record.told === 'shape') tensor.shape = shape;
    inputs[name] =
      record.holder === 'array'
        ? arrays[name]
        : record.holder === 'proxy'
          ? new Proxy(tensor, {})
          : tensor;
  });

  // What is wrong with them.
  const lost = new Set();
  const { construction: made } = record;
  const call = {
    fn,
    inputs,
    options,
    construction: made && { ...made },
    lost,
    arrays,
    spans,
    blocks,
    record,
    thrown: undefined,
    losing: undefined,
  };
  if (ignoreIndex !== undefined && fn === 'Evaluator') call.construction.ignoreIndex = ignoreIndex;
  for (const { fault, name, by } of faults) {
    if (fault !== 'replace' && fault !== 'unknown') continue;
    const value = by in lostValues ? lostValues[by]() : oddValues[by]();
    if (by in lostValues) lost.add(value);
    if (fault === 'replace' && name === 'options') call.options = value;
    else if (signature.inputs.includes(name) && !(fault === 'unknown')) inputs[name] = value;
    else if (call.options === options) options[name] = value;
  }
  const loseAll = (gone, left = -1) => {
    for (const [other, { block }] of Object.entries(spans)) {
      if (block === gone && spans[other].end > left) lost.add(arrays[other]);
    }
  };
  for (const { fault, name } of faults) {
    const span = spans[name];
    if (span === undefined) continue;
    if (fault === 'detach') {
      loseAll(span.block);
      if (!span.block.lost) detach(span.block);
    } else if (fault === 'shrink' && arrays[name].byteLength > 0 && span.block.buffer.resizable) {
      loseAll(span.block, span.start);
      span.block.buffer.resize(span.start);
      span.block.lost = true;
    }
  }
  remember(blocks.filter(({ lost: gone }) => !gone));
  return call;
}

function detach(block) {
  structuredClone(block.buffer, { transfer: [block.buffer] });
  block.lost = true;
}

/** Whether an array of the record is an argument of the call. */
export function isPassed({ inputs, options, arrays, fn }, name) {
  const array = arrays[name];
  if (array === undefined) return false;
  const given = signatures[fn].inputs.includes(name) ? inputs[name] : options?.[name];
  return given === array || given?.data === array;
}

/** The options as they are passed: with getters, of a class, of another realm. `call.options` holds their values. */
export function passedOptions(call, library) {
  const { record, options } = call;
  if (
    typeof options !== 'object' ||
    options === null ||
    Array.isArray(options) ||
    ArrayBuffer.isView(options)
  )
    return options;
  let passed = options;
  if (record.memory === 'foreign')
    passed = foreignRealm().Object.assign(foreignRealm().Object.create(null), options);
  const getters = {};
  const getter = (name, get) => {
    getters[name] = { enumerable: true, configurable: true, get };
  };
  if (record.getters === 'calls' || record.getters === 'plain') {
    for (const [name, value] of Object.entries(options)) {
      getter(name, () => {
        if (record.getters === 'calls') callMeanwhile(library);
        return value;
      });
    }
  }
  for (const { fault, name, when } of record.faults) {
    if (fault === 'throw') {
      getter(name, () => {
        throw own;
      });
      call.thrown = own;
    }
    if (fault === 'lose' && isPassed(call, name) && call.arrays[name].byteLength > 0) {
      const value = options[when];
      const { block } = call.spans[name];
      call.losing = call.arrays[name];
      getter(when, () => {
        if (!block.lost) detach(block);
        return value;
      });
    }
  }
  if (Object.keys(getters).length > 0) passed = Object.defineProperties({ ...passed }, getters);
  if (record.getters === 'class') passed = Object.create(passed);
  if (record.getters === 'proxy') passed = new Proxy(passed, {});
  return passed;
}

const small = Float32Array.of(1, 2, 3, 4);
/** What a getter of the caller may do: calls of the package in the middle of a call. */
function callMeanwhile(library) {
  library.softmax(small);
  library.crossEntropyWithGradient(small, [1, 0], {
    shape: [2, 2],
    labelSmoothing: 0.1,
    zLoss: 0.5,
    upstream: 2,
    reduction: 'sum',
  });
}
