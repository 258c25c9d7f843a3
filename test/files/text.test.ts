import { describe, expect, it } from 'vitest';
import { expectError, readAll, temporaryFolder, withTensor } from '../support/files.js';

const { write } = temporaryFolder();

describe('lines that hold no class', () => {
  const cases: [name: string, content: string, line: number, received: string][] = [
    ['a word', '1\n2\nthree\n4\n', 3, "'three'"],
    ['a header that comes second', '1\nlabel\n', 2, "'label'"],
    ['two headers', 'label\nlabel\n1\n', 2, "'label'"],
    ['a fraction', '1\n2.0\n', 2, "'2.0'"],
    ['a fraction at first', '2.0\n1\n', 1, "'2.0'"],
    ['two columns', 'label\r\n1\r\n1,2\r\n', 3, "'1,2'"],
    ['columns in the header', 'label,weight\n1\n', 1, "'label,weight'"],
    ['two numbers', '1 2\n', 1, "'1 2'"],
    ['a sign alone', '1\n-\n', 2, "'-'"],
    ['a sign apart', '1\n- 2\n', 2, "'- 2'"],
    ['two signs', '--1\n', 1, "'--1'"],
    ['a plus', '+1\n', 1, "'+1'"],
    ['2^53', '9007199254740992\n', 1, "'9007199254740992'"],
    ['400 digits', `1\n${'9'.repeat(400)}`, 2, `'${'9'.repeat(76)}...`],
    ['a blank line', '1\n \r\n3\n', 2, 'a blank line'],
    ['a blank line before a bad one', '1\n\nx\n', 2, 'a blank line'],
    ['a blank line at first', '\n1\n', 1, 'a blank line'],
    ['lines that end in CR alone', '1\r2\r', 1, "'1\\r2'"],
    ['a zero byte', '1\0\n', 1, "'1\\x00'"],
    ['bytes that are no UTF-8', 'x\xff\n'.repeat(2), 2, "'xÿ'"],
    ['a line in the second chunk', `${'10\n'.repeat(50_000)}x`, 50_001, "'x'"],
    ['a long line', 'x'.repeat(1_000_000), 1, `'${'x'.repeat(76)}...`],
  ];

  it.each(cases)('%s', async (name, content, line, received) => {
    for (const extension of ['txt', 'csv']) {
      const path = write(`${name.replaceAll(' ', '-')}.${extension}`, content);
      const message = `Expected a class (an integer) for line ${line} of #, received ${received}`;
      await expectError(path, 'ERR_FILE_FORMAT', message);
      await expect(withTensor(path, {}, readAll)).rejects.toMatchObject({ line });
    }
  });
});
