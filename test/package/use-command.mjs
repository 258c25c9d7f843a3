import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

// node use-command.mjs COMMAND...: what stands for `logits` here.
const [, , program, ...first] = process.argv;
const logits = (args) =>
  execFileSync(program, [...first, ...args.split(' ')], { encoding: 'utf8' });

assert.match(logits('--version'), /^\d+\.\d+\.\d+\n$/);
assert.match(JSON.parse(logits('info --json')).addon, /prebuilds/);

const data = Buffer.from(Float32Array.of(0, 0, 9, 9, 0, 0).buffer);
const info = { logits: { dtype: 'F32', shape: [2, 3], data_offsets: [0, data.length] } };
const header = Buffer.from(JSON.stringify(info));
const length = Buffer.alloc(8);
length.writeBigUInt64LE(BigInt(header.length));
writeFileSync('logits.safetensors', Buffer.concat([length, header, data]));
writeFileSync('targets.txt', '2\n0\n');
const summary = JSON.parse(logits('evaluate logits.safetensors targets.txt --json -'));
assert.deepEqual(summary.accuracy, { 1: 1 });
