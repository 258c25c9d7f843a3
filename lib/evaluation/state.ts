import { expectInteger, newArray } from '../arguments/arrays.js';
import { typeError, valueError } from '../arguments/errors.js';
import { readSum, SUM_DIGITS, writeSum } from './exact-sum.js';
import type { EvaluatorState } from './types.js';

// How native/evaluation/evaluator.h lays out what an evaluator has gathered.
const ROWS = 0;
const IGNORED = 1;
const NOT_FINITE = 2;
const INFINITE = 3;
const HITS = 4;
const SUM_NAMES = ['loss', 'lossSquare', 'entropy', 'squareDistance'] as const;

/** What decides about the size of a state. */
export interface StateOptions {
  readonly classes: number;
  readonly top: readonly number[];
  readonly calibrationBins: number;
  readonly confusion: boolean;
}

type Counts = EvaluatorState['counts'];
type Sums = EvaluatorState['sums'];

/** The counts and sums of an evaluator, in arrays that native code adds to. */
export class GatheredState {
  readonly options: StateOptions;
  readonly top: Float64Array;
  readonly counts: Float64Array;
  readonly sums: BigInt64Array;
  readonly confusion: Float64Array | null;
  /** null where an update has not told them. */
  bytes: number | null = 0;

  constructor(options: StateOptions) {
    const { classes, top, calibrationBins, confusion } = options;
    this.options = options;
    this.top = Float64Array.from(top);
    this.counts = new Float64Array(HITS + top.length + 2 * calibrationBins);
    this.sums = new BigInt64Array((SUM_NAMES.length + calibrationBins) * SUM_DIGITS);
    this.confusion = confusion ? newConfusion(classes) : null;
  }

  get rows(): number {
    return this.counts[ROWS] as number;
  }
  get ignored(): number {
    return this.counts[IGNORED] as number;
  }
  get notFinite(): number {
    return this.counts[NOT_FINITE] as number;
  }
  get infinite(): number {
    return this.counts[INFINITE] as number;
  }
  get hits(): Float64Array {
    return this.counts.subarray(HITS, HITS + this.top.length);
  }
  get binRows(): Float64Array {
    const start = HITS + this.top.length;
    return this.counts.subarray(start, start + this.options.calibrationBins);
  }
  get binHits(): Float64Array {
    return this.counts.subarray(HITS + this.top.length + this.options.calibrationBins);
  }
  sum(name: (typeof SUM_NAMES)[number]): bigint {
    return readSum(this.sums, SUM_NAMES.indexOf(name) * SUM_DIGITS);
  }
  confidence(bin: number): bigint {
    return readSum(this.sums, (SUM_NAMES.length + bin) * SUM_DIGITS);
  }

  /** Whether all counts stay exact with a batch of so many rows and bytes. */
  hasRoom(rows: number, bytes: number | null): boolean {
    const most = Math.max(this.rows, this.ignored, this.notFinite) + rows;
    return Number.isSafeInteger(most) && Number.isSafeInteger((this.bytes ?? 0) + (bytes ?? 0));
  }

  /** Whether all counts stay exact with those of another evaluator, of the same options. */
  hasRoomFor(other: GatheredState): boolean {
    const isSafe = (count: number, i: number) =>
      Number.isSafeInteger(count + (other.counts[i] ?? 0));
    return this.hasRoom(0, other.bytes) && this.counts.every(isSafe);
  }

  addBytes(bytes: number | null): void {
    this.bytes = this.bytes === null || bytes === null ? null : this.bytes + bytes;
  }

  /** Adds what another evaluator, of the same options, has gathered. */
  add(other: GatheredState): void {
    this.addBytes(other.bytes);
    addTo(this.counts, other.counts);
    if (this.confusion !== null && other.confusion !== null) {
      addTo(this.confusion, other.confusion);
    }
    for (let index = 0; index < this.sums.length; index += SUM_DIGITS) {
      writeSum(this.sums, index, readSum(this.sums, index) + readSum(other.sums, index));
    }
  }

  describeCounts(): Counts {
    return {
      rows: this.rows,
      ignored: this.ignored,
      notFinite: this.notFinite,
      infinite: this.infinite,
      hits: [...this.hits],
      binRows: [...this.binRows],
      binHits: [...this.binHits],
      bytes: this.bytes,
      ...(this.confusion === null ? {} : { confusion: [...this.confusion] }),
    };
  }

  describeSums(): Sums {
    const hexadecimal = (sum: bigint) => sum.toString(16);
    return {
      loss: hexadecimal(this.sum('loss')),
      lossSquare: hexadecimal(this.sum('lossSquare')),
      entropy: hexadecimal(this.sum('entropy')),
      squareDistance: hexadecimal(this.sum('squareDistance')),
      confidence: Array.from(this.binRows, (_, bin) => hexadecimal(this.confidence(bin))),
    };
  }

  /** Takes over what describeCounts and describeSums have told. */
  restore(
    counts: Readonly<Record<string, unknown>>,
    sums: Readonly<Record<string, unknown>>,
  ): void {
    this.counts[ROWS] = readCount(counts.rows, 'counts.rows');
    this.counts[IGNORED] = readCount(counts.ignored, 'counts.ignored');
    this.counts[NOT_FINITE] = readCount(counts.notFinite, 'counts.notFinite');
    this.counts[INFINITE] = readCount(counts.infinite, 'counts.infinite');
    readCounts(counts.hits, this.hits, 'counts.hits');
    readCounts(counts.binRows, this.binRows, 'counts.binRows');
    readCounts(counts.binHits, this.binHits, 'counts.binHits');
    this.bytes = counts.bytes === null ? null : readCount(counts.bytes, 'counts.bytes');
    if (this.confusion !== null) readCounts(counts.confusion, this.confusion, 'counts.confusion');
    SUM_NAMES.forEach((name, index) => {
      writeSum(this.sums, index * SUM_DIGITS, readHexadecimal(sums[name], `sums.${name}`));
    });
    const confidence = expectList(sums.confidence, this.binRows.length, 'sums.confidence');
    confidence.forEach((text, bin) => {
      const sum = readHexadecimal(text, `sums.confidence[${bin}]`);
      writeSum(this.sums, (SUM_NAMES.length + bin) * SUM_DIGITS, sum);
    });
  }
}

function newConfusion(classes: number): Float64Array {
  return newArray('Float64Array', classes * classes, 'confusion') as Float64Array;
}

function addTo(counts: Float64Array, others: Float64Array): void {
  for (let i = 0; i < counts.length; i++) {
    counts[i] = (counts[i] as number) + (others[i] as number);
  }
}

function expectList(value: unknown, length: number, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw typeError(`an array of ${length}`, name, value);
  if (value.length !== length) throw valueError(`an array of ${length}`, name, value);
  return value;
}

function readCount(value: unknown, name: string): number {
  const count = expectInteger(value, name);
  if (count < 0) throw valueError('an integer >= 0', name, count);
  return count;
}

function readCounts(value: unknown, counts: Float64Array, name: string): void {
  expectList(value, counts.length, name).forEach((count, index) => {
    counts[index] = readCount(count, `${name}[${index}]`);
  });
}

function readHexadecimal(value: unknown, name: string): bigint {
  const what = 'a hexadecimal integer';
  if (typeof value !== 'string') throw typeError(what, name, value);
  // The highest digit takes up carries alone.
  const most = ((SUM_DIGITS - 1) * 32) / 4;
  if (!/^[0-9a-f]+$/.test(value) || value.length > most) throw valueError(what, name, value);
  return BigInt(`0x${value}`);
}
