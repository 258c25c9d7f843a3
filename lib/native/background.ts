import { setImmediate } from 'node:timers';
import { typeError } from '../arguments/errors.js';
import { type NativeFunctions, native } from './addon.js';
import { describeBackground } from './call.js';

let isTurnDue = false;
let lastId = 0;

// As immediates, so that timers and other events have their turn between two of these.
function takeTurn(): void {
  isTurnDue = false;
  if (native.background.advance()) requestTurn();
}

function requestTurn(): void {
  if (isTurnDue) return;
  isTurnDue = true;
  setImmediate(takeTurn);
}

native.background.setWake(requestTurn);

function readSignal(value: unknown): AbortSignal | undefined {
  if (value === undefined) return undefined;
  const { aborted, addEventListener } = (value ?? {}) as Partial<AbortSignal>;
  if (typeof aborted === 'boolean' && typeof addEventListener === 'function') {
    return value as AbortSignal;
  }
  throw typeError('an AbortSignal', 'signal', value);
}

/** A call's result; the signal's reason, where it has stopped the call. */
async function settled(
  pending: Promise<number>,
  stop: () => void,
  signal: AbortSignal | undefined,
): Promise<number> {
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return await pending;
  } catch (error) {
    throw error === undefined ? signal?.reason : error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/**
 * Calls a function of the addon off this thread. `compute` reads the arguments and passes them to the
 * kernel that it is given; what it returns is there when the kernel is done, with the kernel's number.
 *
 * @param ownsResults - Whether nobody but this package has the arrays that the kernel writes to.
 */
export async function inBackground<Kernel extends NativeFunctions[keyof NativeFunctions], T>(
  name: keyof NativeFunctions,
  given: { readonly signal: unknown },
  ownsResults: boolean,
  compute: (kernel: Kernel) => T,
): Promise<{ readonly computed: T; readonly loss: number }> {
  const signal = readSignal(given.signal);
  const id = ++lastId;
  const begin = native.background[name] as (...args: readonly unknown[]) => Promise<number>;
  let pending: Promise<number> | undefined;
  const kernel: unknown = (...args: readonly unknown[]) => {
    if (signal?.aborted) throw signal.reason;
    describeBackground(ownsResults, id);
    pending = begin(...args);
    return NaN; // in the place of a loss
  };
  const computed = compute(kernel as Kernel);
  const stop = () => native.background.stop(id);
  return { computed, loss: await settled(pending as Promise<number>, stop, signal) };
}
