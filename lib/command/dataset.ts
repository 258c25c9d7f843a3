import { type Layout, layoutOf, readAxis } from '../arguments/layout.js';
import { fileError, fileShapeError } from '../files/errors.js';
import { closeTensor, openTensor } from '../files/open.js';
import { elementBytes, type OpenTensor } from '../files/tensor.js';
import { elementCodes } from '../native/boundary.js';
import type { ElementType } from '../types.js';

/** The options of `logits evaluate`, as commander names them. */
export interface EvaluateOptions {
  readonly axis: number;
  readonly dtype?: ElementType;
  readonly tensor?: string;
  readonly targetsTensor?: string;
  readonly top: readonly number[];
  readonly ignoreIndex: readonly number[];
  readonly bins: number;
  readonly temperature?: number;
  readonly softcap?: number;
  readonly bytes?: string;
  readonly batchRows?: number;
  readonly threads?: number;
  readonly json?: string;
  readonly report?: string;
  readonly quiet?: true;
}

/** Logits and the targets of their rows, both still in their files: plain data, which threads can share. */
export interface Dataset {
  readonly logits: OpenTensor;
  readonly targets: OpenTensor;
  readonly elementType: ElementType;
  /** The class axis, counted from the front. */
  readonly axis: number;
  readonly layout: Layout;
}

function logitsType({ element, path }: OpenTensor): ElementType {
  if (Object.hasOwn(elementCodes, element)) return element as ElementType;
  const hint = element === 'uint16' ? ' (of which --dtype would say the type)' : '';
  throw fileError('floating-point logits', path, `${element}${hint}`);
}

function expectIntegers({ element, path }: OpenTensor): void {
  if (Object.hasOwn(elementCodes, element)) throw fileError('integers as targets', path, element);
}

const isSame = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);

/** Targets have the shape of the rows, or as many as there are rows in one dimension. */
function expectTargets(targets: OpenTensor, rowShape: readonly number[], rows: number): void {
  const { shape, path } = targets;
  if (isSame(shape, rowShape) || isSame(shape, [rows])) return;
  const flat = rowShape.length === 1 ? '' : ` or [${rows}]`;
  throw fileShapeError(
    `the shape [${rowShape.join(', ')}]${flat}, as the logits have rows,`,
    path,
    `[${shape.join(', ')}]`,
  );
}

/** Puts logits and targets together, along this class axis. */
function datasetOf(logits: OpenTensor, targets: OpenTensor, givenAxis: number): Dataset {
  const { shape, path } = logits;
  const elementType = logitsType(logits);
  expectIntegers(targets);
  if (shape.length === 0) throw fileShapeError('a class axis', path, 'a single number');
  const axis = readAxis(givenAxis, shape.length, 'axis');
  if (shape[axis] === 0) throw fileShapeError('a class at least', path, `[${shape.join(', ')}]`);
  const elements = logits.bytes / elementBytes[elementType];
  const layout = layoutOf(shape, axis, axis, elements, path);
  const rowShape = shape.filter((_, i) => i !== axis);
  expectTargets(targets, rowShape, layout.outer * layout.inner);
  return { logits, targets, elementType, axis, layout };
}

async function withTensor<T>(
  tensor: OpenTensor,
  use: (tensor: OpenTensor) => Promise<T>,
): Promise<T> {
  try {
    return await use(tensor);
  } finally {
    closeTensor(tensor);
  }
}

/** Opens a data set for `use`, and closes its files afterwards. */
export async function withDataset<T>(
  logitsPaths: readonly [string, ...string[]],
  targetsPath: string,
  { axis, dtype, tensor, targetsTensor }: EvaluateOptions,
  use: (dataset: Dataset) => Promise<T>,
): Promise<T> {
  return withTensor(openTensor(logitsPaths, { dtype, tensor }), (logits) =>
    withTensor(openTensor([targetsPath], { tensor: targetsTensor }), (targets) =>
      use(datasetOf(logits, targets, axis)),
    ),
  );
}
