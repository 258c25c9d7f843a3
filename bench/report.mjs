// The printed form of a run.

/** The load before the start from which other work is likely to disturb the run. */
const BUSY_LOAD = 0.5;
/** The spread from which a figure gets a '?'. */
const WIDE_SPREAD = 0.1;

const columns = [
  { title: 'shape', width: 12, left: true },
  { title: 'contender', width: 10, left: true },
  { title: 'ns/element', width: 10 },
  { title: 'spread ', width: 10 },
  { title: '/ readSum', width: 11 },
  { title: 'js / this', width: 11 },
];

function line(cells) {
  const padded = columns.map(({ width, left }, i) => {
    return left ? cells[i].padEnd(width) : cells[i].padStart(width);
  });
  return padded.join('').trimEnd();
}

/** About three digits: 0.59, 9.57, 70.4, 1712. */
function ratio(value) {
  if (value === null) return '-';
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}

export function header({ cpu, cores, node, commit, load, rounds }) {
  const lines = [
    `${cpu}, ${cores} cores, load ${load.toFixed(2)} at the start`,
    `Node ${node}, commit ${commit ?? 'unknown'}, ${rounds} rounds, one thread`,
  ];
  if (load > BUSY_LOAD) {
    lines.push('Other work is running: these figures are not to be quoted.');
  }
  return lines.join('\n');
}

export function operationHeader(operation) {
  return `\n${operation}\n${line(columns.map(({ title }) => title))}`;
}

export function trialLines({ name, results }) {
  return results.map(({ contender, nsPerElement, spread, overReadSum, jsOverThis }, i) =>
    line([
      i === 0 ? name : '',
      contender,
      nsPerElement.toFixed(3),
      `${(100 * spread).toFixed(0)} %${spread > WIDE_SPREAD ? '?' : ' '}`,
      ratio(overReadSum),
      ratio(jsOverThis),
    ]),
  );
}
