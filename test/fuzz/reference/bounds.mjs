// How far results may be off: the bounds of native/NUMERICS.md, section 5, with what rounding does to the reference itself
// (some units of 2^-53).
import { LEAST64, U, ulp32 } from './expected.mjs';
import { row } from './row.mjs';

/** The options of a plan as numbers, and bounds by its arithmetic. */
export function settingsOf(plan) {
  const { temperature = 1, softcap = 0, threads: _, ...given } = plan.given;
  const isDouble = plan.element === 'float64';
  const isTransformed = temperature !== 1 || softcap > 0;
  return { ...given, temperature, softcap, isDouble, isTransformed };
}

/** Rounding of a result to its type. */
export const rounding = (isDouble, value) =>
  isDouble ? U * Math.abs(value) + LEAST64 : ulp32(value) * 0.505;

/** A gradient of softmax or log-softmax in float32 lanes; what falls below float32 is off by steps of it, times p. */
export const offOfGradient = (main, size, p) =>
  2e-7 * main + 2 ** -40 * size + 2 ** -148 * (1 + Math.abs(p));

export function offOfProbability({ isDouble, isTransformed }, p) {
  if (isDouble) return (isTransformed ? 2e-15 : 1e-15) * p + 5 * U * p + 2 * LEAST64;
  const core = 0.88 + (isTransformed ? 0.18 : 0);
  return (core + 0.5) * ulp32(p) + p * offOfSum(row.classes, isTransformed);
}

/**
 * What a sum of float32 terms may be off by, relative to it: the exponential core's 0.88 ulp, what a temperature adds to
 * it, and as many roundings as the tree of a group of 64 has that add anything but 0 (sections 2 and 4).
 */
export function offOfSum(classes, isTransformed) {
  const additions = Math.max(0, Math.min(3, Math.ceil(Math.log2(classes / 8))));
  return (0.88 + (isTransformed ? 0.18 : 0)) * 2 ** -23 + additions * 2 ** -24;
}

/** Of log p, which is as good relative to itself however small it is; from subnormal terms on each has its own rounding. */
export function offOfLog({ isDouble }, value) {
  if (isDouble) return 2e-15 * Math.abs(value) + (row.classes + 4) * LEAST64;
  return 4 * ulp32(value);
}

export function offOfLogSumExp({ isDouble, isTransformed }, value) {
  const size = Math.abs(value);
  if (isDouble) return (1e-15 + 2 * U) * Math.max(size, 1) + U * row.magnitude;
  // log S is off by what S is, whatever is left of it.
  return (
    offOfSum(row.classes, isTransformed) +
    0.505 * ulp32(value) +
    (isTransformed ? 2 ** -46 * row.magnitude : 0)
  );
}

export const LOSS = {
  single: 4e-7,
  singleTransformed: 4e-7,
  double: 1e-15,
  doubleTransformed: 2e-15,
};
export const LOSS_OF_TERMS = { ...LOSS, double: 2e-15 };
export const GRADIENT = { ...LOSS, double: 2e-15 };
export const pick = (bounds, { isDouble, isTransformed }) =>
  bounds[`${isDouble ? 'double' : 'single'}${isTransformed ? 'Transformed' : ''}`];
