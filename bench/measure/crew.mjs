// The contenders' processes.
import { Child } from './child.mjs';
import { labelOf } from './contenders.mjs';

export class Crew {
  #children = new Map();
  #versions = {};
  #missing = {};

  constructor() {
    process.once('exit', () => this.end());
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
      process.once(signal, () => process.exit(1));
  }

  async startAll(contenders) {
    const byLabel = new Map(contenders.map((contender) => [labelOf(contender), contender]));
    for (const contender of byLabel.values()) await this.#start(contender);
  }

  async #start(contender) {
    if (contender.name in this.#missing) return null;
    const { child, version, cannot } = await Child.start(contender);
    if (cannot !== undefined) {
      this.#missing[contender.name] = cannot;
      return null;
    }
    this.#children.set(labelOf(contender), child);
    this.#versions[contender.engine] = version;
    return child;
  }

  /** The process of a contender, a new one if it has ended; null if it could not be started. */
  async childFor(contender) {
    const child = this.#children.get(labelOf(contender));
    return child?.alive ? child : this.#start(contender);
  }

  /** The versions of the peers. */
  get versions() {
    const { logits, floors, ...peers } = this.#versions;
    return peers;
  }

  /** By contender: why it could not be started. */
  get missing() {
    return this.#missing;
  }

  end() {
    for (const child of this.#children.values()) child.end();
  }
}
