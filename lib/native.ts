import { join } from 'node:path';
import bindings from 'bindings';
import { addonNotFound, valueError } from './errors.js';
import type { ClassIndices } from './types.js';

/** How native code numbers the reductions. */
export const reductionCodes = { none: 0, sum: 1, mean: 2 } as const;

/**
 * The addon, function by function, as native/addon.cc exports it. A layout is three numbers:
 * outer, classes, inner (native/kernel-table.h).
 */
interface NativeAddon {
  softmax(
    logits: Float32Array,
    out: Float32Array,
    outer: number,
    classes: number,
    inner: number,
  ): void;
  logSoftmax(
    logits: Float32Array,
    out: Float32Array,
    outer: number,
    classes: number,
    inner: number,
  ): void;
  logSumExp(
    logits: Float32Array,
    out: Float32Array,
    outer: number,
    classes: number,
    inner: number,
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

const platform = `${process.platform}-${process.arch}`;

function load(): NativeAddon {
  const root = join(__dirname, '..');
  try {
    // bindings replaces each segment of a row that names an option by that option's value.
    const options = {
      bindings: 'logits.node',
      module_root: root,
      tuple: platform,
      // A local build first, then the binary that the package ships for this platform.
      try: [
        ['module_root', 'build', 'Release', 'bindings'],
        ['module_root', 'prebuilds', 'tuple', 'bindings'],
      ],
    };
    return bindings(options) as NativeAddon;
  } catch (error) {
    const tried = [
      join(root, 'build', 'Release', 'logits.node'),
      join(root, 'prebuilds', platform, 'logits.node'),
    ];
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw addonNotFound(
      `No logits binary could be loaded for ${platform}: ${reason}\n` +
        `Tried:\n${tried.map((file) => `  ${file}\n`).join('')}` +
        'In a checkout of the logits repository, build it with: npm run build:native',
      error,
    );
  }
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
