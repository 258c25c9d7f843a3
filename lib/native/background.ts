import { setImmediate } from 'node:timers';
import { type AnyFunction, typeError } from '../arguments/errors.js';
import type { OptionList, RawOptions } from '../arguments/options.js';
import { native } from './addon.js';
import type { ArgumentsOf, Operation } from './boundary.js';
import { begin, type Prepared } from './call.js';
import { wordedError } from './errors.js';

/** Options of a function of `logits`, and a signal that stops the call. */
export type InBackground<Options> = Options & { readonly signal?: AbortSignal | undefined };

/** What belongs to the addon and not to this module, of which a process may have several: it outlives them. */
interface Shared {
  lastId: number;
  hasWake: boolean;
}
const sharedKey = Symbol.for('logits.background');
const addon = native as typeof native & { [sharedKey]?: Shared };
addon[sharedKey] ??= { lastId: 0, hasWake: false };
const shared: Shared = addon[sharedKey];

let isTurnDue = false;

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

/** The pending calls of a signal, and its one listener. */
interface Watch {
  readonly ids: Set<number>;
  readonly stop: () => void;
}
const watches = new WeakMap<AbortSignal, Watch>();

function watch(signal: AbortSignal, id: number): void {
  const known = watches.get(signal);
  if (known !== undefined) {
    known.ids.add(id);
    return;
  }
  const ids = new Set([id]);
  const stop = () => {
    for (const one of ids) native.stop(one);
  };
  watches.set(signal, { ids, stop });
  signal.addEventListener('abort', stop, { once: true });
}

function unwatch(signal: AbortSignal, id: number): void {
  const known = watches.get(signal);
  if (!known?.ids.delete(id) || known.ids.size > 0) return;
  watches.delete(signal);
  signal.removeEventListener('abort', known.stop);
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
 * @param entry - The public function, with whose caller the stacks of errors begin.
 * @param options - As the caller gives them; `prepare` gets them checked against `list`.
 */
export async function computeInBackground<O extends Operation, Result>(
  entry: AnyFunction,
  operation: O,
  list: OptionList<string>,
  options: unknown,
  prepare: (given: RawOptions) => Prepared<O, Result>,
): Promise<Result> {
  let signal: AbortSignal | undefined;
  let id = 0;
  let args: ArgumentsOf<O> | undefined;
  try {
    const given = list.acceptInBackground(options);
    signal = readSignal(given.signal);
    const isAborted = signal?.aborted;
    const prepared = prepare(given);
    if (isAborted) throw undefined;
    id = ++shared.lastId;
    args = prepared.args;
    if (!shared.hasWake) native.setWake(requestTurn);
    shared.hasWake = true;
    const pending = begin(operation, prepared, id);
    if (signal !== undefined) watch(signal, id);
    // A getter of the caller's may have aborted it while the arguments were read.
    if (signal?.aborted) native.stop(id);
    return prepared.finish(await pending);
  } catch (error) {
    // A call that was stopped is rejected with undefined.
    if (error === undefined) throw signal?.reason;
    const worded = args === undefined ? error : wordedError(error, operation, args, NaN);
    throw list.named(worded, entry);
  } finally {
    if (signal !== undefined) unwatch(signal, id);
  }
}
