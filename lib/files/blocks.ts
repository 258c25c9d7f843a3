import { allocationError, valueError } from '../errors.js';
import { elementBytes, isSize, type OpenTensor } from './tensor.js';

// With one read under way, whoever reads rests from each block's end until the next block is asked for.
const READS_AHEAD = 3;

// Where blocks are so large that a rest is nothing beside them, memory is worth more.
const MOST_BYTES = 64 * 1024 * 1024;

function bufferOf(blocks: number, size: number): ArrayBuffer {
  try {
    return new ArrayBuffer(blocks * size);
  } catch (cause) {
    throw allocationError(blocks * size, 'blocks', cause);
  }
}

/**
 * A tensor's bytes in blocks of `blockBytes`, the last one shorter. While a block is used, the next ones are
 * being read into other parts of one buffer: a block holds until the next one is asked for. The
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
  if (tensor.bytes === 0) return;
  const size = Math.min(blockBytes, tensor.bytes);
  const ahead = size * (READS_AHEAD + 1) <= MOST_BYTES ? READS_AHEAD : 1;
  const buffer = bufferOf(ahead + 1, size);
  const part = (at: number, length: number) =>
    new Uint8Array(buffer, ((at / size) % (ahead + 1)) * size, length);
  // Settled, a read that fails while a block is used waits to be asked for.
  const read = (at: number) => Promise.allSettled([tensor.read(part(at, size), at)]);
  const reading = Array.from({ length: ahead }, (_, block) => read(block * size));
  try {
    for (let at = 0; at < tensor.bytes; at += size) {
      const [outcome] = await (reading.shift() as (typeof reading)[number]);
      if (outcome.status === 'rejected') throw outcome.reason;
      reading.push(read(at + ahead * size));
      yield part(at, outcome.value);
    }
  } finally {
    await Promise.all(reading);
  }
}
