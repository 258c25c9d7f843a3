// Times one function in turns. tinybench and mitata do it as well, but a contender in Python must be
// timed by the same rules: pytorch.py has these lines again.

/** A sample is at least so long, or the clock would be measured with it. */
const SAMPLE_NS = 100_000;

/** The middle one of some numbers. */
function median(numbers) {
  const sorted = Float64Array.from(numbers).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const now = () => Number(process.hrtime.bigint());

export class Timer {
  #run;
  #calls = 1;
  #expected = 0;

  constructor(run) {
    this.#run = run;
  }

  /** Nanoseconds a call, from one sample. */
  async #sample() {
    const run = this.#run;
    const calls = this.#calls;
    const start = now();
    for (let i = 0; i < calls; i++) {
      const result = run();
      if (result instanceof Promise) await result;
    }
    return (now() - start) / calls;
  }

  /** Runs for about so many milliseconds, once at least; the median of a call in nanoseconds. */
  async turn(milliseconds) {
    const length = milliseconds * 1e6;
    // What lay in the caches belongs to another process by now; a call that alone fills the turn
    // has no use for them.
    if (this.#expected < length / 2) await this.#sample();
    const samples = [];
    const end = now() + length;
    do samples.push(await this.#sample());
    while (now() < end);
    this.#expected = median(samples);
    this.#calls = Math.ceil(SAMPLE_NS / this.#expected);
    return this.#expected;
  }
}
