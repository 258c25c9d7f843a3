// The arrays of the trials, as files that the contenders read: the same bytes for all of them.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { logits } from './arrays.mjs';
import { encode } from './elements.mjs';
import { elementCount, layoutOf } from './layout.mjs';
import { operations } from './operations.mjs';

export class Inputs {
  #folder;
  #largest;
  #logits = null;
  #files = new Set();

  /** The logits of a trial are the beginning of those of the largest. */
  constructor(folder, trials) {
    this.#folder = folder;
    this.#largest = Math.max(...trials.map(elementCount));
  }

  #write(name, make) {
    const file = join(this.#folder, name);
    if (!this.#files.has(name)) writeFileSync(file, make());
    this.#files.add(name);
    return file;
  }

  #logitsOf(trial) {
    this.#logits ??= logits(this.#largest);
    const array = encode(trial.element, this.#logits.slice(0, elementCount(trial)));
    const file = this.#write(`logits.${trial.element}`, () => encode(trial.element, this.#logits));
    return { array, file, type: trial.element };
  }

  /** By name: an array, the file that begins with it, and its type. */
  of(trial) {
    const count = elementCount(trial);
    const { classes } = layoutOf(trial);
    const inputs = { logits: this.#logitsOf(trial) };
    for (const [name, make] of Object.entries(operations[trial.operation].inputs ?? {})) {
      const array = make(count, classes);
      const type = array instanceof Int32Array ? 'int32' : 'float32';
      const file = this.#write(`${name}.${count}.${classes}.${type}`, () => array);
      inputs[name] = { array, file, type };
    }
    return inputs;
  }
}
