#!/usr/bin/env node
// Writes the table of options into README.md from where each option is described: lib/arguments/options.ts and, for what a
// function has of its own, its interface in lib/operations/. With --check it compares instead. Needs dist/ and the addon.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
const read = (...path) => readFileSync(join(root, ...path), 'utf8');

/** The members of a text with their documentation: name -> comment, of `name:` or `readonly name?:`. */
function documented(text) {
  const members = text.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n {2}(?:readonly )?(\w+)\??: /g);
  return new Map(
    [...members].map(([, comment, name]) => [
      name,
      comment.replaceAll(/\s*\n\s*\* ?/g, ' ').trim(),
    ]),
  );
}

const files = readdirSync(join(root, 'lib', 'operations')).filter(
  (file) => file !== 'index.ts' && file !== 'promises.ts',
);
const shared = documented(read('lib', 'arguments', 'options.ts'));

/** Interfaces of options: name -> what they extend, and their own members. */
const interfaces = new Map(
  [read('lib', 'types.ts'), ...files.map((file) => read('lib', 'operations', file))]
    .flatMap((text) => [...text.matchAll(/^export interface (\w+Options)([^{]*)\{([\s\S]*?)\}$/gm)])
    .map(([, name, bases, body]) => [
      name,
      { bases: bases.match(/\b\w+Options\b/g) ?? [], own: documented(body) },
    ]),
);

function meaningOf(option, type) {
  const { bases, own } = interfaces.get(type) ?? { bases: [], own: new Map() };
  if (own.has(option)) return own.get(option);
  for (const base of bases) {
    const meaning = meaningOf(option, base);
    if (meaning !== undefined) return meaning;
  }
  return undefined;
}

/** All functions; and option -> meaning -> the functions for which it means that. */
const functions = [];
const meanings = new Map();
for (const file of files) {
  const module = require(join(root, 'dist', 'operations', file.replace('.ts', '.js')));
  const text = read('lib', 'operations', file);
  for (const name of Object.keys(module).filter((key) => `${key}Async` in module)) {
    functions.push(name);
    const [, type] = text.match(
      new RegExp(`export function ${name}\\b[\\s\\S]*?\\b(?:Any)?(\\w+Options)\\b`),
    );
    for (const option of module[`${name}Options`].names) {
      const meaning = meaningOf(option, type) ?? shared.get(option);
      if (meaning === undefined) throw new Error(`${option} of ${name} has no documentation`);
      if (!meanings.has(option)) meanings.set(option, new Map());
      const takers = meanings.get(option);
      takers.set(meaning, [...(takers.get(meaning) ?? []), name]);
    }
  }
}

/** The functions that take an option, or those that do not where these are fewer. */
function takenBy(takers) {
  const quoted = (names) => names.map((name) => `\`${name}\``).join(', ');
  const others = functions.filter((name) => !takers.includes(name));
  if (others.length === 0) return 'all';
  return others.length < takers.length ? `all but ${quoted(others)}` : quoted(takers);
}

const rows = [...meanings].flatMap(([option, takersOf]) =>
  [...takersOf].map(([meaning, takers]) => {
    const [, what, fallback] = meaning.match(/^(.*?)\s*Default: (.*?)\.$/) ?? [];
    if (what === undefined) throw new Error(`${option} does not end with its default: ${meaning}`);
    return `| \`${option}\` | ${takenBy(takers)} | ${what} | ${fallback} |`.replaceAll(
      '||',
      '\\|\\|',
    );
  }),
);
const table = [
  '| option | taken by | meaning | default |',
  '| --- | --- | --- | --- |',
  ...rows,
].join('\n');

const [begin, end] = [
  '<!-- The options: written by scripts/option-table.mjs -->',
  '<!-- end of the options -->',
];
const readme = read('README.md');
const text = readme.replace(
  new RegExp(`${begin}[\\s\\S]*?${end}`),
  () => `${begin}\n\n${table}\n\n${end}`,
);
if (!process.argv.includes('--check')) {
  writeFileSync(join(root, 'README.md'), text);
} else if (text !== readme) {
  console.error('The options in README.md are not those of lib/: run scripts/option-table.mjs');
  process.exitCode = 1;
}
