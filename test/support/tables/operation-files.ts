/// <reference types="vite/types/importMeta.d.ts" />
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { OptionList } from '../../../lib/arguments/options.js';
import type * as logits from '../../../lib/index.js';
import type { Batch, Results } from './operations.js';

// operation-files.cjs for the tests that run lib/.

type Compute = (functions: typeof logits, batch: Batch) => Results;

/** What operation-files.cjs says of a function. */
export interface KnownOperation {
  readonly inputs: readonly string[];
  readonly targets: readonly ('classes' | 'probabilities' | 'labels')[];
  readonly factors: readonly string[];
  readonly outputs: readonly string[];
  readonly sizes: Readonly<Record<string, 'row' | 'class'>>;
  readonly variants?: {
    readonly rowwise?: Readonly<Record<string, Compute>>;
    readonly reduced?: Readonly<Record<string, Compute>>;
  };
}

const path = join(import.meta.dirname, 'operation-files.cjs');
export const knownOperations: Readonly<Record<string, KnownOperation>> =
  createRequire(path)(path).operations;

const lists = Object.assign(
  {},
  ...Object.values(import.meta.glob('../../../lib/operations/*.ts', { eager: true })),
) as Readonly<Record<string, OptionList<string>>>;

/** The names of a function's options. */
export const listedOptions = (name: string) =>
  (lists[`${name}Options`] as OptionList<string>).names;
