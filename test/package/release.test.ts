import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { addressOf, withAddresses } from '../../scripts/readme-links.mjs';

// What a release asks for, and the links that a registry's page needs.

it('a release is refused without the repository’s address', () => {
  const script = join(import.meta.dirname, '../../scripts/check-release.mjs');
  const { status, stderr } = spawnSync(process.execPath, [script, 'v0.1.0'], { encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr).toContain('FAILED: package.json has no repository.url');
});

it('links within the repository get its address, and no others', () => {
  const address = addressOf({ repository: { url: 'git+https://host.example/o/logits.git' } });
  expect(address).toBe('https://host.example/o/logits');
  expect(addressOf({ repository: { url: '' } })).toBeUndefined();
  expect(addressOf({})).toBeUndefined();
  const text = '[a](docs/a.md#b) [b](#b) [c](https://c.example) ![d](d.svg) [e](f(g)) `[h]`';
  expect(withAddresses(text, address, 'v1.0.0')).toBe(
    `[a](${address}/blob/v1.0.0/docs/a.md#b) [b](#b) [c](https://c.example) ![d](${address}/raw/v1.0.0/d.svg) [e](f(g)) \`[h]\``,
  );
});
