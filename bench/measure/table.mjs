// The printed form of a run.
import { isas, labelOf } from './contenders.mjs';
import { BUSY } from './load.mjs';

/** The spread from which a figure gets a '?'. */
const WIDE_SPREAD = 0.1;

const columns = [
  { title: 'shape', width: 13, left: true },
  { title: 'contender', width: 15, left: true },
  { title: 'a call', width: 10 },
  { title: 'ns/element', width: 12 },
  { title: 'spread ', width: 9 },
  { title: 'times ours', width: 12 },
];

function line(cells) {
  const padded = columns.map(({ width, left }, i) =>
    left ? cells[i].padEnd(width) : cells[i].padStart(width),
  );
  return padded.join('').trimEnd();
}

/** About three digits: 0.59, 9.57, 70.4, 1712. */
const digits = (value) => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);

function duration(nanoseconds) {
  const units = ['ns', 'us', 'ms', 's'];
  let value = nanoseconds;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${digits(value)} ${units[unit]}`;
}

export function header({ machine, peers, missing, rounds, turnMs, commit, node }) {
  const versions = Object.entries(peers).map(([name, version]) => `${name} ${version}`);
  return [
    `${machine.cpu}, ${machine.cores} cores, ${machine.os}`,
    `Node ${node}, commit ${commit ?? 'unknown'}; ${rounds} rounds of ${turnMs} ms`,
    ...(versions.length > 0 ? [versions.join(', ')] : []),
    ...Object.entries(missing).map(([name, reason]) => `skipped: ${name}: ${reason}`),
  ].join('\n');
}

export function footer({ othersBusy }) {
  const busy = `Other programs kept ${othersBusy.toFixed(2)} processors busy meanwhile`;
  return othersBusy > BUSY ? `${busy}: these figures are not to be quoted.` : `${busy}.`;
}

export function trialHeader({ group, operation, element }) {
  return `\n${group}: ${operation}, ${element}\n${line(columns.map(({ title }) => title))}`;
}

/** How many times as long as the library on its best instruction set and as many threads. */
function timesOurs(result, results) {
  const ours = results.find(
    ({ contender, threads }) => contender === isas[0] && threads === result.threads,
  );
  return ours ? digits(result.median / ours.median) : '-';
}

export function trialLines({ name, elements, results, left }) {
  const measured = results.map((result, i) => {
    const { lower, median, upper } = result;
    const spread = (upper - lower) / median;
    return line([
      i === 0 ? name : '',
      labelOf({ ...result, name: result.contender }),
      duration(median),
      digits(median / elements),
      `${(100 * spread).toFixed(0)} %${spread > WIDE_SPREAD ? '?' : ' '}`,
      timesOurs(result, results),
    ]);
  });
  const others = left.map(({ contender, threads, cannot, wrong }) => {
    const label = labelOf({ name: contender, threads });
    return `${' '.repeat(columns[0].width)}${label}: ${wrong ? `WRONG: ${wrong}` : cannot}`;
  });
  return [...measured, ...others];
}
