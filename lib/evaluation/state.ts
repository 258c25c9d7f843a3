import { newArray } from '../arguments/arrays.js';
import { allocationError, typeError, valueError } from '../arguments/errors.js';
import { integerWithin } from '../arguments/scalars.js';
import { countParts, counts, sums } from '../native/boundary.js';
import { readSum, SUM_DIGITS, writeSum } from './exact-sum.js';
import type { EvaluatorState } from './types.js';

const SUM_NAMES = Object.keys(sums) as readonly (keyof typeof sums)[];
const SUM_COUNT = SUM_NAMES.length;

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
  /** Parts of `counts`. */
  readonly hits: Float64Array;
  readonly binRows: Float64Array;
  readonly binHits: Float64Array;
  /** null where an update did not say. */
  bytes: number | null = 0;

  constructor(options: StateOptions) {
    const { classes, top, calibrationBins: bins, confusion } = options;
    this.options = options;
    this.top = Float64Array.from(top);
    const sizes = { top: top.length, bins };
    const starts: Partial<Record<keyof typeof countParts, number>> = {};
    let length = Object.keys(counts).length;
    for (const name of Object.keys(countParts) as (keyof typeof countParts)[]) {
      starts[name] = length;
      length += sizes[countParts[name]];
    }
    this.counts = new Float64Array(length);
    const part = (name: keyof typeof countParts) => {
      const start = starts[name] as number;
      return this.counts.subarray(start, start + sizes[countParts[name]]);
    };
    this.hits = part('hits');
    this.binRows = part('binRows');
    this.binHits = part('binHits');
    this.sums = new BigInt64Array((SUM_COUNT + bins) * SUM_DIGITS);
    this.confusion = confusion ? newConfusion(classes) : null;
  }

  count(name: keyof typeof counts): number {
    return this.counts[counts[name]] as number;
  }
  sum(name: keyof typeof sums): bigint {
    return readSum(this.sums, sums[name] * SUM_DIGITS);
  }
  confidence(bin: number): bigint {
    return readSum(this.sums, (SUM_COUNT + bin) * SUM_DIGITS);
  }

  /** Whether all counts stay exact with a batch of so many rows and bytes. */
  hasRoom(rows: number, bytes: number | null): boolean {
    const most =
      Math.max(this.count('rows'), this.count('ignored'), this.count('notFinite')) + rows;
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

  reset(): void {
    this.bytes = 0;
    this.counts.fill(0);
    this.sums.fill(0n);
    this.confusion?.fill(0);
  }

  describeCounts(): Counts {
    return {
      rows: this.count('rows'),
      ignored: this.count('ignored'),
      notFinite: this.count('notFinite'),
      infinite: this.count('infinite'),
      hits: [...this.hits],
      binRows: [...this.binRows],
      binHits: [...this.binHits],
      bytes: this.bytes,
      ...(this.confusion === null ? {} : { confusion: describeConfusion(this.confusion) }),
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

  /** Takes over what describeCounts and describeSums gave, in an object that may be anything. */
  restore(given: Readonly<Record<'counts' | 'sums', Readonly<Record<string, unknown>>>>): void {
    for (const name of Object.keys(counts) as (keyof typeof counts)[]) {
      this.counts[counts[name]] = readCount(given.counts[name], `counts.${name}`);
    }
    for (const name of Object.keys(countParts) as (keyof typeof countParts)[]) {
      readCounts(given.counts[name], this[name], `counts.${name}`);
    }
    const { bytes, confusion } = given.counts;
    this.bytes = bytes === null ? null : readCount(bytes, 'counts.bytes');
    if (this.confusion !== null) restoreConfusion(confusion, this.confusion);
    for (const name of SUM_NAMES) {
      const sum = readHexadecimal(given.sums[name], `sums.${name}`);
      writeSum(this.sums, sums[name] * SUM_DIGITS, sum);
    }
    const confidence = expectList(given.sums.confidence, this.binRows.length, 'sums.confidence');
    confidence.forEach((text, bin) => {
      const sum = readHexadecimal(text, `sums.confidence[${bin}]`);
      writeSum(this.sums, (SUM_COUNT + bin) * SUM_DIGITS, sum);
    });
  }
}

function newConfusion(classes: number): Float64Array {
  return newArray('Float64Array', classes * classes, 'confusion') as Float64Array;
}

/** Text of so many numbers is near the longest that there is. */
const MOST_PAIRS = 2 ** 24;

/** The pairs that occur, each by its place and its count: of most pairs of many classes there is none. */
function describeConfusion(confusion: Float64Array): number[] {
  const pairs: number[] = [];
  for (let place = 0; place < confusion.length; place++) {
    const count = confusion[place] as number;
    if (count === 0) continue;
    if (pairs.length === 2 * MOST_PAIRS) {
      throw allocationError(confusion.length, 'confusion', 'as JSON');
    }
    pairs.push(place, count);
  }
  return pairs;
}

function restoreConfusion(value: unknown, confusion: Float64Array): void {
  const name = 'counts.confusion';
  if (!Array.isArray(value)) throw typeError('an array', name, value);
  if (value.length % 2 !== 0) throw valueError('an array of pairs', name, value);
  confusion.fill(0);
  for (let i = 0; i < value.length; i += 2) {
    const place = integerWithin(value[i], `${name}[${i}]`, 0, confusion.length - 1);
    confusion[place] = readCount(value[i + 1], `${name}[${i + 1}]`);
  }
}

/** Adds other counts, one by one. */
export function addTo(counts: Float64Array, others: Float64Array): void {
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
  return integerWithin(value, name, 0);
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
