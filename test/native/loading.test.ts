import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { either } from '../../lib/arguments/suggestions.js';
import { runtime } from '../../lib/index.js';
import { native } from '../../lib/native/addon.js';
import { boundaryHash } from '../../lib/native/boundary.js';
import { forbidsAddons } from '../support/host.js';
import { installerOf } from '../support/package/installation.js';

// The package as it is installed, in processes of its own: which binary it loads, what it says where there is none,
// and what the environment tells it.

describe('the compiled package', () => {
  let temporary = '';
  const folder = (name: string) => join(temporary, name);
  const platform = `${process.platform}-${process.arch}`;
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  const libc = process.platform !== 'linux' ? '' : header.glibcVersionRuntime ? '.glibc' : '.musl';
  const built = ['build', 'Release', 'logits.node'];
  const rebuilt = ['native', 'build', 'Release', 'logits.node'];
  const prebuilt = ['prebuilds', platform, `logits${libc}.node`];
  const beside = ['dist', 'native', ...prebuilt]; // the file that loads it, which may be a bundle
  let install: ReturnType<typeof installerOf>;

  /** What a process of its own prints: its answer, or the error of loading the package. */
  function inProcess(name: string, answer: string, env: NodeJS.ProcessEnv = {}) {
    const code = `
      let logits, error;
      try {
        logits = require('./dist/index.js');
      } catch (e) {
        error = { name: e.name, code: e.code, message: e.message };
      }
      console.log(JSON.stringify(error ? { error } : { answer: ${answer} }));
    `;
    const {
      LOGITS_ISA: _isa,
      LOGITS_THREADS: _threads,
      LOGITS_BINARY: _binary,
      ...inherited
    } = process.env;
    const options = { cwd: folder(name), env: { ...inherited, ...env }, timeout: 20_000 };
    const { stdout, stderr, status, signal } = spawnSync(process.execPath, ['-e', code], {
      ...options,
      encoding: 'utf8',
    });
    expect({ stderr, status, signal }).toEqual({ stderr: '', status: 0, signal: null });
    return JSON.parse(stdout) as { answer?: unknown; error?: Record<string, string> };
  }

  beforeAll(() => {
    temporary = mkdtempSync(join(tmpdir(), 'logits-'));
    install = installerOf(folder('dist'), folder);
    install('built', built);
    install('rebuilt', rebuilt);
    install('prebuilt', prebuilt);
    install('bundled', beside);
    install('bare');
    install('broken', built, 'no addon');
  });
  afterAll(() => rmSync(temporary, { recursive: true, force: true }));

  it.each([
    ['built', built],
    ['rebuilt', rebuilt],
    ['prebuilt', prebuilt],
    ['bundled', beside],
  ])('loads the addon when it is %s', (name, path) => {
    const { answer } = inProcess(name, 'logits.runtime()');
    expect(answer).toEqual({
      isa: native.isas()[0],
      isas: native.isas(),
      threads: availableParallelism(),
      addon: expect.stringContaining(join(name, ...path)),
    });
    expect(Object.keys(answer as object)).toEqual(Object.keys(runtime()));
  });

  it.each(native.isas())('LOGITS_ISA=%s', (isa) => {
    expect(inProcess('built', 'logits.runtime().isa', { LOGITS_ISA: isa })).toEqual({
      answer: isa,
    });
  });

  it('LOGITS_ISA without a name is none', () => {
    const { answer } = inProcess('built', 'logits.runtime().isa', { LOGITS_ISA: '' });
    expect(answer).toBe(native.isas()[0]);
  });

  it.each(['bogus', 'AVX2', 'avx2 ', 'scalar,avx2'])('LOGITS_ISA=%j is an error', (isa) => {
    expect(inProcess('built', 'logits.runtime().isa', { LOGITS_ISA: isa }).error).toEqual({
      name: 'RangeError',
      code: 'ERR_INVALID_ARG_VALUE',
      message: expect.stringContaining(`LOGITS_ISA is '${isa}', not ${either(native.isas())}`),
    });
  });

  it('LOGITS_THREADS limits the threads, before setThreads says otherwise', () => {
    const answer =
      '[logits.runtime().threads, logits.setThreads(5), logits.runtime().threads].map(String)';
    expect(inProcess('built', answer, { LOGITS_THREADS: '3' }).answer).toEqual([
      '3',
      'undefined',
      '5',
    ]);
    expect(inProcess('built', 'logits.runtime().threads', { LOGITS_THREADS: '' }).answer).toBe(
      availableParallelism(),
    );
  });

  it.each(['0', '-1', '1.5', 'all', ' 2', '1e3', '9007199254740993'])(
    'LOGITS_THREADS=%j is an error',
    (threads) => {
      const { error } = inProcess('built', '0', { LOGITS_THREADS: threads });
      expect(error).toEqual({
        name: 'RangeError',
        code: 'ERR_INVALID_ARG_VALUE',
        message: `LOGITS_THREADS is '${threads}', not an integer >= 1`,
      });
    },
  );

  it.each([
    ['bare', /there is no such file/],
    ['broken', /logits\.node: (Type)?Error\b/],
  ])('without a working addon (%s): what was tried, and why it is not the one', (name, reason) => {
    const { error } = inProcess(name, '1');
    expect(error).toMatchObject({ name: 'Error', code: 'ERR_ADDON_NOT_FOUND' });
    const lines = String(error?.message).split('\n');
    expect(lines[0]).toContain(`for ${platform}${libc.replace('.', ' with ')}. Tried:`);
    const tried = [built, rebuilt, prebuilt, beside];
    for (const [index, path] of tried.entries()) {
      expect(lines[1 + index]).toContain(`${join(name, ...path)}: `);
    }
    expect(lines[1]).toMatch(reason);
    expect(lines).toHaveLength(6);
  });

  it.each([
    ['a package', ['native/binding.gyp'], 'npx logits rebuild'],
    ['a checkout', ['native/binding.gyp', 'binding.gyp'], 'npm run build:native'],
    ['a bundle', [], 'keep it external, or copy its folder prebuilds/ to '],
  ])('without an addon in %s: what helps', (name, files, command) => {
    install(name);
    mkdirSync(join(folder(name), 'native'), { recursive: true });
    for (const file of files) writeFileSync(join(folder(name), file), '');
    expect(inProcess(name, '1').error?.message).toContain(command);
  });

  it('without an addon in an archive of Electron: what helps', () => {
    install(join('app.asar', 'logits'));
    expect(inProcess(join('app.asar', 'logits'), '1').error?.message).toContain('asarUnpack');
  });

  it.runIf(forbidsAddons)('where addons are forbidden: what allows them', () => {
    const env = { NODE_OPTIONS: '--no-addons' };
    expect(inProcess('prebuilt', '1', env).error?.message).toContain('--allow-addons');
  });

  it.runIf(process.platform === 'linux').each([
    ['musl', 'musl'],
    ['glibc', 'glibc'],
    [null, 'glibc'],
  ])('where detect-libc finds %j, the binary for %s is loaded', (family, name) => {
    const folderName = `on-${family}`;
    install(folderName);
    const detector = join(folder(folderName), 'node_modules', 'detect-libc', 'lib');
    const code = `module.exports = { GLIBC: 'glibc', familySync: () => ${JSON.stringify(family)} };`;
    writeFileSync(join(detector, 'detect-libc.js'), code);
    const message = inProcess(folderName, '1').error?.message;
    expect(message).toContain(`No logits binary could be loaded for ${platform} with ${name}.`);
    expect(message).toContain(join('prebuilds', platform, `logits.${name}.node`));
  });

  it('LOGITS_BINARY names the addon, whatever else there is', () => {
    const addon = join('elsewhere', 'any-name.so');
    install('bare', [addon]);
    for (const file of [addon, join(folder('bare'), addon)]) {
      const { answer } = inProcess(
        'bare',
        '[logits.runtime().addon, logits.softmax(Float32Array.of(1))[0]]',
        {
          LOGITS_BINARY: file,
        },
      );
      expect(answer).toEqual([expect.stringMatching(/bare.elsewhere.any-name\.so$/), 1]);
    }
    const { answer } = inProcess('built', 'logits.runtime().addon', { LOGITS_BINARY: '' });
    expect(answer).toContain(join('built', ...built));
  });

  it.each([
    [join('no', 'such.node'), /^there is no such file$/],
    ['dist', /^(Type)?Error\b/],
    [join('dist', 'index.js'), /^(Type)?Error\b/],
  ])('LOGITS_BINARY=%j is an error, and nothing takes its place', (file, reason) => {
    const { error } = inProcess('built', '1', { LOGITS_BINARY: file });
    expect(error).toMatchObject({ name: 'Error', code: 'ERR_ADDON_NOT_FOUND' });
    const [first, second] = String(error?.message).split('\n');
    expect(first).toBe('No logits binary could be loaded from LOGITS_BINARY. Tried:');
    const tried = /^ {2}(.*?): (.*)$/.exec(second as string);
    expect(tried?.[1]).toContain(join('built', file));
    expect(tried?.[2]).toMatch(reason);
  });

  it('a binary of another boundary is refused: which it is, what it was built from, what helps', () => {
    // As after a change of native/boundary.def: the same file with another hash in it.
    const bytes = readFileSync(native.path);
    bytes.write('0123456789abcdef', bytes.indexOf(boundaryHash), 'latin1');
    const given = join('elsewhere', 'stale.node');
    install('stale', built, bytes);
    install('stale-prebuilt', prebuilt, bytes);
    install('stale-given', [given], bytes);
    for (const [name, file, env, remedy] of [
      ['stale', built, {}, /Compile it, .* with: npx logits rebuild$/],
      ['stale-prebuilt', prebuilt, {}, /Compile it, .* with: npx logits rebuild$/],
      ['stale-given', [given], { LOGITS_BINARY: given }, /unset the variable$/],
    ] as const) {
      mkdirSync(join(folder(name), 'native'), { recursive: true });
      writeFileSync(join(folder(name), 'native', 'binding.gyp'), '');
      const { error } = inProcess(name, '1', env);
      expect(error).toMatchObject({ name: 'Error', code: 'ERR_ADDON_NOT_FOUND' });
      expect(error?.message).toContain(
        `${join(name, ...file)} was built from version ${native.version} of logits (`,
      );
      expect(error?.message).toMatch(remedy);
    }
  });

  it('a broken local build does not hide the binary that the package ships', () => {
    install('both', built, 'no addon');
    install('both', prebuilt);
    const { answer, error } = inProcess('both', 'logits.runtime().addon');
    expect(answer ?? error?.message).toContain(join(...prebuilt));
  });

  it.each([
    ['softmax', [2 ** 40, 0], 1],
    ['softmax', [0, 2 ** 40], 0],
    ['softmax', [2 ** 40, 0, 3], 1],
    ['logSoftmax', [2 ** 40, 0], 1],
    ['logSoftmax', [2 ** 40, 0, 3], 1],
    ['softmaxGradient', [2 ** 50, 0], 1],
    ['logSoftmaxGradient', [2 ** 40, 0, 3], 1],
    ['binaryCrossEntropy', [2 ** 50, 0], 1],
    ['klDivergence', [2 ** 50, 0], 1],
  ])('%s of no elements, shape %j, ends at once', (name, dimensions, axis) => {
    const none = 'new Float32Array(0)';
    const inputs = /softmax$/i.test(name) ? none : `${none}, ${none}`;
    const run = `logits.${name}(${inputs}, ${JSON.stringify({ shape: dimensions, axis })})`;
    const answer = `(() => { try { return ${run}.length; } catch (e) { return e.code; } })()`;
    expect([0, 'ERR_SHAPE_MISMATCH', 'ERR_MEMORY_ALLOCATION_FAILED']).toContain(
      inProcess('built', answer).answer,
    );
  });
});
