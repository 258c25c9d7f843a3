import { fileError, shapeError } from '../errors.js';
import { expectBytes, type OpenTensor, readableBytes } from './tensor.js';

function expectAlike(first: OpenTensor, other: OpenTensor): void {
  if (other.element !== first.element) {
    throw fileError(`${first.element} elements, as in ${first.path},`, other.path, other.element);
  }
  const row = first.shape.slice(1);
  const { shape } = other;
  const isAlike =
    shape.length === row.length + 1 && row.every((size, axis) => size === shape[axis + 1]);
  if (!isAlike) {
    const what = `the shape [${['n', ...row].join(', ')}], as in ${first.path},`;
    throw shapeError(what, other.path, `[${shape.join(', ')}]`);
  }
}

/** Several tensors as one, along the first axis. Closing it closes all. */
class Concatenation implements OpenTensor {
  readonly path: string;
  readonly name: string | undefined;
  readonly element: OpenTensor['element'];
  readonly shape: readonly number[];
  readonly bytes: number;
  readonly offset: number;
  private readonly parts: readonly OpenTensor[];

  constructor(first: OpenTensor, parts: readonly OpenTensor[]) {
    if (first.shape.length === 0) throw shapeError('a first axis', first.path, 'a single number');
    for (const part of parts) expectAlike(first, part);
    const rows = parts.reduce((sum, part) => sum + (part.shape[0] as number), 0);
    this.path = first.path;
    this.name = first.name;
    this.element = first.element;
    this.shape = [rows, ...first.shape.slice(1)];
    this.bytes = expectBytes(this.shape, this.element, this.path);
    this.offset = first.offset;
    this.parts = parts;
  }

  async read(into: Uint8Array, at: number): Promise<number> {
    const count = readableBytes(this, into, at);
    let filled = 0;
    let start = 0;
    for (const part of this.parts) {
      const place = at + filled - start;
      if (filled < count && place < part.bytes) {
        filled += await part.read(into.subarray(filled, count), place);
      }
      start += part.bytes;
    }
    return filled;
  }

  async close(): Promise<void> {
    await Promise.all(this.parts.map((part) => part.close()));
  }
}

/** One tensor of all parts, along the first axis; a single part is itself. */
export function concatenated(first: OpenTensor, others: readonly OpenTensor[]): OpenTensor {
  return others.length === 0 ? first : new Concatenation(first, [first, ...others]);
}
