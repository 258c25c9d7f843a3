// The whole report in Markdown.
import { chartList } from './chart-list.mjs';
import { trialsIn, unique } from './figures.mjs';
import { disturbanceText, machineText } from './machine.mjs';
import { figuresTable, reasons } from './tables.mjs';

const groups = {
  batches: 'Sizes that callers have',
  lengths: 'By row length, at about 2^22 elements',
  threads: 'By number of threads',
  elements: 'Other element types',
  rare: 'Other operations and options',
};

const legend = `Nanoseconds per element, the median over the rounds; in brackets, how many times as long as the library
on its best instruction set and as many threads. \`x2\` stands for two threads; \`?\` for quartiles more than 20 % apart; n/a
for what a peer cannot compute. *Reading once* and *copying once* are floors: the logits read and added, and the logits copied.`;

function sectionOf(run, group) {
  const trials = trialsIn(run, group);
  if (trials.length === 0) return [];
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
