// What a call's numbers are by the definitions, in float64, and how far each may be off: a file of this folder exports
// what computes them by the function's name.
import { readdirSync } from 'node:fs';

const files = readdirSync(new URL('.', import.meta.url)).filter((file) => file !== 'reference.mjs');
const computations = Object.assign(
  {},
  ...(await Promise.all(files.map((file) => import(new URL(file, import.meta.url))))),
);

/** Every number that the call of a plan results in: 'out', 'gradient', 'total'. */
export function referenceOf(plan) {
  return computations[plan.fn](plan);
}
