import { readFileSync } from 'node:fs';
import { littleEndian } from './little-endian.js';

// As much of a 64-bit PE file as says where it runs and what it asks of its loader (Microsoft, "PE Format").

const ARCH: Record<number, string> = { 34404: 'x64', 43620: 'arm64' };
const DIRECTORY = { exports: 0, imports: 1, delayedImports: 13 };

/** Bits of DllCharacteristics. */
export const GUARDS = { highEntropy: 0x20, anywhere: 0x40, noExecution: 0x100 } as const;

export interface Pe {
  readonly arch: string | undefined;
  /** When it was linked. */
  readonly time: number;
  readonly guards: number;
  readonly exports: readonly string[];
  /** Library (in lower case), and what is wanted of it. */
  readonly imports: readonly { readonly library: string; readonly names: readonly string[] }[];
  readonly hasDelayedImports: boolean;
}

/** Reads a file; null where it is none. */
export function readPe(file: string): Pe | null {
  const bytes = readFileSync(file);
  const { half, word, long, rows, text } = littleEndian(bytes);
  if (bytes.length < 64 || bytes.toString('latin1', 0, 2) !== 'MZ') return null;
  const header = word(60);
  const optional = header + 24;
  const sections = rows(optional + half(header + 20), half(header + 6), 40);
  const offsetOf = (address: number) => {
    const section = sections.find(
      (at) => address >= word(at + 12) && address < word(at + 12) + word(at + 16),
    );
    if (section === undefined) throw new Error(`${file} has nothing at ${address}`);
    return address - word(section + 12) + word(section + 20);
  };
  const directory = (index: number) => word(optional + 112 + 8 * index);

  const namesOf = (library: number) => {
    const names: string[] = [];
    for (let at = offsetOf(word(library)); long(at) !== 0; at += 8) {
      names.push(text(offsetOf(word(at)) + 2));
    }
    return names;
  };
  const imports: Pe['imports'][number][] = [];
  for (let at = offsetOf(directory(DIRECTORY.imports)); word(at + 12) !== 0; at += 20) {
    imports.push({ library: text(offsetOf(word(at + 12))).toLowerCase(), names: namesOf(at) });
  }
  const exported = offsetOf(directory(DIRECTORY.exports));
  const names = rows(offsetOf(word(exported + 32)), word(exported + 24), 4);
  return {
    arch: ARCH[half(header + 4)],
    time: word(header + 8),
    guards: half(optional + 70),
    exports: names.map((at) => text(offsetOf(word(at)))),
    imports,
    hasDelayedImports: directory(DIRECTORY.delayedImports) !== 0,
  };
}
