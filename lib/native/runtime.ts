import { asFunction } from '../arguments/errors.js';
import { integerWithin } from '../arguments/scalars.js';
import type { Runtime } from '../types.js';
import { native } from './addon.js';

/**
 * What runs in this process: the instruction set in use and those available (best first), the
 * number of threads a call uses, and the addon's file. The environment variable `LOGITS_ISA`
 * (`avx512`, `avx2`, `neon` or `scalar`) forces an instruction set; results are the same bits on all.
 *
 * @example
 * runtime();   // { isa: 'avx2', isas: ['avx2', 'scalar'], threads: 8, addon: '.../logits.node' }
 */
export function runtime(): Runtime {
  return { isa: native.isa(), isas: native.isas(), threads: native.threads(), addon: native.path };
}

/**
 * Sets how many threads a call may use, for every later call of this process, its worker threads'
 * included, that has no option `threads`. A call takes a thread for about every 262,144 elements
 * (fewer where an element takes longer than in `crossEntropy`), so that a small one never waits for
 * others; the bits of its results do not depend on their number. The threads are started when a
 * call first needs them, shared by all calls, and sleep in between.
 *
 * At first it is the number in the environment variable `LOGITS_THREADS` or, without it,
 * `os.availableParallelism()`.
 *
 * @param threads An integer from 1 on (256 are used at the most).
 * @throws `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`.
 *
 * @example
 * setThreads(1);           // no helpers: the calling thread alone
 * runtime().threads;       // 1
 */
export function setThreads(threads: number): void {
  asFunction('setThreads', setThreads, () => {
    native.setThreads(integerWithin(threads, 'threads', 1));
  });
}
