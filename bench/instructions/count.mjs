// Counts the instructions that each kernel executes for an element: callgrind runs driver.cc, which is
// linked with the very kernels that the addon was linked with.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { operations } from '../trials/operations.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** What valgrind can run; it knows no AVX-512. */
const isas = { x64: 'avx2', arm64: 'neon' };

/** A reason why nothing can be counted here. */
export class Skipped extends Error {}

function outputOf(command, ...args) {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    if (error.code === 'ENOENT') throw new Skipped(`${command} is not installed`);
    throw error;
  }
}

export function isaOf() {
  const isa = isas[process.arch];
  if (!isa) throw new Skipped(`no instruction set of ${process.arch} runs under valgrind`);
  return isa;
}

function libraryOf(isa) {
  const library = here(`../../build/Release/kernels_${isa}.a`);
  if (!existsSync(library)) throw new Skipped(`there is no ${library}: npm run build:native`);
  return library;
}

/** What the compiler wrote about itself into its objects. */
export function compilerOf(isa) {
  const text = readFileSync(libraryOf(isa), 'latin1');
  return text.match(/GCC: \([^)]*\) [\d.]+|clang version [\d.]+/)?.[0] ?? 'unknown compiler';
}

/** The operations that name a kernel, as driver.cc includes them. */
const kernelList = () =>
  Object.entries(operations)
    .filter(([, { kernel }]) => kernel)
    .map(([name, { kernel, trials }]) => `KERNEL(${name}, ${'lengths' in trials}, ${kernel})\n`)
    .join('');

/** What is counted in one of callgrind's files: { name, elements, instructions }. */
function readDump(file) {
  const text = readFileSync(file, 'utf8');
  const trigger = text.match(/^desc: Trigger: Client Request: (.+) (\d+)$/m);
  const instructions = text.match(/^(?:totals|summary): (\d+)/m);
  if (!trigger || !instructions) return null;
  return { name: trigger[1], elements: Number(trigger[2]), instructions: Number(instructions[1]) };
}

/** By kernel: instructions per element. */
export function count(isa) {
  const folder = mkdtempSync(join(tmpdir(), 'logits-instructions-'));
  try {
    const driver = join(folder, 'driver');
    writeFileSync(join(folder, 'kernels.inc'), kernelList());
    const flags = ['-std=c++17', '-O2', '-I', folder];
    const compile = [...flags, here('driver.cc'), libraryOf(isa), '-o', driver];
    outputOf('valgrind', '--version');
    outputOf(process.env.CXX ?? 'g++', ...compile);
    outputOf('valgrind', '--tool=callgrind', `--callgrind-out-file=${folder}/counts`, driver);
    const dumps = readdirSync(folder)
      .filter((name) => name.startsWith('counts.'))
      .map((name) => readDump(join(folder, name)))
      .filter((dump) => dump !== null);
    return perElement(dumps);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function perElement(dumps) {
  const pairs = new Map();
  for (const dump of dumps) pairs.set(dump.name, [...(pairs.get(dump.name) ?? []), dump]);
  const counts = {};
  for (const [name, [one, other]] of [...pairs].sort()) {
    const instructions = other.instructions - one.instructions;
    counts[name] = Number((instructions / (other.elements - one.elements)).toFixed(3));
  }
  return counts;
}
