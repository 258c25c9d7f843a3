// Cases that were chosen, and every one that was ever found to fail.
import { readdirSync, readFileSync } from 'node:fs';
import { wrongOf } from './case.mjs';

const folder = new URL('./corpus/', import.meta.url);

export function readCorpus() {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .flatMap((name) =>
      JSON.parse(readFileSync(new URL(name, folder), 'utf8')).map((one) => ({
        file: name,
        ...one,
      })),
    );
}

/** What a file of the corpus leaves out. */
const usual = {
  seed: 1,
  element: 'float32',
  scale: 'small',
  told: 'option',
  holder: 'array',
  memory: 'arena',
  kinds: {},
  options: {},
  faults: [],
};

export const complete = (record) => ({ ...usual, ...record });

/** Replays it from a case on, each on every instruction set: how many passed, and what is wrong with the others. */
export function replay(context, first, onCase) {
  let passed = 0;
  const failures = [];
  for (const [index, { file, about, record }] of readCorpus().entries()) {
    if (index < first) continue;
    onCase(index);
    // The scalar set takes long.
    const isLarge = record.shape.reduce((a, b) => a * b, 1) > 20_000;
    for (const isa of context.native.isas().slice(0, isLarge ? 1 : undefined)) {
      const { wrong } = wrongOf({ ...complete(record), isa }, context);
      if (wrong === undefined) passed++;
      else failures.push(`${file}, case ${index}, ${about}, on ${isa}: ${wrong}`);
    }
  }
  return { passed, failures };
}
