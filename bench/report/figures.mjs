// Looking things up in the results of a run.

/** The instruction set that the library chooses on that machine. */
export const bestIsa = ({ machine }) => machine.isas[0];

/** The largest number of threads that was measured. */
export const allThreads = ({ machine }) => machine.cores;

export function resultOf({ results }, contender, threads) {
  return results.find((result) => result.contender === contender && result.threads === threads);
}

export const nsPerElement = (trial, { median }) => median / trial.elements;

/**
 * How many times as long as the library a contender takes, both on so many threads; null where
 * either was not measured.
 */
export function ratioTo(run, trial, contender, threads) {
  const ours = resultOf(trial, bestIsa(run), threads);
  const theirs = resultOf(trial, contender, threads);
  if (!ours || !theirs) return null;
  return { ratio: theirs.median / ours.median, theirs, ours };
}

export const trialsIn = ({ trials }, group) => trials.filter((trial) => trial.group === group);

export const unique = (values) => [...new Set(values)];
