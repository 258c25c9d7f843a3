// .npy files in pieces: the packages that read them hold a whole file in memory.
import { open } from 'node:fs/promises';
import { basename } from 'node:path';

const arrays = {
  f2: ['float16', Uint16Array], // the bits
  f4: ['float32', Float32Array],
  f8: ['float64', Float64Array],
  i1: ['int8', Int8Array],
  i2: ['int16', Int16Array],
  i4: ['int32', Int32Array],
  i8: ['int64', BigInt64Array],
  u1: ['uint8', Uint8Array],
  u2: ['uint16', Uint16Array],
  u4: ['uint32', Uint32Array],
  u8: ['uint64', BigUint64Array],
};

// The one way in which NumPy itself writes a header.
const form = /^\{'descr': '[<|]([fiu]\d)', 'fortran_order': False, 'shape': \(([\d, ]*)\), \} *\n$/;

async function fill(handle, bytes, position, name) {
  for (let filled = 0; filled < bytes.length; ) {
    const { bytesRead } = await handle.read(
      bytes,
      filled,
      bytes.length - filled,
      position + filled,
    );
    if (bytesRead === 0) throw new Error(`${name} ends before its last number.`);
    filled += bytesRead;
  }
}

async function readHeader(handle, name) {
  const prefix = new Uint8Array(12);
  const { bytesRead } = await handle.read(prefix, 0, prefix.length, 0);
  if (bytesRead < prefix.length || Buffer.from(prefix).toString('latin1', 0, 6) !== '\x93NUMPY') {
    throw new Error(`${name} is not an .npy file.`);
  }
  const view = new DataView(prefix.buffer);
  const isFirstVersion = prefix[6] === 1;
  const start = isFirstVersion ? 10 : 12;
  const length = isFirstVersion ? view.getUint16(8, true) : view.getUint32(8, true);
  const text = Buffer.alloc(Math.min(length, 10_000));
  await fill(handle, text, start, name);
  const [, type, sizes] = form.exec(text.toString('latin1')) ?? [];
  if (!(type in arrays)) {
    throw new Error(`${name} is not an array of numbers in the order that NumPy calls C.`);
  }
  const shape = (sizes.match(/\d+/g) ?? []).map(Number);
  return { type, shape, offset: start + length };
}

/** An .npy file, open for reading. */
export async function openNpy(path) {
  const name = basename(path);
  const handle = await open(path).catch((cause) => {
    throw new Error(`${name} cannot be opened.`, { cause });
  });
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw new Error(`${name} is not a file.`);
    const { type, shape, offset } = await readHeader(handle, name);
    const [dtype, Type] = arrays[type];
    const length = shape.reduce((product, size) => product * size, 1);
    if (stat.size - offset !== length * Type.BYTES_PER_ELEMENT) {
      throw new Error(`${name} is not as long as its shape, (${shape.join(', ')}), says.`);
    }
    let memory = new SharedArrayBuffer(0);
    return {
      name,
      dtype,
      shape,
      length,
      bytesPerElement: Type.BYTES_PER_ELEMENT,
      /** Elements from `start` to `end`. The next call overwrites them. */
      async read(start, end) {
        const bytes = (end - start) * Type.BYTES_PER_ELEMENT;
        // Shared memory, since `logits/promises` uses it where it lies.
        if (memory.byteLength < bytes) memory = new SharedArrayBuffer(bytes);
        const position = offset + start * Type.BYTES_PER_ELEMENT;
        await fill(handle, new Uint8Array(memory, 0, bytes), position, name);
        return new Type(memory, 0, end - start);
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}
