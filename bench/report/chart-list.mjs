// Which charts a run gives, by the names of their files.
import { bestIsa, resultOf, trialsIn, unique } from './figures.mjs';

/** @returns {{ name: string, title: string, operation?: string }[]} */
export function chartList(run) {
  const operations = unique(trialsIn(run, 'lengths').map(({ operation }) => operation));
  const hasThreads = trialsIn(run, 'threads').some((trial) => resultOf(trial, bestIsa(run), 2));
  return [
    ...operations.map((operation) => ({
      name: `${operation}.svg`,
      title: `${operation}: time per element by row length`,
      operation,
    })),
    ...(hasThreads ? [{ name: 'threads.svg', title: 'Speed by number of threads' }] : []),
  ];
}
