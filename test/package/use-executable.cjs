// The program of a single executable. It holds its addon, which the system loads from a file only.
const { mkdtempSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { getRawAsset } = require('node:sea');

if (!process.env.LOGITS_BINARY) {
  const file = join(mkdtempSync(join(tmpdir(), 'app-')), 'logits.node');
  writeFileSync(file, new Uint8Array(getRawAsset('logits.node')));
  process.env.LOGITS_BINARY = file;
}
require('./use-bundled.cjs');
