// Tables of a run in Markdown.
import {
  contenderOrder,
  digits,
  floors,
  isUncertain,
  nameOf,
  shapeText,
  times,
} from './display.mjs';
import { bestIsa, nsPerElement, resultOf } from './figures.mjs';

const escapeCell = (text) => text.replaceAll('|', '\\|');

export function table(titles, rows) {
  const line = (cells) => `| ${cells.map(escapeCell).join(' | ')} |`;
  const rule = titles.map((_, i) => (i === 0 ? '---' : '---:'));
  return [line(titles), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n');
}

const labelOf = ({ contender, threads }) =>
  threads === 1 ? nameOf(contender) : `${nameOf(contender)} x${threads}`;

/** All contenders of some trials, the library's instruction sets first. */
function contendersOf(trials) {
  const all = new Map();
  for (const { results } of trials) {
    for (const result of results) all.set(labelOf(result), result);
  }
  return [...all.values()].sort(
    (one, other) =>
      contenderOrder.indexOf(one.contender) - contenderOrder.indexOf(other.contender) ||
      one.threads - other.threads,
  );
}

/** Nanoseconds per element and, of peers, how many times as long as the library. */
function cell(run, trial, { contender, threads }) {
  const result = resultOf(trial, contender, threads);
  if (!result) {
    const left = trial.left.find((one) => one.contender === contender && one.threads === threads);
    return left ? 'n/a' : '';
  }
  const mark = isUncertain(result) ? '?' : '';
  const figure = `${digits(nsPerElement(trial, result))}${mark}`;
  const ours = resultOf(trial, bestIsa(run), threads);
  if (!ours || ours === result || floors.includes(contender)) return figure;
  return `${figure} (${times(result.median / ours.median)}x)`;
}

/** A row for each trial, a column for each contender. */
export function figuresTable(run, trials) {
  const contenders = contendersOf(trials);
  const withElement = trials.some(({ element }) => element !== 'float32');
  const name = (trial) => shapeText(trial) + (withElement ? `, ${trial.element}` : '');
  return table(
    ['rows x classes', ...contenders.map(labelOf)],
    trials.map((trial) => [
      name(trial),
      ...contenders.map((contender) => cell(run, trial, contender)),
    ]),
  );
}

/** Why contenders are missing from some trials: one line a reason. */
export function reasons(trials) {
  const lines = trials.flatMap(({ left }) =>
    left.map((entry) => `- ${nameOf(entry.contender)}: ${entry.wrong ?? entry.cannot}`),
  );
  return [...new Set(lines)].join('\n');
}
