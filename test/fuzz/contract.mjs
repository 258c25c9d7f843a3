// What a call must come to, by the documentation: the codes of all errors that its arguments deserve (nobody promises
// which of several is told), or, if none, how its arrays are read.
import boundary from '../../dist/native/boundary.js';
import { axesOf, layoutOf } from './layout.mjs';
import { signatures } from './signatures.mjs';
import {
  DETACHED,
  EMPTY,
  MEMORY,
  nameOf,
  OVERLAP,
  RANGE,
  SHAPE,
  TYPE,
  VALUE,
  Verdict,
} from './verdict.mjs';

const elementTypes = ['float32', 'float64', 'float16', 'bfloat16'];
const indexTypes = 'Int8Array Uint8Array Int16Array Uint16Array Int32Array Uint32Array'.split(' ');
const bigTypes = ['BigInt64Array', 'BigUint64Array'];
const ownTypes = {
  Float32Array: 'float32',
  Float64Array: 'float64',
  Float16Array: 'float16',
  Uint16Array: 'bits',
};
const isFloats = (value) => ['Float32Array', 'Float64Array'].includes(nameOf(value));

const { limits } = boundary;
const MOST_CLASSES = 2 ** 32 - 2;
/** Results of more elements are more than any memory. */
const MOST_ELEMENTS = 2 ** 34;

/** A list of integers: typed arrays of them as a plain one. */
function listOf(verdict, value) {
  if (!/^(Big)?(Int|Uint)/.test(nameOf(value) ?? '')) return value;
  if (!verdict.lost.has(value)) return Array.from(value, Number);
  verdict.fail(DETACHED);
  return [];
}

const asList = (value) => (Array.isArray(value) ? value : [value]);

/** Plain numbers as the array that they are copied into; undefined, and a code, where they are none. */
function plainNumbers(verdict, list, type) {
  for (let i = 0; i < list.length; i++) {
    if (typeof list[i] === 'number') continue;
    verdict.fail(TYPE);
    return undefined;
  }
  return type.from(list);
}

/** What rows there are without a shape: as many as class indices, or of as many elements as an evaluator has classes. */
function inferredShape({ fn, inputs, given, elements, options }) {
  const { length } = elements.array;
  const isUnknown = given.shape === undefined && elements.told === undefined;
  const isLast = given.axis === undefined || given.axis === -1;
  if (!isUnknown || !isLast || given.rowStride !== undefined) return given.shape;
  const { targets } = inputs;
  const isIndices = Array.isArray(targets) || /^(Big)?(Int|Uint)/.test(nameOf(targets) ?? '');
  if (fn === 'Evaluator') {
    const { classes } = given.made;
    return length % classes === 0 && length !== classes ? [length / classes, classes] : undefined;
  }
  const takes = options.includes('ignoreIndex') || fn === 'binaryCrossEntropy';
  if (!takes || !isIndices || targets.length < 2) return undefined;
  const classes = length / targets.length;
  return Number.isInteger(classes) && classes > 1 ? [targets.length, classes] : undefined;
}

/** The array of an argument that may be a tensor, its element type and what it says of its shape. */
function readElements(verdict, value, dtype, lost) {
  const isTensor =
    nameOf(value) === undefined &&
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value);
  if (Array.isArray(value)) {
    if (dtype === 'float16' || dtype === 'bfloat16') {
      verdict.fail(VALUE);
      return undefined;
    }
    const element = dtype ?? 'float32';
    const array = plainNumbers(verdict, value, element === 'float64' ? Float64Array : Float32Array);
    return array && { array, element, told: undefined };
  }
  const array = isTensor ? value.data : value;
  const own = ownTypes[nameOf(array)];
  if (own === undefined) {
    verdict.fail(TYPE);
    return undefined;
  }
  if (lost.has(array)) {
    verdict.fail(DETACHED);
    return undefined;
  }
  let said = dtype;
  let fine = true;
  if (isTensor && value.type !== undefined && (own !== 'bits' || dtype === undefined)) {
    fine = verdict.word(value.type, elementTypes);
    if (fine && dtype !== undefined && dtype !== value.type) {
      verdict.fail(VALUE);
      fine = false;
    }
    said = value.type;
  }
  if (!fine) return undefined;
  if (own === 'bits' ? !['float16', 'bfloat16'].includes(said) : ![undefined, own].includes(said)) {
    verdict.fail(VALUE);
    return undefined;
  }
  const told = isTensor ? (value.dims === undefined ? value.shape : value.dims) : undefined;
  return { array, element: own === 'bits' ? said : own, told };
}

/** Dimensions, checked; undefined where they are none. */
function readShape(verdict, shape, elements) {
  if (shape === undefined) return [elements];
  const given = shape;
  shape = listOf(verdict, given);
  if (!Array.isArray(shape)) {
    verdict.fail(TYPE);
    return undefined;
  }
  if (!verdict.integers(shape, 0)) return undefined;
  return shape.length === 0 ? [1] : shape;
}

function readAxes(verdict, fn, axis, rank) {
  const several = fn === 'logSumExp' ? listOf(verdict, axis) : axis;
  const isList = fn === 'logSumExp' && Array.isArray(several);
  const list = isList ? several : [axis === undefined ? -1 : axis];
  let fine = verdict.integers(list);
  if (!fine) return undefined;
  for (const one of list) fine = verdict.integerFrom(one, -rank, rank - 1) && fine;
  if (!fine) return undefined;
  const axes = axesOf({ length: rank }, list);
  if (axes.length === 0 || new Set(axes).size < axes.length) {
    verdict.fail(VALUE);
    return undefined;
  }
  return axes;
}

/** The layout of an array of so many elements; undefined where it has none. */
function readLayout(verdict, shape, axes, rowStride, elements) {
  const product = shape.reduce((a, b) => a * b, 1);
  if (rowStride === undefined) {
    const layout = layoutOf(shape, axes);
    const { outer, classes, inner } = layout;
    // Sizes that are no integers any more are those of no array.
    const isSafe = outer <= Number.MAX_SAFE_INTEGER && classes * inner <= Number.MAX_SAFE_INTEGER;
    if (product !== elements || !isSafe) {
      verdict.fail(SHAPE);
      return undefined;
    }
    return layout;
  }
  const isLast = axes.every((axis, i) => axis === shape.length - axes.length + i);
  if (!isLast) verdict.fail(VALUE);
  if (!verdict.integer(rowStride) || !isLast) return undefined;
  const layout = layoutOf(shape, axes, rowStride);
  if (rowStride < layout.classes) {
    verdict.fail(VALUE);
    return undefined;
  }
  const [least, most] = lengthsOf(layout);
  if (!(elements >= least && elements <= most)) {
    verdict.fail(SHAPE);
    return undefined;
  }
  return layout;
}

/** How many elements an array of this layout may have: without and with the padding behind the last row. */
function lengthsOf({ rows, outer, inner, classes, stride }) {
  const most = outer * stride;
  return [rows === 0 ? 0 : most - stride + classes * inner, most];
}

function readIgnored(verdict, value) {
  if (value === undefined) return [-100];
  const several = listOf(verdict, value);
  const list = Array.isArray(several) ? several : [value];
  return verdict.integers(list) ? list : undefined;
}

/** Class indices: one a row, of any integer type. */
function readClasses(verdict, targets, layout, ignored, lost) {
  const isList = Array.isArray(targets);
  if (isList) {
    const areIntegers = verdict.integers(targets);
    if (layout !== undefined) verdict.length(targets, layout.rows);
    if (!areIntegers) return false;
  } else if (!verdict.array(targets, [...indexTypes, ...bigTypes], lost)) {
    if (isFloats(targets) && lost.has(targets)) verdict.fail(DETACHED);
    return false;
  }
  if (layout === undefined || ignored === undefined) return false;
  let fine = verdict.length(targets, layout.rows);
  if (!fine && !isList) return false;
  for (let row = 0; row < targets.length; row++) {
    const target = targets[row];
    const isClass = target >= 0 && target < layout.classes;
    // BigInts are compared as they are: what is beyond 2^53 equals no number.
    // biome-ignore lint/suspicious/noDoubleEquals: a BigInt is no number
    if (isClass || ignored.some((one) => one == target)) continue;
    verdict.fail(RANGE);
    verdict.target ??= { row, target };
    fine = false;
    break;
  }
  return fine;
}

function readLabels(verdict, targets, length, lost) {
  if (Array.isArray(targets)) {
    for (let i = 0; i < targets.length; i++) {
      if (typeof targets[i] !== 'number') verdict.fail(TYPE);
    }
  } else if (!verdict.array(targets, [...indexTypes, 'Float32Array', 'Float64Array'], lost)) return;
  if (length !== undefined) verdict.length(targets, length);
}

function readFactors(verdict, value, lengths, lost) {
  if (value === undefined) return;
  if (Array.isArray(value)) {
    if (plainNumbers(verdict, value, Float64Array) === undefined) return;
  } else if (!verdict.array(value, ['Float32Array', 'Float64Array'], lost)) return;
  if (lengths !== undefined && !lengths.includes(value.length)) verdict.fail(SHAPE);
}

const isSame = (a, b) =>
  nameOf(a) !== undefined &&
  nameOf(a) === nameOf(b) &&
  a.buffer === b.buffer &&
  a.byteOffset === b.byteOffset &&
  a.length === b.length;

function overlaps(a, b) {
  return (
    a.buffer === b.buffer &&
    a.byteLength > 0 &&
    b.byteLength > 0 &&
    a.byteOffset < b.byteOffset + b.byteLength &&
    b.byteOffset < a.byteOffset + a.byteLength
  );
}

/** An output: what it may be, and what it must not lie upon. */
function readOutput(verdict, value, context, name) {
  if (value === undefined) return undefined;
  const { element, arrays, layout, lost, signature, others } = context;
  const type = element === 'float64' ? 'Float64Array' : 'Float32Array';
  if (element === undefined) {
    // What type it must be is not known; a type that no result has is wrong all the same.
    verdict.array(value, ['Float32Array', 'Float64Array'], lost);
    return undefined;
  }
  if (!verdict.array(value, [type], lost) || layout === undefined) return undefined;
  const same = signature.inPlace[name].map((input) => arrays[input]);
  const upon = same.find((input) => input !== undefined && isSame(value, input));
  const perRow = signature.perRow.includes(name);
  const length = perRow ? layout.rows : layout.rows * layout.classes;
  if (upon === undefined && !verdict.length(value, length)) return undefined;
  for (const other of others) {
    if (nameOf(other) === undefined || other === value || lost.has(other)) continue;
    if (overlaps(value, other) && !(same.includes(other) && isSame(value, other))) {
      verdict.fail(OVERLAP);
    }
  }
  // The very same array as something it must not be.
  if (value.length > 0 && others.includes(value) && !same.includes(value)) verdict.fail(OVERLAP);
  return { array: value, stride: upon === undefined ? undefined : layout.stride };
}

const isObject = (value) => typeof value === 'object' && value !== null;

/** Options, each by its value; undefined where they are none. */
function readOptions(verdict, options, names) {
  if (options === undefined) return {};
  if (!isObject(options) || Array.isArray(options) || ArrayBuffer.isView(options)) {
    verdict.fail(TYPE);
    return undefined;
  }
  const values = {};
  for (const name of names) values[name] = options[name];
  for (const name in options) {
    if (!names.includes(name) && options[name] !== undefined) verdict.fail(VALUE);
  }
  return values;
}

const isPositive = (value) => value > 0 && value < Infinity;
const reductions = ['mean', 'sum', 'none'];

function readConstruction(verdict, given) {
  const { classes, top, calibrationBins, confusion, ignoreIndex, axis } = given;
  if (classes === undefined) verdict.fail(TYPE);
  else verdict.integerFrom(classes, 1, limits.scoredClasses);
  const ranks = top === undefined ? [] : asList(listOf(verdict, top));
  if (verdict.integers(ranks, 1)) {
    if (ranks.some((k) => k > limits.scoredClasses)) verdict.fail(VALUE);
  }
  verdict.integerFrom(calibrationBins, 1, limits.bins);
  verdict.boolean(confusion);
  readIgnored(verdict, ignoreIndex);
  if (axis !== undefined) verdict.integer(axis);
}

/**
 * { codes, target, plan }: the errors that the call deserves, what ERR_TARGET_OUT_OF_RANGE tells, and without any error
 * the plan: layout, elements, outputs, options. `call` has inputs by name, the options' values, and the arrays that
 * have lost their buffers.
 */
export function contractOf({ fn, inputs, options, construction, lost }) {
  const verdict = new Verdict();
  verdict.lost = lost;
  const signature = signatures[fn];
  let given = readOptions(verdict, options, signature.options);
  if (fn === 'Evaluator') {
    const made = construction === undefined ? undefined : construction;
    if (made === undefined) verdict.fail(TYPE);
    const read = made === undefined ? {} : readOptions(verdict, made, signature.construction);
    if (read !== undefined) readConstruction(verdict, read);
    if (read === undefined || verdict.codes.size > 0) return { codes: verdict.codes };
    given = given && { ...given, axis: read.axis, ignoreIndex: read.ignoreIndex, made: read };
  }
  if (given === undefined) return { codes: verdict.codes };

  // Numbers and words.
  verdict.integerFrom(given.threads, 1);
  const dtypeIsWord = verdict.word(given.dtype, elementTypes);
  verdict.number(given.temperature, isPositive);
  verdict.number(given.softcap, isPositive);
  verdict.number(given.labelSmoothing, (value) => value >= 0 && value <= 1);
  verdict.number(given.zLoss, (value) => value >= 0 && value < Infinity);
  verdict.word(given.emptyMean, ['nan', 'zero', 'throw']);
  verdict.word(given.ties, ['min', 'max', 'index']);
  verdict.boolean(given.rank);
  verdict.boolean(given.entropy);
  verdict.boolean(given.margin);
  if (given.top !== undefined) {
    const wanted = asList(listOf(verdict, given.top));
    const areRanks = verdict.integers(wanted, 1);
    if (areRanks && wanted.some((k) => k > limits.topClasses)) verdict.fail(VALUE);
    given.top = areRanks && wanted.length > 0 ? Math.max(...wanted) : undefined;
  }
  verdict.integerFrom(given.bytes, 0);
  const reduction = given.reduction ?? (given.reduction === undefined ? 'mean' : given.reduction);
  const isReduction = verdict.word(given.reduction, reductions);
  const fillsRows = !signature.options.includes('reduction') || reduction === 'none';
  if (isReduction && !fillsRows && given.out !== undefined) verdict.fail(VALUE);
  const ignored = readIgnored(verdict, given.ignoreIndex);

  // What is read along the rows.
  const arrays = {};
  const dtype = dtypeIsWord ? given.dtype : undefined;
  const [first, ...others] = signature.like;
  let elements;
  if (dtypeIsWord) elements = readElements(verdict, inputs[first], dtype, lost);
  let shape;
  let layout;
  if (elements !== undefined) {
    arrays[first] = elements.array;
    const known = { fn, inputs, given, elements, options: signature.options };
    const asked = inferredShape(known);
    const told = asked === undefined ? elements.told : asked;
    shape = readShape(verdict, told, elements.array.length);
    const axes = shape && readAxes(verdict, fn, given.axis, shape.length);
    if (axes) layout = readLayout(verdict, shape, axes, given.rowStride, elements.array.length);
    else if (given.rowStride !== undefined) verdict.integer(given.rowStride);
  } else {
    const known = given.shape === undefined ? [] : readShape(verdict, given.shape, 0);
    if (known && given.axis !== undefined && !Array.isArray(given.axis)) {
      verdict.integer(given.axis);
    }
    if (given.rowStride !== undefined) verdict.integer(given.rowStride);
  }
  for (const name of others) {
    if (!dtypeIsWord) continue;
    const wanted =
      Array.isArray(inputs[name]) && elements?.element === 'float64' ? 'float64' : dtype;
    const other = readElements(verdict, inputs[name], wanted, lost);
    if (other === undefined) continue;
    arrays[name] = other.array;
    if (elements === undefined) continue;
    if (other.element !== elements.element) {
      verdict.fail(TYPE);
      continue;
    }
    if (other.told !== undefined && shape !== undefined) {
      const own = readShape(verdict, other.told, other.array.length);
      if (own === undefined) continue;
      if (own.length !== shape.length || own.some((size, i) => size !== shape[i])) {
        verdict.fail(SHAPE);
      }
    }
    if (layout === undefined) continue;
    const [least, most] = lengthsOf(layout);
    if (other.array.length < least || other.array.length > most) verdict.fail(SHAPE);
  }
  if (layout && layout.classes > MOST_CLASSES) verdict.fail(SHAPE);
  const isScored = fn === 'score' || fn === 'Evaluator';
  if (layout && isScored && layout.classes > limits.scoredClasses) verdict.fail(SHAPE);
  if (fn === 'Evaluator' && layout && layout.classes !== given.made.classes) verdict.fail(SHAPE);

  // Targets and factors.
  const { targets } = inputs;
  const dense = layout && layout.rows * layout.classes;
  let isIndexed = false;
  if (signature.targets.includes('labels')) {
    readLabels(verdict, targets, dense, lost);
  } else if (signature.targets.includes('probabilities') && isFloats(targets)) {
    if (verdict.array(targets, ['Float32Array', 'Float64Array'], lost) && layout) {
      verdict.length(targets, dense);
    }
    if (ignored?.some((index) => index >= 0)) verdict.fail(VALUE);
  } else if (signature.targets.includes('classes') && !(fn === 'score' && targets === undefined)) {
    isIndexed = readClasses(verdict, targets, layout, ignored, lost);
  }
  const classes = layout?.classes;
  const perClass = layout && (fn === 'binaryCrossEntropy' ? [classes, dense] : [classes]);
  readFactors(verdict, given.weight, perClass, lost);
  if (typeof given.positiveWeight !== 'number') {
    readFactors(verdict, given.positiveWeight, layout && [classes], lost);
  }
  if (signature.options.includes('upstream')) {
    if (given.upstream === undefined || typeof given.upstream === 'number') {
      verdict.number(given.upstream, Number.isFinite);
    } else if (
      (Array.isArray(given.upstream) || isFloats(given.upstream)) &&
      isReduction &&
      reduction !== 'none'
    ) {
      verdict.fail(VALUE);
    } else {
      readFactors(verdict, given.upstream, layout && [layout.rows], lost);
    }
  }
  const ids = listOf(verdict, given.ids);
  if (given.ids !== undefined && nameOf(given.ids) !== 'Int32Array' && Array.isArray(ids)) {
    given.ids = verdict.integers(ids) ? ids : undefined;
  } else if (given.ids !== undefined && !verdict.array(given.ids, ['Int32Array'], lost)) {
    given.ids = undefined;
  }
  if (given.ids !== undefined && layout) {
    const { rows } = layout;
    if (rows === 0 ? given.ids.length > 0 : given.ids.length % rows !== 0) verdict.fail(SHAPE);
    else {
      const wrong = given.ids.findIndex((id) => id < 0 || id >= classes);
      if (wrong >= 0) {
        verdict.fail(RANGE);
        verdict.target ??= {
          row: Math.floor((wrong * rows) / given.ids.length),
          target: given.ids[wrong],
        };
      }
    }
  }

  // What is written.
  const read = [
    ...Object.values(arrays),
    targets,
    given.weight,
    given.positiveWeight,
    signature.options.includes('upstream') ? given.upstream : undefined,
  ].filter((value) => nameOf(value) !== undefined);
  const context = { element: elements?.element, arrays, layout, lost, signature, others: read };
  const outputs = {};
  if (signature.options.includes('out') && fillsRows && isReduction) {
    outputs.out = readOutput(verdict, given.out, context, 'out');
  }
  if (signature.options.includes('gradient')) {
    const withOut = fillsRows && nameOf(given.out) !== undefined ? [...read, given.out] : read;
    outputs.gradient = readOutput(
      verdict,
      given.gradient,
      { ...context, others: withOut },
      'gradient',
    );
    if (given.out !== undefined && given.out === given.gradient && given.out.length > 0) {
      if (fillsRows && isReduction) verdict.fail(OVERLAP);
    }
  }
  if (layout && verdict.codes.size === 0 && layout.rows > MOST_ELEMENTS) verdict.fail(MEMORY);

  // The mean of nothing.
  let empty = false;
  if (layout && ignored && signature.options.includes('emptyMean') && reduction === 'mean') {
    const { weight } = given;
    const counts = (target) =>
      !ignored.includes(Number(target)) && (!isFloats(weight) || weight[Number(target)] !== 0);
    if (isIndexed) empty = !Array.from(targets).some(counts);
    else if (isFloats(targets)) empty = layout.rows === 0;
    if (empty && given.emptyMean === 'throw') verdict.fail(EMPTY);
  }
  const { codes, target } = verdict;
  if (codes.size > 0) return { codes, target };
  return {
    codes,
    plan: {
      fn,
      layout,
      element: elements.element,
      arrays,
      targets,
      isIndexed,
      ignored,
      given,
      reduction: signature.options.includes('reduction') ? reduction : 'none',
      outputs,
      empty,
    },
  };
}
