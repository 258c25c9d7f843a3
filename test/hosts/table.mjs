// What ran where, as Markdown, which is as easily read in a terminal.
const heads = ['host', 'files', 'passed', 'failed', 'skipped', 'seconds', 'not run'];

function cellsOf({ title }, { files, passed, failed, skipped, seconds, reason }) {
  if (reason) return [title, '', '', failed ?? '', '', '', reason];
  return [title, files, passed, failed, skipped, Math.round(seconds), ''];
}

/** The table of [host, result] rows. */
export function tableOf(rows) {
  const lines = [heads, ...rows.map(([host, result]) => cellsOf(host, result).map(String))];
  const widths = heads.map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  const isWords = (i) => i === 0 || i === heads.length - 1;
  const pad = (cell, i) => (isWords(i) ? cell.padEnd(widths[i]) : cell.padStart(widths[i]));
  const [head, ...body] = lines.map((line) => `| ${line.map(pad).join(' | ')} |`);
  const rule = widths.map(
    (width, i) => '-'.repeat(width - (isWords(i) ? 0 : 1)) + (isWords(i) ? '' : ':'),
  );
  return `${[head, `| ${rule.join(' | ')} |`, ...body].join('\n')}\n`;
}
