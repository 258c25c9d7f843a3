import { fileError, shapeError } from '../arguments/errors.js';
import { expectBytes, type OpenTensor } from './tensor.js';

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

/** One tensor of all, along the first axis; a single one is itself. */
export function concatenated(first: OpenTensor, others: readonly OpenTensor[]): OpenTensor {
  if (others.length === 0) return first;
  if (first.shape.length === 0) throw shapeError('a first axis', first.path, 'a single number');
  for (const other of others) expectAlike(first, other);
  const all = [first, ...others];
  const rows = all.reduce((sum, { shape }) => sum + (shape[0] as number), 0);
  const shape = [rows, ...first.shape.slice(1)];
  const bytes = expectBytes(shape, first.element, first.path);
  return { ...first, shape, bytes, parts: all.flatMap(({ parts }) => parts) };
}
