import { cpSync } from 'node:fs';
import { join } from 'node:path';

/** What support/package/compile.ts is in a stage, which has no compiler: the package is compiled already. */
export function compileInto(dist) {
  cpSync(join(import.meta.dirname, '..', '..', 'dist'), dist, { recursive: true });
}
