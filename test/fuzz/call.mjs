// Runs a call, synchronously or not, and says what came of it.
import { passedOptions } from './build.mjs';
import { signatures } from './signatures.mjs';

/** { result } or { error }. */
export function run(call, library) {
  try {
    return { result: enter(call, library) };
  } catch (error) {
    return { error };
  }
}

/** The same of the functions that give promises; argument errors reject, too: what is thrown says so. */
export async function runLater(call, promises) {
  let promise;
  try {
    promise = enter(call, promises);
  } catch (error) {
    // A constructor gives no promise.
    return { error, threw: call.fn !== 'Evaluator' || call.evaluator !== undefined };
  }
  if (typeof promise?.then !== 'function') return { result: promise, isNoPromise: true };
  try {
    return { result: await promise };
  } catch (error) {
    return { error };
  }
}

function enter(call, library) {
  const { fn, inputs, construction } = call;
  const options = passedOptions(call, library);
  if (fn === 'Evaluator') {
    const evaluator = new library.Evaluator(construction);
    call.evaluator = evaluator;
    call.stateBefore = JSON.stringify(evaluator);
    return evaluator.update(inputs.logits, inputs.targets, options);
  }
  return library[fn](...signatures[fn].inputs.map((name) => inputs[name]), options);
}
