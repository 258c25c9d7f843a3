/** Numbers, tables and texts in the bytes of a little-endian file. */
export function littleEndian(bytes: Buffer) {
  return {
    half: (at: number) => bytes.readUInt16LE(at),
    word: (at: number) => bytes.readUInt32LE(at),
    long: (at: number) => Number(bytes.readBigUInt64LE(at)),
    /** Where the rows of a table begin. */
    rows: (first: number, count: number, size: number) =>
      Array.from({ length: count }, (_, i) => first + i * size),
    /** Up to the next 0. */
    text: (at: number) => bytes.toString('latin1', at, bytes.indexOf(0, at)),
  };
}
