import { setImmediate } from 'node:timers';
import { typeError } from '../arguments/errors.js';
import type { OptionList, RawOptions } from '../arguments/options.js';
import { native } from './addon.js';
import type { Operation } from './boundary.js';
import { begin, type Prepared } from './call.js';
import { wordedError } from './errors.js';

/** Options of a function of `logits`, and a signal that stops the call. */
export type InBackground<Options> = Options & { readonly signal?: AbortSignal | undefined };

let isTurnDue = false;
let hasWake = false;
let lastId = 0;

// As immediates, so that timers and other events have their turn between two of these.
function takeTurn(): void {
  isTurnDue = false;
  if (native.advance()) requestTurn();
}

function requestTurn(): void {
  if (isTurnDue) return;
  isTurnDue = true;
  setImmediate(takeTurn);
}

function readSignal(value: unknown): AbortSignal | undefined {
  if (value === undefined) return undefined;
  const { aborted, addEventListener } = (value ?? {}) as Partial<AbortSignal>;
  if (typeof aborted === 'boolean' && typeof addEventListener === 'function') {
    return value as AbortSignal;
  }
  throw typeError('an AbortSignal', 'signal', value);
}

/**
 * Computes a call off this thread: a promise of its result, or of the signal's reason where the option
 * `signal` stops it.
 *
 * @param options - As the caller gives them; `prepare` gets them checked against `list`.
 */
export async function computeInBackground<O extends Operation, Result>(
  operation: O,
  list: OptionList<string>,
  options: unknown,
  prepare: (given: RawOptions) => Prepared<O, Result>,
): Promise<Result> {
  const given = list.acceptInBackground(options);
  const signal = readSignal(given.signal);
  const isAborted = signal?.aborted;
  const prepared = prepare(given);
  if (isAborted) throw signal?.reason;
  const id = ++lastId;
  const stop = () => native.stop(id);
  try {
    if (!hasWake) native.setWake(requestTurn);
    hasWake = true;
    const pending = begin(operation, prepared, id);
    signal?.addEventListener('abort', stop, { once: true });
    // A getter of the caller's may have aborted it while the arguments were read.
    if (signal?.aborted) stop();
    return prepared.finish(await pending);
  } catch (error) {
    // A call that was stopped is rejected with undefined.
    throw error === undefined ? signal?.reason : wordedError(error, operation, prepared.args, NaN);
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}
