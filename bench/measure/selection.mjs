// What the words of a command line pick.

/**
 * One predicate for each kind of name. Words of one kind widen each other, words of two kinds
 * narrow, and where a kind has no word all its names are picked.
 *
 * @param {string[]} words
 * @param {string[][]} kinds
 */
export function selection(words, kinds) {
  for (const word of words) {
    if (!kinds.flat().includes(word)) {
      const known = kinds.map((names) => `  ${names.join(' ')}\n`).join('');
      throw new RangeError(`Unknown word '${word}'. Known words:\n${known}`);
    }
  }
  return kinds.map((names) => {
    const picked = words.filter((word) => names.includes(word));
    return (name) => picked.length === 0 || picked.includes(name);
  });
}
