/** Counts from 0 on, in memory that all threads of the process see: of theirs, one at a time may count. */
export function newCounts(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT));
}
