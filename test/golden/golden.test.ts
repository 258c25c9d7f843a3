import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isas } from '../support/isas.js';

// The compiled package, as every other platform runs it: golden/check.cjs says more.
const { hashes } = createRequire(import.meta.url)('./check.cjs');
const golden = JSON.parse(readFileSync(join(import.meta.dirname, 'golden.json'), 'utf8')) as Record<
  string,
  string
>;

describe('golden results', () => {
  it.each(isas)('%s', (isa) => {
    const { native } = createRequire(import.meta.url)('../../dist/native/addon.js');
    native.selectIsa(isa);
    expect(hashes()).toEqual(golden);
    native.selectIsa(isas[0]);
  });
});
