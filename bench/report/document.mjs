// The whole report in Markdown.
import { groups } from '../trials/shapes.mjs';
import { chartList } from './chart-list.mjs';
import { trialsIn, unique } from './figures.mjs';
import { disturbanceText, machineText } from './machine.mjs';
import { figuresTable, reasons } from './tables.mjs';

const legend = `Nanoseconds per element, the median over the rounds; in brackets, how many times as long as the library
on its best instruction set and as many threads. \`x2\` stands for two threads; \`?\` for quartiles more than 20 % apart; n/a
for what a peer cannot compute. *Reading once* and *copying once* are floors: the logits read and added, and the logits copied.`;

/** Other element types stand beside the float32 of the same operation and shape. */
function withFloat32(run, trials) {
  const isSame = (one, other) => one.operation === other.operation && one.name === other.name;
  return trials.flatMap((trial, i) => {
    const isFirst = trials.findIndex((other) => isSame(trial, other)) === i;
    const float32 = trialsIn(run, 'batches').filter((other) => isFirst && isSame(trial, other));
    return [...float32, trial];
  });
}

function sectionOf(run, group) {
  const found = trialsIn(run, group);
  if (found.length === 0) return [];
  const trials = group === 'elements' ? withFloat32(run, found) : found;
  const operations = unique(trials.map(({ operation }) => operation));
  return [
    `## ${groups[group]}`,
    ...operations.flatMap((operation) => [
      `### ${operation}`,
      figuresTable(
        run,
        trials.filter((trial) => trial.operation === operation),
      ),
    ]),
  ];
}

/** The report; its charts are files beside it. */
export function reportOf(run) {
  const missing = Object.entries(run.missing).map(([name, reason]) => `- ${name}: ${reason}`);
  const unable = reasons(run.trials);
  const paragraphs = [
    '# Speed',
    `${machineText(run)}.`,
    ...disturbanceText(run),
    legend,
    ...chartList(run).map(({ name, title }) => `![${title}](${name})`),
    ...Object.keys(groups).flatMap((group) => sectionOf(run, group)),
    ...(missing.length > 0 || unable ? ['## What was not measured'] : []),
    ...(missing.length > 0 ? [missing.join('\n')] : []),
    ...(unable ? [unable] : []),
  ];
  return `${paragraphs.join('\n\n')}\n`;
}
