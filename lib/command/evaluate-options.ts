import type { DatasetOptions } from './dataset.js';

/** The options of `logits evaluate`, as commander names them. */
export interface EvaluateOptions extends DatasetOptions {
  readonly top: readonly number[];
  readonly ignoreIndex: readonly number[];
  readonly bins: number;
  readonly temperature?: number;
  readonly softcap?: number;
  readonly bytes?: string;
  readonly batchRows?: number;
  readonly threads?: number;
  readonly json?: string;
  readonly report?: string;
  readonly quiet?: true;
}
