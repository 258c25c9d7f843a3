// One trial: every contender prepares it and shows its result, then all of them are timed in turns,
// so that a change of the machine's speed meets all.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from '../trials/elements.mjs';
import { elementCount, layoutOf } from '../trials/layout.mjs';
import { operations } from '../trials/operations.mjs';
import { referenceOf } from '../trials/reference.mjs';
import { disagreement } from './agreement.mjs';
import { labelOf } from './contenders.mjs';
import { busyMilliseconds, OthersLoad } from './load.mjs';
import { quartiles } from './summary.mjs';

/** Until JavaScript is compiled, processors are awake, and so on; long calls have had it by then. */
const WARM_UP_MS = 30;

/** A contender of long calls leaves the later rounds to the others when it has had so much time. */
const ENOUGH_MS = 1000;
const MIN_ROUNDS = 5;

/** What the contenders are sent for the inputs: no numbers, but where they are. */
const descriptions = (inputs) =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, { file, type, array }]) => [
      name,
      { file, type, length: array.length },
    ]),
  );

function expectedOf(trial, inputs) {
  const numbers = Object.fromEntries(
    Object.entries(inputs).map(([name, { type, array }]) => [name, decode(type, array)]),
  );
  return referenceOf(trial, numbers);
}

/** The array in a file; float16 and bfloat16 results have been widened. */
function readResult(file, type) {
  const { buffer, byteOffset, byteLength } = readFileSync(file);
  rmSync(file);
  const ArrayType = type === 'float64' ? Float64Array : Float32Array;
  return new ArrayType(buffer.slice(byteOffset, byteOffset + byteLength));
}

export class Measurement {
  #crew;
  #inputs;
  #folder;
  #rounds;
  #turnMs;
  #others = new OthersLoad();

  constructor({ crew, inputs, folder, rounds, turnMs }) {
    this.#crew = crew;
    this.#inputs = inputs;
    this.#folder = folder;
    this.#rounds = rounds;
    this.#turnMs = turnMs;
  }

  /** How many processors other programs kept busy while contenders of one thread were timed. */
  get othersBusy() {
    return this.#others.average;
  }

  /** Gets one contender ready; { child } or why it does not take part. */
  async #prepare(contender, trial, inputs, expected) {
    const child = await this.#crew.childFor(contender);
    if (!child) return { contender, absent: true };
    const { nanoseconds, cannot, crash } = await child.ask({
      prepare: { ...trial, pytorch: operations[trial.operation].pytorch },
      inputs: descriptions(inputs),
    });
    if (cannot ?? crash) return { contender, cannot, wrong: crash };
    const ready = { contender, child, isShort: nanoseconds < WARM_UP_MS * 1e6 };
    if (contender.engine === 'floors') return ready;
    const file = join(this.#folder, `result.${labelOf(contender)}`);
    const result = await child.ask({ check: file });
    const wrong =
      result.crash ?? disagreement({ ...result, array: readResult(file, result.type) }, expected);
    return wrong ? { contender, wrong } : ready;
  }

  /** A turn; what other processes used of the processor meanwhile is counted where it can be told. */
  async #turn({ child, contender }) {
    const before = busyMilliseconds();
    const start = performance.now();
    const { nanoseconds } = await child.ask({ turn: this.#turnMs });
    const elapsed = performance.now() - start;
    if (contender.threads === 1) this.#others.add(busyMilliseconds() - before - elapsed, elapsed);
    return { nanoseconds, elapsed };
  }

  async #timeInTurns(ready) {
    const times = ready.map(() => []);
    const spent = ready.map(() => 0);
    for (const { child, isShort } of ready) if (isShort) await child.ask({ turn: WARM_UP_MS });
    for (let round = 0; round < this.#rounds; round++) {
      for (const [i, contender] of ready.entries()) {
        if (spent[i] > ENOUGH_MS && round >= MIN_ROUNDS) continue;
        const { nanoseconds, elapsed } = await this.#turn(contender);
        spent[i] += elapsed;
        if (nanoseconds !== undefined) times[i].push(nanoseconds);
      }
    }
    return times;
  }

  /**
   * @returns {Promise<{ results: object[], left: object[] }>} - The quartiles of a call's
   *   nanoseconds over the rounds, by contender; and who could not take part, with the reason.
   */
  async run(trial, contenders) {
    const inputs = this.#inputs.of(trial);
    const expected = expectedOf(trial, inputs);
    const tried = await Promise.all(
      contenders.map((contender) => this.#prepare(contender, trial, inputs, expected)),
    );
    const ready = tried.filter(({ child }) => child);
    const times = await this.#timeInTurns(ready);
    await Promise.all(ready.map(({ child }) => child.ask({ forget: true })));
    const timed = ready.map(({ contender }, i) =>
      times[i].length > 0 ? { contender, times: times[i] } : { contender, wrong: 'it ended early' },
    );
    const left = [...tried.filter(({ child }) => !child), ...timed.filter(({ wrong }) => wrong)];
    return {
      results: timed.filter(({ wrong }) => !wrong).map(resultOf),
      left: left.filter(({ cannot, wrong }) => cannot ?? wrong).map(reasonOf),
    };
  }
}

const resultOf = ({ contender: { name, threads }, times }) => ({
  contender: name,
  threads,
  ...quartiles(times),
  rounds: times.length,
});

const reasonOf = ({ contender: { name, threads }, cannot, wrong }) => ({
  contender: name,
  threads,
  ...(wrong ? { wrong } : { cannot }),
});

/** The trial as it stands in the results. */
export const describe = (trial) => ({
  ...trial,
  rows: layoutOf(trial).rows,
  classes: layoutOf(trial).classes,
  elements: elementCount(trial),
});
