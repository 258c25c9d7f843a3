// Whether what came of a call is what must have: the error or the numbers, and memory.

import { Integers } from './reference/score.mjs';
import { errorClasses, nameOf } from './verdict.mjs';

const MOST_FLOAT32 = (2 - 2 ** -24) * 2 ** 127;

/** How near a number is: 0 for exact, 1 for as far off as it may be, more for wrong; NaN where nothing is said. */
function distance(actual, value, off, isSingle) {
  if (!(off < Infinity)) return NaN;
  if (Number.isNaN(value)) return Number.isNaN(actual) ? 0 : Infinity;
  if (actual === value) return 0;
  const error = Math.abs(actual - value);
  if (isSingle && Math.abs(value) + off >= MOST_FLOAT32 && Math.abs(actual) === Infinity) {
    return Math.abs(value) <= off || Math.sign(actual) === Math.sign(value) ? 0 : Infinity;
  }
  if (!(error < Infinity)) return Infinity;
  return off > 0 ? error / off : Infinity;
}

/** What was compared: how many numbers, and the worst of each quantity in units of what is allowed. */
export class Statistics {
  compared = 0;
  unsaid = 0;
  known = 0;
  worst = new Map();

  note(quantity, ratio, about) {
    const known = this.worst.get(quantity);
    if (known === undefined || ratio > known.ratio) this.worst.set(quantity, { ratio, about });
  }
}

/** Compares numbers; a dense index becomes that of an array whose rows may be padded. */
function compareFloats(expected, actual, { isSingle, width, stride, quantity }, statistics) {
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const at = stride === width ? i : i + Math.floor(i / width) * (stride - width);
    const far = distance(actual[at], expected.value[i], expected.off[i], isSingle);
    if (Number.isNaN(far)) {
      statistics.unsaid++;
      continue;
    }
    statistics.compared++;
    if (far > worst) worst = far;
    if (far > 1) {
      return `${expected.name}[${i}] is ${actual[at]}, not ${expected.value[i]} within ${expected.off[i]} (${far.toFixed(3)} times too far)`;
    }
  }
  statistics.note(quantity, worst);
  return undefined;
}

function compareIntegers(expected, actual, statistics) {
  for (let i = 0; i < expected.length; i++) {
    statistics.compared++;
    if (!(actual[i] >= expected.least[i] && actual[i] <= expected.most[i])) {
      return `${expected.name}[${i}] is ${actual[i]}, not ${expected.least[i]} to ${expected.most[i]}`;
    }
  }
  return undefined;
}

/** A result array: its type, its length, and that it is the caller's where the caller gave one. */
function checkArray(name, array, type, length, given) {
  if (given !== undefined && array !== given) return `${name} is not the array that was given`;
  if (nameOf(array) !== type) return `${name} is no ${type}`;
  if (array.length !== length) return `${name} has ${array.length} elements, not ${length}`;
  return undefined;
}

/** The parts of a result by the reference's names. */
export function partsOf(fn, result) {
  if (fn === 'score') {
    const { top, ...rest } = result;
    return { ...rest, indices: top?.indices, topLogProbs: top?.logProbs, k: top?.k };
  }
  if (fn === 'crossEntropyWithGradient') {
    const { loss, gradient } = result;
    return typeof loss === 'number' ? { total: loss, gradient } : { out: loss, gradient };
  }
  return typeof result === 'number' ? { total: result } : { out: result };
}

function compareNumbers(plan, expected, result, statistics) {
  const isDouble = plan.element === 'float64';
  const type = isDouble ? 'Float64Array' : 'Float32Array';
  const parts = partsOf(plan.fn, result);
  const { classes, inner, stride } = plan.layout;
  const width = classes * inner;
  const quantity = (name) =>
    `${plan.fn}.${name} of ${isDouble ? 'float64' : 'float32'}${isTransformed(plan) ? ', transformed' : ''}`;
  for (const one of expected) {
    const actual = parts[one.name];
    if (actual === undefined) return `there is no ${one.name}`;
    let wrong;
    if (one.name === 'total') {
      if (typeof actual !== 'number') return 'the result is no number';
      wrong = compareFloats(
        one,
        [actual],
        { width: 1, stride: 1, quantity: quantity(one.name) },
        statistics,
      );
    } else {
      const output = plan.outputs[one.name];
      const upon = output?.stride !== undefined && output.stride !== width;
      const length = upon ? output.array.length : one.length;
      wrong =
        checkArray(one.name, actual, type, length, output?.array) ??
        compareFloats(
          one,
          actual,
          {
            isSingle: !isDouble,
            width,
            stride: upon ? stride : width,
            quantity: quantity(one.name),
          },
          statistics,
        );
    }
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

const isTransformed = ({ given: { temperature = 1, softcap = 0 } }) =>
  temperature !== 1 || softcap > 0;

function compareScores(plan, expected, result, statistics) {
  const isDouble = plan.element === 'float64';
  const type = isDouble ? 'Float64Array' : 'Float32Array';
  const parts = partsOf('score', result);
  for (const [name, count] of Object.entries(expected.counts)) {
    if (parts[name] !== count) return `${name} is ${parts[name]}, not ${count}`;
  }
  if (parts.k !== expected.k) return `k is ${parts.k}, not ${expected.k}`;
  for (const [name, one] of Object.entries(expected)) {
    if (name === 'counts' || name === 'k') continue;
    const actual = parts[name];
    if (one === undefined) {
      if (actual !== undefined) return `there are ${name}`;
      continue;
    }
    const isInteger = one instanceof Integers;
    const quantity = `score.${name} of ${isDouble ? 'float64' : 'float32'}${isTransformed(plan) ? ', transformed' : ''}`;
    const wrong =
      checkArray(name, actual, isInteger ? 'Int32Array' : type, one.length) ??
      (isInteger
        ? compareIntegers(one, actual, statistics)
        : compareFloats(
            one,
            actual,
            { isSingle: !isDouble, width: 1, stride: 1, quantity },
            statistics,
          ));
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function compareSummary(plan, expected, call, library, statistics) {
  const { evaluator } = call;
  const actual = evaluator.summary();
  for (const [name, one] of Object.entries(expected.summary)) {
    statistics.compared++;
    const { value, off } = typeof one === 'object' ? one : { value: one, off: 0 };
    const far = distance(actual[name], value, off, false);
    if (far > 1) return `${name} is ${actual[name]}, not ${value} within ${off}`;
    if (!Number.isNaN(far))
      statistics.note(
        `Evaluator.${name} of ${plan.element === 'float64' ? 'float64' : 'float32'}`,
        far,
      );
  }
  const n = expected.summary.rows;
  if (!expected.blurred) {
    for (const [i, k] of expected.top.entries()) {
      const share = expected.hits[i] / n;
      if (!Object.is(actual.accuracy[k], share))
        return `accuracy[${k}] is ${actual.accuracy[k]}, not ${share}`;
    }
  }
  for (const [i, { count, right, confidence }] of (expected.bins ?? []).entries()) {
    const bin = actual.calibration.bins[i];
    const isRight = bin.count === count && Object.is(bin.accuracy, right / count);
    const far = Math.abs(bin.confidence * count - confidence);
    if (!isRight || far > 1e-6 * count)
      return `calibration bin ${i} is ${JSON.stringify(bin)}, not of ${count}, ${right}, ${confidence}`;
  }
  if (expected.confusion && String(evaluator.confusion()) !== String(expected.confusion.flat()))
    return 'the confusion matrix is another one';
  // There and back, and with itself once more: it takes long.
  if (call.record.seed % 4 > 0) return undefined;
  const state = JSON.stringify(evaluator);
  const again = library.Evaluator.fromJSON(JSON.parse(state));
  if (JSON.stringify(again) !== state) return 'the state is another one after JSON';
  const twice = again.merge(evaluator).summary();
  for (const name of ['loss', 'meanEntropy', 'brier']) {
    if (!Object.is(twice[name], actual[name]))
      return `${name} of two equal halves is ${twice[name]}, not ${actual[name]}`;
  }
  if (twice.rows !== 2 * n || JSON.stringify(evaluator) !== state)
    return 'a merge has changed what it must not';
  return undefined;
}

/** Where a result may have been written: ranges of bytes by block, in order. */
function writtenRanges(call, plan) {
  const byBlock = new Map(call.blocks.map((block) => [block, []]));
  if (plan === undefined) return byBlock;
  const { classes, inner, outer } = plan.layout;
  for (const [name, output] of Object.entries(plan.outputs)) {
    if (output === undefined) continue;
    const { array, stride } = output;
    const span = call.spans[name];
    if (span === undefined) continue;
    const ranges = byBlock.get(span.block);
    const size = array.BYTES_PER_ELEMENT;
    const first = array.byteOffset;
    if (stride === undefined || stride === classes * inner)
      ranges.push([first, first + array.length * size]);
    else {
      for (let o = 0; o < outer; o++) {
        const at = first + o * stride * size;
        ranges.push([at, at + classes * inner * size]);
      }
    }
  }
  for (const ranges of byBlock.values()) ranges.sort((a, b) => a[0] - b[0]);
  return byBlock;
}

function whatWasWritten(call, plan) {
  for (const [block, ranges] of writtenRanges(call, plan)) {
    const at = block.changed(ranges);
    if (at < 0) continue;
    const near = Object.entries(call.spans).filter(([, span]) => span.block === block);
    const inside = near.find(([, { start, end }]) => at >= start && at < end)?.[0] ?? 'the guards';
    return `byte ${at} of ${inside} was written`;
  }
  return undefined;
}

function compareError(call, codes, target, error) {
  if (call.thrown !== undefined && error === call.thrown) return undefined;
  if (!(error instanceof Error)) return `${String(error)} was thrown`;
  const { code } = error;
  if (!codes.has(code)) {
    const wanted = codes.size === 0 ? 'a result' : [...codes].join(' or ');
    return `${error.name} ${code}, not ${wanted}: ${error.message}`;
  }
  const className = errorClasses[code];
  if (Object.getPrototypeOf(error) !== globalThis[className].prototype)
    return `${code} is no ${className}`;
  if (!/^[A-Za-z.]+: .+/s.test(error.message) || typeof error.argument !== 'string')
    return `the words of ${code}: ${error.message}`;
  if (code === 'ERR_TARGET_OUT_OF_RANGE' && target !== undefined) {
    // An id and a target may both be wrong.
    const fits = error.row === target.row && error.target === target.target;
    if (!fits && !error.argument.startsWith('ids'))
      return `row ${error.row}, target ${error.target}, not ${target.row}, ${target.target}`;
  }
  return undefined;
}

/**
 * Known: at temperatures and soft caps beyond these, quotients and products on the way to the result lose digits below
 * float64's normal numbers, or leave it above.
 */
export const isKnown = ({ given: { temperature = 1, softcap = 1 } }) =>
  [temperature, softcap].some((value) => value < 2 ** -900 || value > 2 ** 900);

/** What is wrong with the outcome of a call, in words; undefined for nothing. */
export function compare({ call, contract, expected, outcome, library, statistics }) {
  const { codes, target, plan, isAny } = contract;
  const mayFail = codes.size > 0 || call.thrown !== undefined;
  if ('error' in outcome) {
    if (isAny) return whatWasWritten(call, undefined);
    return (
      compareError(call, codes, target, outcome.error) ??
      whatWasWritten(call, undefined) ??
      evaluatorChanged(call)
    );
  }
  if (mayFail || isAny)
    return `a result, not ${[...codes].join(' or ') || 'the error of a getter'}`;
  if (isKnown(plan)) {
    statistics.known++;
    return whatWasWritten(call, plan);
  }
  if (call.fn === 'Evaluator') {
    if (outcome.result !== call.evaluator) return 'update does not give the evaluator';
    return compareSummary(plan, expected, call, library, statistics) ?? whatWasWritten(call, plan);
  }
  const compareAll = call.fn === 'score' ? compareScores : compareNumbers;
  return compareAll(plan, expected, outcome.result, statistics) ?? whatWasWritten(call, plan);
}

function evaluatorChanged({ evaluator, stateBefore }) {
  if (evaluator === undefined || JSON.stringify(evaluator) === stateBefore) return undefined;
  return 'the evaluator has changed';
}

/** All bytes of a result, padding and all. */
export function bytesOf(fn, result) {
  if (fn === 'Evaluator') return Buffer.from(JSON.stringify(result));
  return Buffer.concat(
    Object.entries(partsOf(fn, result)).map(([name, part]) => {
      if (part === undefined) return Buffer.from(`no ${name}`);
      if (typeof part === 'number') return Buffer.from(new Float64Array([part]).buffer);
      const { buffer } = withOneNaN(part);
      return Buffer.from(buffer);
    }),
  );
}

/** A copy. Known: the sign of a NaN in a gradient that infinite factors make is the processor's. */
function withOneNaN(array) {
  const copy = array.slice();
  for (let i = 0; i < copy.length; i++) if (Number.isNaN(copy[i])) copy[i] = NaN;
  return copy;
}
