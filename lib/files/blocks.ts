import { allocationError } from '../errors.js';

// With one read under way, whoever reads rests from each block's end until the next block is asked for.
const MOST_READS_AHEAD = 3;

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
 * What `read` makes of each place, in memory of `blockBytes` that it is given. While a block is used, the
 * next ones are being read into other parts of one buffer: a block holds until the next one is asked
 * for. When the loop has ended, so have all reads.
 */
export async function* readAhead<Place, Block>(
  places: Iterable<Place>,
  blockBytes: number,
  read: (into: Uint8Array, place: Place) => Promise<Block>,
): AsyncGenerator<Block, void> {
  const blocks = 1 + (blockBytes * (MOST_READS_AHEAD + 1) <= MOST_BYTES ? MOST_READS_AHEAD : 1);
  const buffer = bufferOf(blocks, blockBytes);
  const upcoming = places[Symbol.iterator]();
  const reading: Promise<[PromiseSettledResult<Awaited<Block>>]>[] = [];
  let begun = 0;
  const begin = () => {
    const { done, value: place } = upcoming.next();
    if (done) return;
    const into = new Uint8Array(buffer, (begun++ % blocks) * blockBytes, blockBytes);
    // Settled, a read that fails while a block is used waits to be asked for.
    reading.push(Promise.allSettled([read(into, place)]));
  };
  for (let block = 1; block < blocks; block++) begin();
  try {
    for (let next = reading.shift(); next !== undefined; next = reading.shift()) {
      const [outcome] = await next;
      if (outcome.status === 'rejected') throw outcome.reason;
      begin();
      yield outcome.value;
    }
  } finally {
    await Promise.all(reading);
  }
}
