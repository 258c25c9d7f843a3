import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '..', 'fixtures');
const names = readdirSync(folder);

/** The files that a script of the same name has written (make-fixtures.py). */
export const families = names
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.replace('.json', ''))
  .filter((family) => names.includes(`${family.replaceAll('-', '_')}.py`));

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
};

export type FixtureArray = InstanceType<(typeof arrays)[keyof typeof arrays]>;

/** What is to come out, a number or an array, and what its errors are measured against. */
export interface Outcome {
  readonly values: number | Float64Array;
  /** Sums of the absolute values of the terms; missing where errors are relative to the values. */
  readonly scales: number | ArrayLike<number> | undefined;
}

/** One call of a function: `operation(...inputs, options)`. */
export interface Fixture {
  readonly name: string;
  readonly operation: string;
  readonly inputs: readonly FixtureArray[];
  readonly options: FixtureOptions;
  readonly result: Outcome;
  /** Of crossEntropy alone. */
  readonly gradient: Outcome | undefined;
}

export interface FixtureOptions {
  readonly shape: readonly number[];
  readonly axis: number | readonly number[];
  readonly rowStride?: number;
  readonly [option: string]: unknown;
}

export interface FixtureGroup {
  readonly name: string;
  readonly fixtures: readonly Fixture[];
}

/** A file as JSON.parse gives it: README.md beside the files says more. '@7' stands for the array at 7. */
interface RawFile {
  groups: Record<string, RawProblem[]>;
  arrays: string[];
}

interface RawProblem {
  name: string;
  inputs: string[];
  options: FixtureOptions;
  expected: Record<string, RawOutcome>;
}

interface RawOutcome {
  options?: Record<string, unknown>;
  result: number | string;
  resultScale?: number | string;
  gradient?: string;
  gradientScale?: string;
}

function decodeArray(text: string): FixtureArray {
  const [kind, base64] = text.split(':') as [keyof typeof arrays, string];
  return new arrays[kind](Uint8Array.from(Buffer.from(base64, 'base64')).buffer);
}

/** Everything in the file, call by call. */
export function readFixtures(family: string): FixtureGroup[] {
  const path = join(folder, `${family}.json`);
  const file = JSON.parse(readFileSync(path, 'utf8')) as RawFile;
  const pool = file.arrays.map(decodeArray);
  const loss = family.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

  /** The array that is meant, a number that JSON has no word for, or the value itself. */
  const resolve = (value: unknown): unknown => {
    if (typeof value !== 'string') return value;
    if (value.startsWith('@')) return pool[Number(value.slice(1))];
    return value.endsWith('Infinity') || value === 'NaN' ? Number(value) : value;
  };
  const resolveAll = (options: object) =>
    Object.fromEntries(Object.entries(options).map(([name, value]) => [name, resolve(value)]));
  const outcome = (values: unknown, scales: unknown) =>
    ({ values: resolve(values), scales: resolve(scales) }) as Outcome;

  function* calls({ name, inputs, options, expected }: RawProblem): Generator<Fixture> {
    for (const [key, raw] of Object.entries(expected)) {
      const reduction = ['mean', 'sum', 'none'].includes(key) ? { reduction: key } : undefined;
      yield {
        name: reduction ? `${loss} ${name} ${key}` : `${key} ${name}`,
        operation: reduction ? loss : key,
        inputs: inputs.map(resolve) as FixtureArray[],
        options: resolveAll({ ...options, ...reduction, ...raw.options }) as FixtureOptions,
        result: outcome(raw.result, raw.resultScale),
        gradient: raw.gradient ? outcome(raw.gradient, raw.gradientScale) : undefined,
      };
    }
  }
  return Object.entries(file.groups).map(([name, problems]) => ({
    name,
    fixtures: problems.flatMap((problem) => [...calls(problem)]),
  }));
}
