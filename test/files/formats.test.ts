import { describe, expect, it } from 'vitest';
import {
  acceptedFiles,
  readAll,
  refusedFiles,
  temporaryFolder,
  withTensor,
} from '../support/files.js';

const { write } = temporaryFolder();

describe('files as NumPy writes them', () => {
  it.each(
    acceptedFiles.map((file, index) => [`${file.extension}: ${file.name}`, index, file] as const),
  )('%s', async (_, index, file) => {
    const path = write(`accepted-${index}${file.extension}`, file.content);
    await withTensor(path, file.options, async (tensor) => {
      expect(tensor).toMatchObject({ path, element: file.element, shape: file.shape });
      expect(tensor.bytes).toBe(file.data.length);
      expect(await readAll(tensor)).toEqual(file.data);
      for (const part of tensor.parts) {
        if (part.kind === 'memory') continue;
        const { offset, bytes } = part;
        expect(file.content.subarray(offset, offset + bytes)).toEqual(file.data);
      }
    });
  });

  it('takes the extension in capitals', async () => {
    const [file] = acceptedFiles;
    if (file === undefined) throw new Error('no files');
    await withTensor(write('CAPITALS.NPY', file.content), {}, async (tensor) => {
      expect(await readAll(tensor)).toEqual(file.data);
    });
  });
});

describe('files that NumPy writes, and that are refused', () => {
  const received: Record<string, string> = {
    'Fortran order': 'C order (fortran_order: False) for #, received True',
    'big-endian': "little-endian elements for #, received '>f4'",
    complex: "received '<c8'",
    bool: "received '|b1'",
    str: "received '<U1'",
    object: "received '|O'",
    fields: 'a Python dictionary of strings, truth values and tuples of integers for #, received',
    'fields with names in UTF-8': 'a Python dictionary',
    datetime: "received '<M8[D]'",
    'bytes without a type': "received '|V2'",
    'two arrays': '24 bytes of data, as its shape [2, 3] says, for #, received 176',
  };

  it.each(refusedFiles.map((file, index) => [file.name, index, file] as const))(
    '%s',
    async (name, index, file) => {
      const path = write(`refused-${index}${file.extension}`, file.content);
      const error = await withTensor(path, {}, readAll).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'ERR_FILE_FORMAT', path });
      expect(String(error).replace(path, '#')).toContain(received[name]);
    },
  );
});
