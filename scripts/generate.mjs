#!/usr/bin/env node
// Writes what follows from other files: lib/native/boundary.ts from native/boundary.def, whose comments say what the rows
// mean, and the lists of all operations, from the files of lib/operations/ and native/kernels/operations/. With --check it
// compares instead.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const source = readFileSync(join(root, 'native', 'boundary.def'), 'utf8');

/** The rows in their order: { macro, names }. */
const rows = [...source.replaceAll(/^#.*$|\/\/.*$/gm, '').matchAll(/([A-Z_]+)\(([^)]*)\)/g)].map(
  ([, macro, names]) => ({ macro, names: names.split(',').map((name) => name.trim()) }),
);
const of = (macro) => rows.filter((row) => row.macro === macro).map(({ names }) => names);

/** FNV-1a of 64 bits over all rows without white space, as native/boundary.h computes it. */
function hash() {
  const text = rows.map(({ macro, names }) => `${macro}(${names.join(',')})`).join('');
  let value = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(text)) {
    value = BigInt.asUintN(64, (value ^ BigInt(byte)) * 0x100000001b3n);
  }
  return value.toString(16).padStart(16, '0');
}

const lower = (name) => name[0].toLowerCase() + name.slice(1);
const numbered = (names) =>
  `{ ${names.map((name, i) => `${name.replace(/_$/, '')}: ${i}`).join(', ')} }`;
const quoted = (names) => `[${names.map((name) => `'${name}'`).join(', ')}]`;
const lines = (items) => items.map((item) => `  ${item},\n`).join('');

/** Arguments that are read, and those of results; the others are both, or few calls have them. */
const inputs = ['logits', 'otherLogits', 'probabilities', 'logProbabilities', 'targets'];
const outputs =
  'out gradient logSumExp predictions maxLogProbs logProbs ranks entropies margins topIndices topLogProbs idLogProbs losses'.split(
    ' ',
  );
const wayOf = (arg) => (inputs.includes(arg) ? 'copy' : outputs.includes(arg) ? 'place' : 'pass');

const operation = ([name, ...args]) => {
  const call = (way, arg) => `${way}(${args.indexOf(arg) + 1}, a.${arg})`;
  const passed = args.map((arg) => call(wayOf(arg), arg));
  const moved = args
    .filter((arg) => outputs.includes(arg))
    .map((arg) => `move(${args.indexOf(arg) + 1}, a.${arg}, false);`);
  const isUsed = (way) => args.some((arg) => wayOf(arg) === way);
  const ways = ['pass', 'copy', 'place'].map((way) => `${isUsed(way) ? '' : '_'}${way}: Pass`);
  return `${name}: { arguments: ${quoted(args)}, enter: (to: Side, block: ArrayBuffer, a: Arrays, ${ways.join(', ')}) => to.${name}(block, ${passed.join(', ')}), leave: (a: Arrays, move: Move) => { ${moved.join(' ')} } }`;
};

/** The types of the other functions' arguments and, where they are not void, results. */
const types = {
  name: 'string',
  threads: 'number',
  wake: '() => void',
  id: 'number',
  x: 'Float32Array',
  out: 'Float32Array',
  exponent: 'number',
  bytes: 'number',
};
const results = {
  isas: 'string[]',
  isa: 'string',
  selectIsa: 'boolean',
  threads: 'number',
  advance: 'boolean',
  readSum: 'number',
};
const signature = ([name, ...args]) =>
  `${name}(${args.map((arg) => `${arg}: ${types[arg]}`).join(', ')}): ${results[name] ?? 'void'};`;
const functions = of('FUNCTION').map((names) => names.filter((name) => name !== ''));

const [, ...passing] = of('WORDS').find(([type]) => type === 'Passing');

const boundary = `// Generated from native/boundary.def by scripts/generate.mjs: change that file, then run the script.

/** Of native/boundary.def: the addon must have the same. */
export const boundaryHash = '${hash()}';

/** The places of a call's numbers: constants in the compiled code, since reading them from an object took 40 ns a call. */
export const enum At { ${of('NUMBER')
  .flat()
  .map((name, i) => `${name} = ${i}`)
  .join(', ')} }
export const numberNames = ${quoted(of('NUMBER').flat())} as const;
/** The most arguments of a function, the block among them. */
export const mostArguments = ${Math.max(...of('OPERATION').map((names) => names.length))};

export const enum Passing { ${passing.map((word, i) => `${word} = ${i}`).join(', ')} }

${of('WORDS')
  .filter(([type]) => type !== 'Passing')
  .map(([type, ...words]) => `export const ${lower(type)}Codes = ${numbered(words)} as const;\n`)
  .join('')}
export const limits = { ${of('LIMIT')
  .map(([name, value]) => `${name}: ${value}`)
  .join(', ')} } as const;

/** Arrays by the names of their arguments; null where there is none. */
type Arrays<Name extends string = string> = { readonly [N in Name]: ArrayBufferView | null };
/** Notes how an argument is passed, and returns what is to be passed in its place. */
type Pass = (argument: number, array: ArrayBufferView | null | undefined) => unknown;
type Move = (argument: number, array: ArrayBufferView | null | undefined, isIn: boolean) => void;

/** The functions that compute, of either side: those that return a result and those that return its promise. */
export type OperationName = ${of('OPERATION')
  .map(([name]) => `'${name}'`)
  .join(' | ')};
export type Side = { readonly [Name in OperationName]: (...args: readonly unknown[]) => unknown };

/** Each with the names of its arguments and what passes them on in their order. */
export const operations = {
${lines(of('OPERATION').map(operation))}} as const;

export type Operation = (typeof operations)[OperationName];
export type ArgumentsOf<O extends Operation> = Arrays<O['arguments'][number]>;

/** All other functions of the addon. */
export interface Functions {
${functions.map((names) => `  ${signature(names)}\n`).join('')}}

/** An evaluator's counts: numbers, then parts, each of one element for each item of what it names. */
export const counts = ${numbered(of('COUNTS').flat())} as const;
export const countParts = { ${of('PART')
  .map(([name, items]) => `${name}: '${items}'`)
  .join(', ')} } as const;
/** An evaluator's exact sums, before those of the bins. */
export const sums = ${numbered(of('SUMS').flat())} as const;
export const exactSum = { ${of('EXACT_SUM')
  .map(([name, value]) => `${name}: ${value}`)
  .join(', ')} } as const;

/** What native functions throw, by their codes. */
export const nativeErrors = [
${lines(of('ERROR').map(([kind, code]) => `{ kind: '${kind}', code: '${code}' }`))}] as const;
`;

/** The functions of lib/operations/ that have a promise of the name `...Async`, with the types that stand beside them. */
function listsOfOperations() {
  const generated = ['index.ts', 'promises.ts'];
  const head = '// Generated from the files of this folder by scripts/generate.mjs.\n\n';
  const lists = { index: head, promises: head };
  const folder = join(root, 'lib', 'operations');
  for (const file of readdirSync(folder)
    .filter((name) => !generated.includes(name))
    .sort()) {
    const text = readFileSync(join(folder, file), 'utf8');
    const namesOf = (pattern) => [...new Set([...text.matchAll(pattern)].map(([, name]) => name))];
    const functions = namesOf(/^export function (\w+)Async\b/gm);
    const types = namesOf(/^export (?:interface|type) (\w+)/gm).map((name) => `type ${name}`);
    const from = `from './${file.replace('.ts', '.js')}';\n`;
    lists.index += `export { ${[...types, ...functions].join(', ')} } ${from}`;
    lists.promises += `export { ${functions.map((name) => `${name}Async as ${name}`).join(', ')} } ${from}`;
  }
  return lists;
}

const headers = readdirSync(join(root, 'native', 'kernels', 'operations'))
  .filter((file) => file.endsWith('.h'))
  .sort();
const kernels = `// Generated from the files of operations/ by scripts/generate.mjs.
#pragma once

${headers.map((file) => `#include "operations/${file}"\n`).join('')}`;

const { index, promises } = listsOfOperations();
const files = {
  'lib/native/boundary.ts': boundary,
  'native/kernels/operations.h': kernels,
  'lib/operations/index.ts': index,
  'lib/operations/promises.ts': promises,
};
for (const [file, text] of Object.entries(files)) {
  if (!process.argv.includes('--check')) {
    writeFileSync(join(root, file), text);
  } else if (readFileSync(join(root, file), 'utf8') !== text) {
    console.error(`${file} is not what scripts/generate.mjs writes: run it`);
    process.exitCode = 1;
  }
}
