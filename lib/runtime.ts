import { native } from './native.js';
import type { Runtime } from './types.js';

/**
 * What runs in this process: the instruction set in use and those available (best first), the
 * number of threads a call uses, and the addon's file. The environment variable `LOGITS_ISA`
 * (`avx512`, `avx2`, `neon` or `scalar`) forces an instruction set; results are the same bits on all.
 *
 * @example
 * runtime();   // { isa: 'avx2', isas: ['avx2', 'scalar'], threads: 1, addon: '.../logits.node' }
 */
export function runtime(): Runtime {
  return { isa: native.isa(), isas: native.isas(), threads: 1, addon: native.path };
}
