// The functions of `logits` off the calling thread, as `fs/promises` is to `fs`: the same arguments, the
// same results to the last bit, the same errors as rejections.

export { AsyncEvaluator as Evaluator } from './evaluation/evaluator.js';
export type { InBackground } from './native/background.js';
export * from './operations/promises.js';
