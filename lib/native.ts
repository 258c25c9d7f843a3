import { existsSync } from 'node:fs';
import { join } from 'node:path';
import bindings from 'bindings';
import { addonNotFound, valueError } from './errors.js';
import type { ClassIndices } from './types.js';

/** How native code numbers the reductions. */
export const reductionCodes = { none: 0, sum: 1, mean: 2 } as const;

/** An operation whose result is laid out as its input. */
type SameShape = (
  logits: Float32Array,
  out: Float32Array,
  outer: number,
  classes: number,
  inner: number,
) => void;

/**
 * The addon, function by function, as native/addon.cc exports it. A layout is three numbers:
 * outer, classes, inner (native/kernel-table.h).
 */
interface NativeAddon {
  softmax: SameShape;
  logSoftmax: SameShape;
  /** `source` is what `out` must not overlap: the logits, or what they were copied from. */
  logSumExp(
    logits: Float32Array,
    out: Float32Array,
    outer: number,
    classes: number,
    inner: number,
    source: Float32Array,
  ): void;
  /** The reduced loss; NaN for 'none', whose losses go to `out`. */
  crossEntropy(
    logits: Float32Array,
    targets: Exclude<ClassIndices, readonly number[]>,
    outer: number,
    classes: number,
    inner: number,
    ignoreIndex: number,
    reduction: (typeof reductionCodes)[keyof typeof reductionCodes],
    out: Float32Array | null,
    gradient: Float32Array | null,
  ): number;
  isas(): string[];
  isa(): string;
  /** Whether this instruction set is available; if so, this thread uses it from now on. */
  selectIsa(name: string): boolean;
  /** For tests: out[i] = e^x[i] * 2^(40 - exponent). */
  scaledExp(x: Float32Array, out: Float32Array, exponent: number): void;
  /** For benchmarks: the sum of all elements, at the speed of memory. */
  readSum(x: Float32Array): number;
  /** The file that was loaded. */
  readonly path: string;
}

const root = join(__dirname, '..');
const platform = `${process.platform}-${process.arch}`;

/** Where the addon may be: a local build, then the binary that the package ships for this platform. */
const folders = [
  ['build', 'Release'],
  ['prebuilds', platform],
];

function load(): NativeAddon {
  const failures: string[] = [];
  for (const folder of folders) {
    const file = join(root, ...folder, 'logits.node');
    try {
      // bindings joins the segments of a row; `bindings` among them stands for the file's name.
      const row = [root, ...folder, 'bindings'];
      return bindings({ bindings: 'logits.node', module_root: root, try: [row] }) as NativeAddon;
    } catch (error) {
      const reason = existsSync(file) ? String(error).split('\n')[0] : 'there is no such file';
      failures.push(`  ${file}: ${reason}`);
    }
  }
  throw addonNotFound(
    `No logits binary could be loaded for ${platform}. Tried:\n${failures.join('\n')}\n` +
      'In a checkout of the logits repository, build it with: npm run build:native',
  );
}

/** Applies LOGITS_ISA. An unknown or unavailable name is an error, not a quiet fallback. */
function forceIsa(addon: NativeAddon, name: string | undefined): void {
  if (name === undefined || name === '') return;
  if (!addon.selectIsa(name)) {
    throw valueError(`one of ${addon.isas().join(', ')}`, 'LOGITS_ISA', name);
  }
}

/** The addon of this thread. */
export const native: NativeAddon = load();
forceIsa(native, process.env.LOGITS_ISA);
