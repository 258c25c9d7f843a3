const GUARD = 64;

/** A pattern that is no class index and, as a float of any width, a NaN: arithmetic on it shows. */
const patterns: Readonly<Record<number, readonly number[]>> = {
  1: [0x7f],
  2: [0xa5, 0x7f],
  4: [0xa5, 0xa5, 0xa5, 0x7f],
  8: [0xa5, 0xa5, 0xa5, 0xa5, 0xa5, 0xa5, 0xf5, 0x7f],
};

type NumberArray =
  | Float32Array
  | Float64Array
  | Uint16Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Int32Array
  | Uint32Array;

interface ArrayType<A> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer, byteOffset: number, length: number): A;
}

/** A view at a chosen element offset, with guard values on both sides. */
export interface Guarded<A = Float32Array> {
  readonly view: A;
  /** Throws if anything outside the view was written. */
  check(): void;
}

export function guarded(values: ArrayLike<number>, offset: number): Guarded;
export function guarded<A extends NumberArray>(
  values: ArrayLike<number>,
  offset: number,
  type: ArrayType<A>,
): Guarded<A>;
export function guarded(
  values: ArrayLike<number>,
  offset: number,
  type: ArrayType<NumberArray> = Float32Array,
): Guarded<NumberArray> {
  const width = type.BYTES_PER_ELEMENT;
  const pattern = patterns[width] as readonly number[];
  const bytes = new Uint8Array((GUARD + offset + values.length + GUARD) * width);
  for (let i = 0; i < bytes.length; i++) bytes[i] = pattern[i % width] as number;
  const first = (GUARD + offset) * width;
  const end = first + values.length * width;
  const view = new type(bytes.buffer, first, values.length);
  view.set(Array.from(values));
  return {
    view,
    check() {
      for (let i = 0; i < bytes.length; i++) {
        if (i === first) i = end;
        if (i < bytes.length && bytes[i] !== pattern[i % width]) {
          const element = Math.floor((i - first) / width);
          throw new Error(`element ${element} outside the view was written`);
        }
      }
    },
  };
}
