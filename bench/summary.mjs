// From the times of all rounds to the figures of the table.

/** The quartiles of some numbers, interpolated: [lower, median, upper]. */
function quartiles(numbers) {
  const sorted = Float64Array.from(numbers).sort();
  return [0.25, 0.5, 0.75].map((quantile) => {
    const position = quantile * (sorted.length - 1);
    const below = Math.floor(position);
    const above = Math.ceil(position);
    return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
  });
}

/** The median over the rounds of the ratio within a round; null where one was not measured. */
function medianRatio(times, otherTimes) {
  if (times === undefined || otherTimes === undefined) return null;
  return quartiles(times.map((time, round) => time / otherTimes[round]))[1];
}

/**
 * @param {Map<string, number[]>} timesByName - Milliseconds a call, round by round.
 * @param {string} name - The task to sum up.
 * @param {number} elements - How many logits a call works through.
 */
export function summary(timesByName, name, elements) {
  const times = timesByName.get(name);
  const [lower, median, upper] = quartiles(times);
  return {
    contender: name,
    nsPerElement: (median * 1e6) / elements,
    spread: (upper - lower) / median,
    overReadSum: medianRatio(times, timesByName.get('readSum')),
    jsOverThis: medianRatio(timesByName.get('js'), times),
  };
}
