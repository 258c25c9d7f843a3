import { readFileSync } from 'node:fs';
import { littleEndian } from './little-endian.js';

// As much of a 64-bit little-endian ELF file as says what a library asks of its loader.

export const ET_DYN = 3;
export const PF = { execute: 1, write: 2, read: 4 } as const;

const segmentTypes = { PT_LOAD: 1, PT_GNU_STACK: 0x6474e551, PT_GNU_RELRO: 0x6474e552 } as const;
export const DT = {
  NEEDED: 1,
  STRTAB: 5,
  SONAME: 14,
  RPATH: 15,
  TEXTREL: 22,
  BIND_NOW: 24,
  RUNPATH: 29,
  FLAGS: 30,
  FLAGS_1: 0x6ffffffb,
} as const;
export const DF_TEXTREL = 4;
export const DF_BIND_NOW = 8;
export const DF_1_NOW = 1;
const SHT_DYNAMIC = 6;
const SHT_DYNSYM = 11;
const SHT_GNU_VERNEED = 0x6ffffffe;
const EM: Record<number, string> = { 62: 'x64', 183: 'arm64' };

export interface ElfSymbol {
  readonly name: string;
  readonly isDefined: boolean;
}

export interface Elf {
  readonly type: number;
  /** As Node.js names it; undefined where it is another. */
  readonly arch: string | undefined;
  /** The versions of libraries that are asked for: `GLIBC_2.17`. */
  readonly versions: readonly string[];
  /** Flags of the segments of a type, one each. */
  segments(type: keyof typeof segmentTypes): number[];
  /** The values of a tag of the dynamic section. */
  dynamic(tag: number): number[];
  /** The same as strings. */
  dynamicStrings(tag: number): string[];
  readonly symbols: readonly ElfSymbol[];
}

interface Section {
  readonly type: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
}

/** Reads a file; null where it is none. */
export function readElf(file: string): Elf | null {
  const bytes = readFileSync(file);
  const isElf64 = bytes.toString('latin1', 0, 4) === '\x7fELF' && bytes[4] === 2 && bytes[5] === 1;
  if (!isElf64) return null;
  const { half, word, long, rows, text: textAt } = littleEndian(bytes);

  const headers = rows(long(32), half(56), half(54));
  const sections: Section[] = rows(long(40), half(60), half(58)).map((at) => ({
    type: word(at + 4),
    offset: long(at + 24),
    size: long(at + 32),
    link: word(at + 40),
  }));
  const section = (type: number) => {
    const found = sections.find((one) => one.type === type);
    if (!found) throw new Error(`${file} has no section of type ${type}`);
    const strings = sections[found.link]?.offset ?? 0;
    return { ...found, text: (at: number) => textAt(strings + at) };
  };

  const tags = section(SHT_DYNAMIC);
  const entries = rows(tags.offset, tags.size / 16, 16).map((at) => [long(at), long(at + 8)]);
  const dynamic = (tag: number) =>
    entries.filter(([key]) => key === tag).map(([, value]) => value as number);
  // A list of libraries, each with a list of versions; an entry's last word is the way to the next.
  const neededVersions = () => {
    if (!sections.some(({ type }) => type === SHT_GNU_VERNEED)) return [];
    const { offset, text } = section(SHT_GNU_VERNEED);
    const found: string[] = [];
    for (let library = offset, more = 1; more > 0; library += more) {
      let version = library + word(library + 8);
      for (let left = half(library + 2); left > 0; left--) {
        found.push(text(word(version + 8)));
        version += word(version + 12);
      }
      more = word(library + 12);
    }
    return found;
  };
  const table = section(SHT_DYNSYM);
  // The first symbol is none.
  const symbols = rows(table.offset, table.size / 24, 24)
    .slice(1)
    .map((at) => ({ name: table.text(word(at)), isDefined: half(at + 6) !== 0 }));

  return {
    type: half(16),
    arch: EM[half(18)],
    versions: neededVersions(),
    segments: (type) =>
      headers.filter((at) => word(at) === segmentTypes[type]).map((at) => word(at + 4)),
    dynamic,
    dynamicStrings: (tag) => dynamic(tag).map(tags.text),
    symbols,
  };
}
