import os from 'node:os';
import { valueError } from '../arguments/errors.js';
import { either, suggestion } from '../arguments/suggestions.js';
import type { Functions, Side } from './boundary.js';
import { loadAddon } from './load.js';

/** An array that native code reads: float16 and bfloat16 as their bits. */
export type NativeArray = Float32Array | Float64Array | Uint16Array;

/** An array that native code writes. */
export type FloatResult = Float32Array | Float64Array;

/** native/boundary.def says what its functions take. */
export interface NativeAddon extends Side, Functions {
  /** The same functions as promises. */
  readonly background: Side;
  /** The version of the package and the commit that it was built from; 'none' for a local build. */
  readonly version: string;
  readonly commit: string;
  /** The file that was loaded. */
  readonly path: string;
}

/** Applies LOGITS_ISA. An unknown or unavailable name is an error, not a quiet fallback. */
function forceIsa(addon: NativeAddon, name: string | undefined): void {
  if (name === undefined || name === '') return;
  if (!addon.selectIsa(name)) {
    throw valueError(either(addon.isas()), 'LOGITS_ISA', name, suggestion(name, addon.isas()));
  }
}

/** Applies LOGITS_THREADS, or all of the machine's threads, unless another thread has done so. */
function limitThreads(addon: NativeAddon, given: string | undefined): void {
  if (given === undefined || given === '') {
    // Node.js has it from 18.14 on.
    addon.setDefaultThreads(os.availableParallelism?.() ?? Math.max(1, os.cpus().length));
    return;
  }
  const threads = Number(given);
  if (!/^[0-9]+$/.test(given) || !(threads >= 1 && Number.isSafeInteger(threads))) {
    throw valueError('an integer >= 1', 'LOGITS_THREADS', given);
  }
  addon.setDefaultThreads(threads);
}

/** The addon of this thread. */
export const native = loadAddon(process.env.LOGITS_BINARY) as NativeAddon;
forceIsa(native, process.env.LOGITS_ISA);
limitThreads(native, process.env.LOGITS_THREADS);
