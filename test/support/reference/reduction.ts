import { type DoubleDouble, sumOf } from './double-double.js';
import type { Layout } from './layout.js';
import type { Transform } from './row.js';

export type Reduced = Layout &
  Transform & { readonly reduction?: 'mean' | 'sum' | 'none' | undefined };

export function reduced(losses: readonly DoubleDouble[], reduction: Reduced['reduction'] = 'mean') {
  if (reduction === 'none') return Float64Array.from(losses, Number);
  const sum = sumOf(losses);
  return Float64Array.of((reduction === 'sum' ? sum : sum.over(losses.length)).valueOf());
}
