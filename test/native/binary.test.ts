import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { native } from '../../lib/native/addon.js';
import {
  DF_1_NOW,
  DF_BIND_NOW,
  DF_TEXTREL,
  DT,
  type Elf,
  ET_DYN,
  PF,
  readElf,
} from '../support/binaries/elf.js';

// What the addon's file asks of the system and of Node.js, and how the loader is told to guard it.

const root = join(import.meta.dirname, '..', '..');
const others = [
  'build/Debug/logits.node',
  ...['x64', 'arm64'].flatMap((arch) =>
    ['glibc', 'musl'].map((libc) => `prebuilds/linux-${arch}/logits.${libc}.node`),
  ),
].filter((file) => existsSync(join(root, file)));
const files: [string, Elf | null][] = [relative(root, native.path), ...new Set(others)].map(
  (file) => [file, readElf(join(root, file))],
);
const reason = files[0]?.[1] ? '' : 'the addon is no 64-bit ELF file';
if (reason !== '') console.log(`skipped: binary.test.ts: ${reason}`);

/** What the addon may ask of libc, by purpose. Some of each is the C++ library's, linked into the addon. */
const allowed = {
  memory: ['malloc', 'free', 'realloc', 'calloc'],
  // Its mutexes, condition variables and clock (native/threads/pool.cc); the rest starts a thread and
  // names it (native/platform/system.cc).
  threads: [
    /^pthread_(mutex|cond|once|key|getspecific|setspecific)/,
    /^pthread_(create|attr_(init|destroy|setstacksize|setdetachstate)|sigmask|setname_np)$/,
    '__pthread_key_create',
    '__libc_single_threaded',
    'sigfillset',
    'sched_getcpu',
    'clock_gettime',
    // A processor's own waiting, where the C++ library has it.
    'syscall',
  ],
  // Whether the process is a copy, and keeping the addon's code in memory (native/threads/).
  process: ['getpid', 'dladdr', 'dlopen'],
  bytes: [
    ...['memchr', 'memcmp', 'memcpy', 'memmove', 'memset', 'strlen', 'strcmp', 'strncmp'],
    // The same, with the length of what they write checked.
    /^__(memcpy|memmove|memset|sprintf)_chk$/,
  ],
  // What a compiler puts in: canaries, unwinding, the end of the library.
  compiler: [
    ...[
      '__stack_chk_fail',
      '__stack_chk_guard',
      '__tls_get_addr',
      '__cxa_atexit',
      '__cxa_finalize',
      '__errno_location',
    ],
    ...[
      '_dl_find_object',
      'dl_iterate_phdr',
      '__gmon_start__',
      '__cxa_pure_virtual',
      '__cxa_thread_atexit_impl',
    ],
    // Transactional memory, which nothing here uses: weak, and absent.
    /^_ITM_|^_ZGTt/,
  ],
  // What LLVM's C++ library has besides, in object files of which the addon uses another part: numbers in texts, its own
  // threads and locks, hash tables, its unwinder's files.
  llvm: [
    /^(str|wcs)to(f|d|ld|l|ll|ul|ull)$/,
    ...['wmemchr', 'vfprintf', 'fprintf', 'fflush', 'snprintf', 'swprintf', 'strerror_r'],
    ...[
      '__ctype_b_loc',
      'isxdigit',
      'bcmp',
      'aligned_alloc',
      'posix_memalign',
      'ceilf',
      'dlsym',
      'getauxval',
    ],
    /^pthread_(self|join|detach|rwlock_(rd|wr|un)lock)$/,
    ...['sysconf', 'nanosleep'],
  ],
  // Where the C++ library ends a process that cannot go on, it says why.
  end: ['abort', 'stderr', 'fputs', 'fputc', 'fwrite', 'sprintf', 'strerror', 'gettext'],
};
const permissions = Object.values(allowed).flat();
const isPermitted = (name: string) =>
  permissions.some((one) => (typeof one === 'string' ? one === name : one.test(name)));

/** Buffers over memory that is not JavaScript's, which Electron and others refuse. */
const forbidden = /^(napi|node_api)_create_external_(arraybuffer|buffer|string)/;
const isNodeApi = (name: string) => /^(napi|node_api)_/.test(name) && !forbidden.test(name);

const libraries = /^(lib(c|m|pthread|dl)\.so(\.\d+)?|libc\.musl-.*\.so\.1|ld-linux-.*\.so\.\d)$/;

describe.skipIf(reason !== '').each(files)('%s', (_, elf) => {
  const { type, segments, dynamic, dynamicStrings, symbols } = elf as Elf;
  const names = (isDefined: boolean) =>
    symbols.filter((symbol) => symbol.isDefined === isDefined).map(({ name }) => name);
  const flags = (tag: number) => dynamic(tag).reduce((all, value) => all | value, 0);

  it('asks for Node-API and for what is listed here, and for nothing else', () => {
    const wanted = names(false);
    expect(wanted).toContain('napi_create_function');
    expect(wanted.filter((name) => !isNodeApi(name) && !isPermitted(name))).toEqual([]);
  });

  it('needs the C library, and no other', () => {
    expect(dynamicStrings(DT.NEEDED).filter((name) => !libraries.test(name))).toEqual([]);
  });

  it('exports what native/exports.map names', () => {
    const map = readFileSync(join(root, 'native', 'exports.map'), 'utf8');
    const exported = map.match(/global:([^}]*?)local:/)?.[1]?.match(/\w+/g) ?? [];
    expect(exported.length).toBeGreaterThan(0);
    expect(names(true).sort()).toEqual([...exported].sort());
  });

  it('lies anywhere in memory, and no relocation writes to its code', () => {
    expect(type).toBe(ET_DYN);
    expect(dynamic(DT.TEXTREL)).toEqual([]);
    expect(flags(DT.FLAGS) & DF_TEXTREL).toBe(0);
  });

  it('has no memory that may be written and executed, nor an executable stack', () => {
    expect(segments('PT_GNU_STACK')).toEqual([PF.read | PF.write]);
    for (const flag of segments('PT_LOAD')) expect(flag & PF.write && flag & PF.execute).toBe(0);
  });

  it('is bound when it is loaded, and what was bound is read-only from then on', () => {
    expect(segments('PT_GNU_RELRO')).toEqual([PF.read]);
    expect(flags(DT.FLAGS) & DF_BIND_NOW || dynamic(DT.BIND_NOW).length).toBeTruthy();
    expect(flags(DT.FLAGS_1) & DF_1_NOW).toBe(DF_1_NOW);
  });

  it('says nowhere to look for libraries', () => {
    expect(dynamic(DT.RPATH)).toEqual([]);
    expect(dynamic(DT.RUNPATH)).toEqual([]);
  });

  it('has canaries in the binding', () => {
    expect(names(false)).toContain('__stack_chk_fail');
  });
});
