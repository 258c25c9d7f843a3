// What the operations' definitions have in common: sums over one row in float64.

export function logSumExp(row) {
  let max = -Infinity;
  for (const x of row) if (x > max) max = x;
  let sum = 0;
  for (const x of row) sum += Math.exp(x - max);
  return max + Math.log(sum);
}

export function logProbabilities(row) {
  const total = logSumExp(row);
  return row.map((x) => x - total);
}

export const add = (row, term) => row.reduce((sum, value, c) => sum + term(value, c), 0);
