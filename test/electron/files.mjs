// .npy files for the checks, apart from the example's own.
import { closeSync, ftruncateSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

function headerOf(descr, shape) {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const padded = `${text.padEnd(117)}\n`;
  const prefix = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, padded.length, 0]);
  return Buffer.concat([prefix, Buffer.from(padded)]);
}

export function writeNpy(folder, name, descr, shape, array) {
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat([headerOf(descr, shape), Buffer.from(array.buffer)]));
  return path;
}

/** An array of zeros that takes no place on the disk, and a while to read. */
export function writeZeros(folder, name, descr, shape, bytes) {
  const path = join(folder, name);
  const file = openSync(path, 'w');
  const header = headerOf(descr, shape);
  writeSync(file, header);
  ftruncateSync(file, header.length + bytes);
  closeSync(file);
  return path;
}
