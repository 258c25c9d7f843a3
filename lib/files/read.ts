import { valueError } from '../arguments/errors.js';
import { closeFile, readFully } from './file.js';
import { elementBytes, isSize, type OpenTensor } from './tensor.js';
import { readLines } from './text-targets.js';

function readableBytes({ element, bytes }: OpenTensor, into: Uint8Array, at: number): number {
  const size = elementBytes[element];
  if (!isSize(at) || at % size !== 0) throw valueError(`a multiple of ${size}`, 'at', at);
  if (into.length % size !== 0) {
    throw valueError(`a multiple of ${size}`, 'into.length', into.length);
  }
  return Math.max(0, Math.min(into.length, bytes - at));
}

/**
 * Fills `into` from a tensor's byte `at` on and tells how many bytes that were: less than all only at
 * the tensor's end. Both are whole elements. Any thread may read at any time.
 */
export function readTensor(tensor: OpenTensor, into: Uint8Array, at: number): number {
  const count = readableBytes(tensor, into, at);
  let filled = 0;
  let start = 0;
  for (const part of tensor.parts) {
    const place = at + filled - start;
    if (filled < count && place < part.bytes) {
      const end = Math.min(count, filled + part.bytes - place);
      const block = into.subarray(filled, end);
      if (part.kind === 'lines') readLines(part, block, place);
      else readFully(part.file, block, part.offset + place);
      filled = end;
    }
    start += part.bytes;
  }
  return count;
}

/** Closes the files, which no thread may be reading any more. */
export function closeTensor({ parts }: OpenTensor): void {
  for (const { file } of parts) closeFile(file);
}
