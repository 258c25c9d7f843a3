import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const manifest = readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8');

/** The version of this package. */
export const packageVersion: string = JSON.parse(manifest).version;
