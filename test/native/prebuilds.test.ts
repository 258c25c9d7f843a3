import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
// @ts-expect-error: plain JavaScript, without types
import { fileOf, nameOf, targets } from '../../scripts/prebuild/targets.mjs';
import { readElf } from '../support/binaries/elf.js';
import { readMachO } from '../support/binaries/mach-o.js';
import { GUARDS, readPe } from '../support/binaries/pe.js';

// Where each of the binaries in prebuilds/ runs, by its file: architecture, oldest system, and what it asks of that. What
// any ELF file must hold besides is in binary.test.ts.

interface Target {
  readonly platform: string;
  readonly arch: string;
  readonly libc?: string;
  readonly oldest: string;
}

const root = join(import.meta.dirname, '..', '..');
const present = (targets as Target[])
  .map((target) => ({ ...target, name: nameOf(target), file: join(root, fileOf(target)) }))
  .filter(({ file }) => existsSync(file));
const on = (platform: string) => present.filter((one) => one.platform === platform);
if (present.length < targets.length) {
  console.log(
    `skipped: prebuilds.test.ts: ${present.length} of ${targets.length} are in prebuilds/`,
  );
}

/** `2.17` <= `2.4` is false. */
const isAtMost = (version: string, most: string) =>
  version.localeCompare(most, 'en', { numeric: true }) <= 0;

const isNodeApi = (name: string) => /^(napi|node_api)_/.test(name);
const isExternalBuffer = (name: string) => /create_external_(array)?buffer/.test(name);
const entryPoints = ['napi_register_module_v1', 'node_api_module_get_api_version_v1'];

it('every platform has a file of its own', () => {
  expect(new Set((targets as Target[]).map(fileOf)).size).toBe(targets.length);
  expect(new Set((targets as Target[]).map(nameOf)).size).toBe(targets.length);
});

describe.each(present)('$name', ({ file }) => {
  it('knows no name of the machine that made it', () => {
    const text = readFileSync(file, 'latin1');
    expect(text.includes(root)).toBe(false);
    expect(/\/(home|root|Users)\//.test(text)).toBe(false);
  });
});

describe.each(on('linux'))('$name', ({ file, arch, libc, oldest }) => {
  const elf = readElf(file);

  it('is for its processor', () => expect(elf?.arch).toBe(arch));

  it('asks for no newer libc', () => {
    const versions = elf?.versions ?? [];
    if (libc === 'musl') expect(versions).toEqual([]);
    else expect(versions).not.toEqual([]);
    for (const version of versions) {
      expect(version).toMatch(/^GLIBC_[0-9.]+$/);
      expect(isAtMost(version.replace('GLIBC_', ''), oldest), version).toBe(true);
    }
  });
});

describe.each(on('darwin'))('$name', ({ file, arch, oldest }) => {
  const addon = readMachO(file);

  it('is for its processor and system, signed where that is a must', () => {
    expect(addon).toMatchObject({ arch, oldest, searchesForLibraries: false });
    if (arch === 'arm64') expect(addon?.isSigned).toBe(true);
  });

  it('needs the system library, and of its host Node-API', () => {
    expect(addon?.libraries).toEqual(['/usr/lib/libSystem.B.dylib']);
    expect(addon?.imports).toContain('napi_create_function');
    expect(addon?.imports.filter(isExternalBuffer)).toEqual([]);
  });

  it('has the entry points of an addon', () => {
    expect(addon?.exports).toEqual(expect.arrayContaining(entryPoints));
  });
});

describe.each(on('win32'))('$name', ({ file, arch }) => {
  const addon = readPe(file);

  it('is for its processor, and lies anywhere, without memory that may be written and executed', () => {
    expect(addon?.arch).toBe(arch);
    const all = GUARDS.anywhere | GUARDS.noExecution | GUARDS.highEntropy;
    expect((addon?.guards ?? 0) & all).toBe(all);
  });

  it('needs what Windows 10 has, and no host by its name', () => {
    const libraries = addon?.imports.map(({ library }) => library) ?? [];
    expect(
      libraries.filter(
        (name) => !/^(kernel32|ntdll|msvcrt|ucrtbase|api-ms-win-crt-.*)\.dll$/.test(name),
      ),
    ).toEqual([]);
    expect(addon?.hasDelayedImports).toBe(false);
    expect(addon?.imports.flatMap(({ names }) => names).filter(isNodeApi)).toEqual([]);
  });

  it('does not say when it was made', () => expect(addon?.time).toBe(0));

  it('has the entry points of an addon', () => {
    expect(addon?.exports).toEqual(expect.arrayContaining(entryPoints));
  });

  it('does not look for what Electron refuses', () => {
    expect(readFileSync(file, 'latin1')).not.toMatch(/create_external_(array)?buffer/);
  });
});
