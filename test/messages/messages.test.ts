import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, it } from 'vitest';

// Every message, on one page: it is read there from top to bottom.

const path = join(import.meta.dirname, 'print.cjs');
const { page } = createRequire(path)(path) as { page: () => Promise<string> };

it('are those of messages.txt: node test/messages/print.cjs --write', async () => {
  expect(await page()).toBe(readFileSync(join(import.meta.dirname, 'messages.txt'), 'utf8'));
});
