import { allocationError, valueError } from '../errors.js';
import { elementBytes, isSize, type OpenTensor } from './tensor.js';

function twoBlocks(size: number): ArrayBuffer {
  try {
    return new ArrayBuffer(2 * size);
  } catch (cause) {
    throw allocationError(2 * size, 'blocks', cause);
  }
}

/**
 * A tensor's bytes in blocks of `blockBytes`, the last one shorter. While a block is used, the next one is
 * being read into the other half of one buffer: a block holds until the next one is asked for. The
 * tensor may be closed when the loop has ended.
 */
export async function* readBlocks(
  tensor: OpenTensor,
  blockBytes: number,
): AsyncGenerator<Uint8Array, void> {
  const element = elementBytes[tensor.element];
  if (!isSize(blockBytes) || blockBytes === 0 || blockBytes % element !== 0) {
    throw valueError(`a positive multiple of ${element}`, 'blockBytes', blockBytes);
  }
  const size = Math.min(blockBytes, tensor.bytes);
  const buffer = twoBlocks(size);
  // Settled, a read that fails while a block is used waits to be asked for.
  const read = (half: number, at: number) =>
    Promise.allSettled([tensor.read(new Uint8Array(buffer, half * size, size), at)]);
  let reading = read(0, 0);
  try {
    for (let at = 0, half = 0; at < tensor.bytes; at += size, half = 1 - half) {
      const [outcome] = await reading;
      if (outcome.status === 'rejected') throw outcome.reason;
      reading = read(1 - half, at + size);
      yield new Uint8Array(buffer, half * size, outcome.value);
    }
  } finally {
    await reading;
  }
}
