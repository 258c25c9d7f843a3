import { readFileSync } from 'node:fs';
import { littleEndian } from './little-endian.js';

// As much of a 64-bit Mach-O file as says where it runs and what it asks of its loader (Apple, <mach-o/loader.h>).

const MAGIC = 0xfeedfacf;
const ARCH: Record<number, string> = { 16777223: 'x64', 16777228: 'arm64' };
const LC = {
  SYMTAB: 0x2,
  LOAD_DYLIB: 0xc,
  LOAD_WEAK_DYLIB: 0x80000018,
  CODE_SIGNATURE: 0x1d,
  RPATH: 0x8000001c,
  BUILD_VERSION: 0x32,
};
const N_EXT = 1;
const N_TYPE = 0xe;

export interface MachO {
  readonly arch: string | undefined;
  /** The oldest macOS: `11.0`. */
  readonly oldest: string;
  readonly libraries: readonly string[];
  readonly isSigned: boolean;
  readonly searchesForLibraries: boolean;
  readonly exports: readonly string[];
  readonly imports: readonly string[];
}

/** Reads a file; null where it is none. */
export function readMachO(file: string): MachO | null {
  const bytes = readFileSync(file);
  const { word, rows, text } = littleEndian(bytes);
  if (bytes.length < 32 || word(0) !== MAGIC) return null;
  const commands: { command: number; at: number }[] = [];
  for (let at = 32, left = word(16); left > 0; left--) {
    commands.push({ command: word(at), at });
    at += word(at + 4);
  }
  const all = (...wanted: number[]) =>
    commands.filter(({ command }) => wanted.includes(command)).map(({ at }) => at);
  const [table] = all(LC.SYMTAB);
  const [build] = all(LC.BUILD_VERSION);
  if (table === undefined || build === undefined) throw new Error(`${file} lacks a load command`);

  const version = word(build + 12);
  const symbols = rows(word(table + 8), word(table + 12), 16)
    .map((at) => ({
      name: text(word(table + 16) + word(at)).slice(1),
      type: bytes[at + 4] as number,
    }))
    .filter(({ type }) => type & N_EXT);
  const named = (isDefined: boolean) =>
    symbols.filter(({ type }) => ((type & N_TYPE) !== 0) === isDefined).map(({ name }) => name);
  return {
    arch: ARCH[word(4)],
    oldest: `${version >> 16}.${(version >> 8) & 255}`,
    libraries: all(LC.LOAD_DYLIB, LC.LOAD_WEAK_DYLIB).map((at) => text(at + word(at + 8))),
    isSigned: all(LC.CODE_SIGNATURE).length > 0,
    searchesForLibraries: all(LC.RPATH).length > 0,
    exports: named(true),
    imports: named(false),
  };
}
