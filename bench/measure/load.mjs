// What else the machine was doing.
import { cpus } from 'node:os';

/** So many processors busy with other work are likely to disturb a run. */
export const BUSY = 0.1;

/** The time that all processors together have been busy. */
export function busyMilliseconds() {
  let busy = 0;
  for (const { times } of cpus()) busy += times.user + times.nice + times.sys + times.irq;
  return busy;
}

/** Processors kept busy by others, from many short intervals: the system counts in steps of 10 ms. */
export class OthersLoad {
  #busy = 0;
  #elapsed = 0;

  add(busy, elapsed) {
    this.#busy += busy;
    this.#elapsed += elapsed;
  }

  get average() {
    return Number(Math.max(0, this.#busy / this.#elapsed || 0).toFixed(2));
  }
}
