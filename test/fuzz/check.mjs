// One case from its record to the verdict.
import { build, isPassed } from './build.mjs';
import { run } from './call.mjs';
import { bytesOf, compare, isKnown } from './compare.mjs';
import { contractOf } from './contract.mjs';
import { referenceOf } from './reference/reference.mjs';
import { scoresOf, summaryOf } from './reference/score.mjs';
import { DETACHED, SHAPE } from './verdict.mjs';

function expectationOf(call) {
  let contract;
  try {
    contract = contractOf(call);
  } catch {
    // A revoked proxy: an error, whichever.
    contract = { codes: new Set(), isAny: true };
  }
  const { record } = call;
  for (const { fault, name } of record.faults) {
    // What a getter detaches was there when the contract was looked at.
    if (
      fault === 'lose' &&
      isOptions(call.options) &&
      isPassed(call, name) &&
      call.arrays[name].byteLength > 0
    ) {
      contract.codes.add(DETACHED).add(SHAPE);
    }
  }
  return contract;
}

const isOptions = (value) =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !ArrayBuffer.isView(value);

const numbersOf = { score: scoresOf, Evaluator: summaryOf };

/** The same case once more, on another instruction set and another number of threads: the same bytes. */
function checkTwin(record, bytes, { library, native }) {
  const { isa = record.isa } = record.twin;
  const options = { ...record.options };
  options.threads = record.twin.threads;
  const call = build({ ...record, options, memory: record.memory });
  native.selectIsa(isa);
  const outcome = run(call, library);
  if ('error' in outcome) return `${outcome.error.message} on ${isa}`;
  const others = bytesOf(record.fn, outcome.result);
  return others.equals(bytes) ? undefined : `other bytes on ${isa}, ${record.twin.threads} threads`;
}

/**
 * { wrong, outcome, kind }: what is wrong, in words, or undefined; 'result' or the error's code. `tamper` changes the
 * outcome, or the memory, before it is looked at: it is for the test of the fuzzer itself, and says whether it did.
 */
export function check(record, { library, native, statistics, tamper }) {
  const call = build(record);
  const contract = expectationOf(call);
  const { plan, codes } = contract;
  const expected =
    plan && codes.size === 0 ? (numbersOf[record.fn] ?? referenceOf)(plan) : undefined;
  native.selectIsa(record.isa);
  let outcome = run(call, library);
  if (tamper !== undefined) {
    if (plan !== undefined && isKnown(plan)) return { untouched: true };
    outcome = tamper({ call, contract, expected, outcome });
    if (outcome === undefined) return { untouched: true };
  }
  let wrong = compare({ call, contract, expected, outcome, library, statistics });
  if (
    wrong === undefined &&
    record.twin !== undefined &&
    'result' in outcome &&
    tamper === undefined
  ) {
    wrong = checkTwin(record, bytesOf(record.fn, outcome.result), { library, native });
  }
  const kind = 'result' in outcome ? 'result' : (outcome.error?.code ?? 'thrown by the caller');
  return { wrong, kind, outcome };
}
