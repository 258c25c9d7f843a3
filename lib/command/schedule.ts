// The numbers that all threads share. END is where the chunks end that are still wanted, TURN the one whose
// results come next.
const [TAKEN, DONE, END, TURN] = [0, 1, 2, 3] as const;
const NUMBERS = 4;

// As long a thread that waits for its turn hears of nothing else.
const WAIT_MS = 5;

/** Which thread does which chunk: each takes the next one, so that a slow thread does fewer. */
export class Schedule {
  readonly chunks: number;
  readonly memory: Int32Array;

  /** @param memory - Of another thread's schedule of these chunks. Default: its own. */
  constructor(chunks: number, memory?: Int32Array) {
    this.chunks = chunks;
    this.memory = memory ?? new Int32Array(new SharedArrayBuffer(4 * NUMBERS));
    if (memory === undefined) this.memory[END] = chunks;
  }

  /** The next chunk; undefined where there is none, or none that is wanted. */
  take(): number | undefined {
    const chunk = Atomics.add(this.memory, TAKEN, 1);
    return this.isWanted(chunk) ? chunk : undefined;
  }

  finish(): void {
    Atomics.add(this.memory, DONE, 1);
  }

  /** The share of the chunks that are done. */
  get done(): number {
    return Atomics.load(this.memory, DONE) / this.chunks;
  }

  /** False behind a chunk that failed. Those before it are wanted: the first of all failures is the one to tell. */
  isWanted(chunk: number): boolean {
    return chunk < Atomics.load(this.memory, END);
  }

  /** Nothing from this chunk on is wanted. */
  fail(chunk: number): void {
    let end = Atomics.load(this.memory, END);
    while (chunk < end) end = Atomics.compareExchange(this.memory, END, end, chunk);
    Atomics.notify(this.memory, TURN);
  }

  /** Waits a while until all chunks before this one have passed the turn, and tells whether they have. */
  awaitTurn(chunk: number): boolean {
    const turn = Atomics.load(this.memory, TURN);
    if (turn !== chunk) Atomics.wait(this.memory, TURN, turn, WAIT_MS);
    return Atomics.load(this.memory, TURN) === chunk;
  }

  passTurn(): void {
    Atomics.add(this.memory, TURN, 1);
    Atomics.notify(this.memory, TURN);
  }
}
