// The part of the README that says how fast the library is: made from a run's figures, so that nobody
// copies numbers.
import { chartList } from './chart-list.mjs';
import { digits, isUncertain, nameOf, peers, shapeText, times } from './display.mjs';
import { allThreads, bestIsa, nsPerElement, ratioTo, resultOf, trialsIn } from './figures.mjs';
import { disturbanceText, machineText } from './machine.mjs';
import { table } from './tables.mjs';

const BEGIN = '<!-- speed:begin -->';
const END = '<!-- speed:end -->';

/** Operations whose charts stand in the README; the others' are in the report. */
const shown = ['crossEntropy', 'crossEntropyWithGradient', 'softmax', 'threads'];

/** The peers that were measured, on one thread and on all. */
function columnsOf(run) {
  const trials = trialsIn(run, 'batches');
  const threads = [...new Set([1, allThreads(run)])];
  return threads
    .flatMap((count) => peers.map((contender) => ({ contender, threads: count })))
    .filter(({ contender, threads: count }) =>
      trials.some((trial) => ratioTo(run, trial, contender, count)),
    );
}

function ratioCell(run, trial, { contender, threads }) {
  const found = ratioTo(run, trial, contender, threads);
  if (!found) return '';
  const mark = isUncertain(found.theirs) || isUncertain(found.ours) ? '?' : '';
  return `${times(found.ratio)}${mark}`;
}

function columnTitle({ contender, threads }) {
  return threads === 1 ? nameOf(contender) : `${nameOf(contender)}, ${threads} threads`;
}

function ratioTable(run) {
  const columns = columnsOf(run);
  return table(
    ['operation, shape', 'ns per element', ...columns.map(columnTitle)],
    trialsIn(run, 'batches').map((trial) => [
      `\`${trial.operation}\`, ${shapeText(trial)}`,
      digits(nsPerElement(trial, resultOf(trial, bestIsa(run), 1))),
      ...columns.map((column) => ratioCell(run, trial, column)),
    ]),
  );
}

/** Below this a peer counts as no slower than the library. */
const LEAD = 1.05;

function fasterPeers(run, trial) {
  return trial.results
    .filter(({ contender }) => peers.includes(contender))
    .filter(({ contender, threads }) => ratioTo(run, trial, contender, threads)?.ratio < LEAD)
    .map((peer) => `${columnTitle(peer)} (${ratioCell(run, trial, peer)})`);
}

/** All trials of the run where a peer is as fast or faster, certain or not. */
function slowerThanPeers(run) {
  const lines = run.trials.flatMap((trial) => {
    const found = fasterPeers(run, trial);
    const element = trial.element === 'float32' ? '' : `, ${trial.element}`;
    return found.length > 0
      ? [`- \`${trial.operation}\`, ${shapeText(trial)}${element}: ${found.join('; ')}`]
      : [];
  });
  if (lines.length === 0) {
    return `In all that was measured, no peer took less than ${LEAD} times as long as the library.`;
  }
  return (
    `Where it is not faster (a peer takes less than ${LEAD} times as long), of all that was measured:\n\n` +
    lines.join('\n')
  );
}

/** `folder` is where report and charts are, seen from the README. */
function sectionOf(run, folder) {
  const inReadme = chartList(run).filter(({ name }) => shown.includes(name.replace('.svg', '')));
  return [
    `${machineText(run)}.`,
    ...disturbanceText(run),
    ...inReadme.map(({ name, title }) => `![${title}](${folder}/${name})`),
    `Nanoseconds per element of \`${bestIsa(run)}\` on one thread, and how many times as long each peer takes on as many threads: above 1 the ` +
      'library is faster. `?` marks figures whose quartiles lie more than 20 % apart.',
    ratioTable(run),
    slowerThanPeers(run),
    `All figures: [${folder}/README.md](${folder}/README.md).`,
  ].join('\n\n');
}

/** The README with that part made anew. */
export function withSpeedSection(readme, run, folder) {
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END);
  if (begin < 0 || end < begin) throw new RangeError(`The README has no ${BEGIN} ... ${END}`);
  const section = sectionOf(run, folder);
  return `${readme.slice(0, begin + BEGIN.length)}\n\n${section}\n\n${readme.slice(end)}`;
}
