export { type ArgumentError, type ErrorCode, isArgumentError } from './arguments/errors.js';
export { Evaluator, type EvaluatorOptions, type UpdateOptions } from './evaluation/evaluator.js';
export type {
  Calibration,
  CalibrationBin,
  EvaluationSummary,
  EvaluatorState,
} from './evaluation/types.js';
export { runtime, setThreads } from './native/runtime.js';
export * from './operations/index.js';
export { type ScoreRow, type ToRowsOptions, toRows } from './rows.js';
export type * from './types.js';
