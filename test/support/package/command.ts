import { type SpawnSyncOptionsWithStringEncoding, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { compileInto } from './compile.js';

const root = join(import.meta.dirname, '..', '..', '..');

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Compiles lib/ beside the addon under test. */
function installInto(folder: string): void {
  compileInto(join(folder, 'dist'));
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  const names = ['node_modules', 'build', 'prebuilds'];
  for (const name of names.filter((name) => existsSync(join(root, name)))) {
    symlinkSync(join(root, name), join(folder, name), 'junction');
  }
}

/** The command, compiled for this test file, as what runs it in the folder `cwd`. */
export function compiledCommand(cwd: string): {
  main: string;
  /** The folder that it was compiled into. */
  dist: string;
  run: (args: readonly string[], options?: Partial<SpawnSyncOptionsWithStringEncoding>) => Outcome;
} {
  const folder = mkdtempSync(join(tmpdir(), 'logits-command-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeAll(() => installInto(folder));
  const dist = join(folder, 'dist');
  const main = join(dist, 'command', 'main.js');
  const run = (
    args: readonly string[],
    options: Partial<SpawnSyncOptionsWithStringEncoding> = {},
  ): Outcome => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
      ...options,
      cwd,
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  };
  return { main, dist, run };
}

const descriptions = {
  Float32Array: '<f4',
  Float64Array: '<f8',
  Uint16Array: '<u2',
  Int8Array: '|i1',
  Uint8Array: '|u1',
  Int16Array: '<i2',
  Int32Array: '<i4',
  Uint32Array: '<u4',
  BigInt64Array: '<i8',
  BigUint64Array: '<u8',
} as const;

/** The header of an .npy file of this shape, with its prefix. */
export function npyHeader(shape: readonly number[], description: string): Buffer {
  const sizes = shape.map((size) => `${size},`).join(' ');
  const text = `{'descr': '${description}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const prefix = Buffer.from('\x93NUMPY\x01\x00\x00\x00', 'latin1');
  const padded = `${text.padEnd(127 - prefix.length)}\n`;
  prefix.writeUInt16LE(padded.length, 8);
  return Buffer.concat([prefix, Buffer.from(padded, 'latin1')]);
}

/** A typed array as an .npy file. */
export function npyOf(
  shape: readonly number[],
  data: ArrayBufferView,
  description: string = descriptions[data.constructor.name as keyof typeof descriptions],
): Buffer {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return Buffer.concat([npyHeader(shape, description), bytes]);
}
