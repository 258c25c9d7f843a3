// Whether the fuzzer sees what is wrong: outcomes that are tampered with, and a package with mistakes.
import { check } from './check.mjs';
import { partsOf, Statistics } from './compare.mjs';
import { draw } from './draw.mjs';
import { functionNames, signatures } from './signatures.mjs';

const SEED = 20_077;

/** Changes the outcome or its memory; undefined where there is nothing that it could change. */
const tampers = {
  'a byte before an array': ({ call, outcome }) => flip(call, outcome, ({ start }) => start - 1),
  'a byte behind an array': ({ call, outcome }) => flip(call, outcome, ({ end }) => end),
  'a byte of an input': ({ call, contract, outcome }) => {
    const written = Object.entries(contract.plan?.outputs ?? {})
      .map(([name]) => call.spans[name])
      .filter(Boolean);
    const names = ['weight', 'targets', 'ids', ...signatures[call.fn].like].filter((name) => {
      const span = call.spans[name];
      return (
        span &&
        span.end > span.start &&
        !written.some(
          (one) => one.block === span.block && one.start < span.end && span.start < one.end,
        )
      );
    });
    return names.length === 0
      ? undefined
      : flip(
          { ...call, spans: { [names[0]]: call.spans[names[0]] } },
          outcome,
          ({ start }) => start,
        );
  },
  'an output, after an error': ({ call, outcome }) => {
    const name = ['out', 'gradient'].find((one) => call.spans[one]?.end > call.spans[one]?.start);
    if (name === undefined || !('error' in outcome)) return undefined;
    return flip({ ...call, spans: { [name]: call.spans[name] } }, outcome, ({ end }) => end - 1);
  },
  'another code': ({ outcome }) => {
    if (outcome.error?.code === undefined) return undefined;
    const codes = ['ERR_INVALID_ARG_TYPE', 'ERR_BUFFER_OVERLAP'];
    const code = codes.find((one) => one !== outcome.error.code);
    return {
      error: Object.assign(
        new (code.endsWith('TYPE') ? TypeError : RangeError)(outcome.error.message),
        { code: `${code}X` },
      ),
    };
  },
  'another class': ({ outcome }) => {
    const { error } = outcome;
    return error?.code === undefined
      ? undefined
      : { error: Object.assign(new Error(error.message), { code: error.code }) };
  },
  'other words': ({ outcome }) => {
    const { error } = outcome;
    return error?.code === undefined
      ? undefined
      : {
          error: Object.assign(Object.create(Object.getPrototypeOf(error)), {
            message: 'wrong',
            code: error.code,
          }),
        };
  },
  'no error': ({ outcome }) => ('error' in outcome ? { result: 0 } : undefined),
  'an error': ({ outcome }) =>
    'error' in outcome
      ? undefined
      : {
          error: Object.assign(new RangeError('f: x is z, not y'), {
            argument: 'x',
            code: 'ERR_SHAPE_MISMATCH',
          }),
        },
  'another array': ({ call, outcome }) =>
    call.spans.out && ArrayBuffer.isView(outcome.result) && outcome.result.length > 0
      ? { result: outcome.result.slice() }
      : undefined,
  'a number in a thousand': (all) => tamperNumber(all, (value) => value * 1.001),
  'a number more': (all) => tamperNumber(all, (value) => (!Number.isNaN(value) ? NaN : value)),
  'no NaN': (all) => tamperNumber(all, (value) => (Number.isNaN(value) ? 0 : value), true),
  'a class more': ({ call, outcome }) => {
    if (call.fn !== 'score' || !('result' in outcome) || outcome.result.rows === 0 || isVague(call))
      return undefined;
    outcome.result.predictions[0]++;
    return outcome;
  },
  'a rank less': ({ call, outcome }) => {
    if (call.fn !== 'score' || !outcome.result?.ranks?.length || isVague(call)) return undefined;
    outcome.result.ranks[0]--;
    return outcome;
  },
};

function flip(call, outcome, at) {
  for (const span of Object.values(call.spans)) {
    const place = at(span);
    if (span.block.lost || place < 0 || place >= span.block.used) continue;
    span.block.bytes[place] ^= 0x55;
    return outcome;
  }
  return undefined;
}

/** Calls of which little is said. */
const isVague = ({ options }) =>
  options?.softcap !== undefined || options?.temperature < 2 ** -1022;

/** Changes the largest number that something is said about; where `isNone`, one that is none. */
function tamperNumber({ call, expected, outcome }, change, isNone = false) {
  if (!Array.isArray(expected) || !('result' in outcome) || isVague(call)) return undefined;
  const parts = partsOf(call.fn, outcome.result);
  for (const { name, value, off, length } of expected) {
    let at = -1;
    for (let i = 0; i < length; i++) {
      if (isNone) {
        if (Number.isNaN(value[i]) && off[i] === 0) at = i;
      } else if (Math.abs(value[i]) < 1e30 && Math.abs(value[i]) > 1e-30 && !Number.isNaN(off[i])) {
        if (at < 0 || Math.abs(value[i]) > Math.abs(value[at])) at = i;
      }
    }
    if (at < 0) continue;
    if (name === 'total')
      return {
        result:
          call.fn === 'crossEntropyWithGradient'
            ? { ...outcome.result, loss: change(parts.total) }
            : change(parts.total),
      };
    if (parts[name].length !== length) continue;
    parts[name][at] = change(parts[name][at]);
    return outcome;
  }
  return undefined;
}

/** The package, with every call of a function changed. */
function changed(library, change) {
  const copy = { Evaluator: library.Evaluator };
  for (const name of functionNames) {
    if (name === 'Evaluator') continue;
    copy[name] = (...given) => change(library[name], name, given);
  }
  return copy;
}

const forgotten =
  'shape axis rowStride temperature softcap reduction weight positiveWeight ignoreIndex labelSmoothing zLoss emptyMean upstream ties margin entropy rank top ids out gradient'.split(
    ' ',
  );

/** Mistakes that a package could have. */
const mistakes = {
  ...Object.fromEntries(
    forgotten.map((option) => [
      `forgets ${option}`,
      (run, _, given) => {
        const options = given.at(-1);
        if (typeof options !== 'object' || options === null || !(option in options))
          return run(...given);
        const { [option]: _value, ...rest } = options;
        return run(...given.slice(0, -1), rest);
      },
    ]),
  ),
  'takes unknown options': (run, name, given) => {
    const options = given.at(-1);
    const known = signatures[name].options;
    if (typeof options !== 'object' || options === null) return run(...given);
    return run(
      ...given.slice(0, -1),
      Object.fromEntries(Object.entries(options).filter(([key]) => known.includes(key))),
    );
  },
  ...Object.fromEntries(
    functionNames
      .filter((name) => String(signatures[name].outputs) === 'out')
      .map((name) => [
        `${name} is off by a millionth`,
        (run, called, given) => {
          const result = run(...given);
          if (called !== name) return result;
          if (typeof result === 'number') return result * (1 + 1e-6);
          for (let i = 0; i < result.length; i++) result[i] *= 1 + 1e-6;
          return result;
        },
      ]),
  ),
  'writes behind its result': (run, _, given) => {
    const result = run(...given);
    const { buffer, byteOffset, byteLength } = result;
    if (byteLength > 0 && byteOffset + byteLength < buffer.byteLength)
      new Uint8Array(buffer)[byteOffset + byteLength] ^= 1;
    return result;
  },
};

/** { passed, failed } with a line for each that is not seen. */
export function selfTest(context, log) {
  const { native } = context;
  const isas = native.isas();
  let passed = 0;
  let failed = 0;
  const verdict = (isSeen, name, counts) => {
    if (isSeen) passed++;
    else failed++;
    if (!isSeen) log(`not seen: ${name}: ${counts}`);
  };
  for (const [name, tamper] of Object.entries(tampers)) {
    let tried = 0;
    let seen = 0;
    for (let index = 0; index < 2000 && tried < 60; index++) {
      const record = draw(SEED, index, { isas });
      if (record.scale !== 'small') continue;
      const { wrong, untouched } = check(
        { ...record, memory: 'arena' },
        { ...context, statistics: new Statistics(), tamper },
      );
      if (untouched) continue;
      tried++;
      if (wrong !== undefined) seen++;
    }
    // A number may be little beside what it is computed from.
    const least = name === 'a number in a thousand' ? 0.9 * tried : tried;
    verdict(tried >= 20 && seen >= least, name, `${seen} of ${tried}`);
  }
  for (const [name, change] of Object.entries(mistakes)) {
    let seen = false;
    for (let index = 0; index < 1500 && !seen; index++) {
      const record = draw(SEED, index, { isas });
      if (record.scale !== 'small') continue;
      const plain = { ...record, memory: 'arena', getters: undefined };
      seen =
        check(plain, {
          ...context,
          library: changed(context.library, change),
          statistics: new Statistics(),
        }).wrong !== undefined;
    }
    verdict(seen, name, 'in no draw');
  }
  return { passed, failed };
}
