/** Rows of words in columns of one width each. */
export function alignedTable(rows: readonly (readonly string[])[]): string {
  const widthOf = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows
    .map((row) => row.map((word, column) => word.padEnd(widthOf(column))).join('  '))
    .map((line) => line.trimEnd())
    .join('\n');
}
