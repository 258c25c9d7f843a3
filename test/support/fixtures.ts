import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface SharedFields {
  readonly name: string;
  readonly shape: readonly number[];
  readonly logits: Float32Array;
}

export interface FamilyFixture extends SharedFields {
  readonly operation: 'softmax' | 'logSoftmax' | 'logSumExp';
  readonly axis: number | readonly number[];
  readonly values: Float64Array;
}

export interface LossFixture extends SharedFields {
  readonly operation: 'crossEntropy';
  readonly axis: number;
  readonly targets: Int32Array;
  readonly ignoreIndex: number;
  readonly reduction: 'mean' | 'sum' | 'none';
  /** A number, or one loss a row for 'none'. */
  readonly loss: number | Float64Array;
  readonly gradient: Float64Array;
}

/** A case of pytorch.json as the file holds it: README.md beside it says more. */
interface RawCase {
  name: string;
  operation: 'softmax' | 'logSoftmax' | 'logSumExp' | 'crossEntropy';
  shape: number[];
  axis?: number;
  axes?: number[];
  logits: string;
  targets: string;
  ignoreIndex: number;
  reduction: 'mean' | 'sum' | 'none';
  expected: { values: string; loss: number | string; losses?: string; gradient: string };
}

function bytes(base64: string): ArrayBuffer {
  return Uint8Array.from(Buffer.from(base64, 'base64')).buffer;
}

function decode(raw: RawCase): FamilyFixture | LossFixture {
  const { name, operation, shape, expected } = raw;
  const logits = new Float32Array(bytes(raw.logits));
  if (operation !== 'crossEntropy') {
    const values = new Float64Array(bytes(expected.values));
    return { name, operation, shape, logits, axis: raw.axes ?? (raw.axis as number), values };
  }
  return {
    name,
    operation,
    shape,
    logits,
    axis: raw.axis as number,
    targets: new Int32Array(bytes(raw.targets)),
    ignoreIndex: raw.ignoreIndex,
    reduction: raw.reduction,
    loss:
      expected.losses === undefined
        ? Number(expected.loss)
        : new Float64Array(bytes(expected.losses)),
    gradient: new Float64Array(bytes(expected.gradient)),
  };
}

const file = join(import.meta.dirname, '..', 'fixtures', 'pytorch.json');

export const fixtures = (JSON.parse(readFileSync(file, 'utf8')).cases as RawCase[]).map(decode);
