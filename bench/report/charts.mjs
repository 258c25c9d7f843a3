// The charts of a report.
import { contenderOrder, nameOf, shapeText } from './display.mjs';
import { allThreads, nsPerElement, resultOf, trialsIn, unique } from './figures.mjs';
import { lineChart } from './line-charts.mjs';

const threadsText = (threads) => (threads === 1 ? 'one thread' : `${threads} threads`);

/** Powers of ten around some values. */
function decades(values) {
  return {
    min: 10 ** Math.floor(Math.log10(Math.min(...values))),
    max: 10 ** Math.ceil(Math.log10(Math.max(...values))),
  };
}

/** A line for each contender: `points` has one or none for each trial. */
function linesOf(trials, pointsOf) {
  return contenderOrder
    .map((contender) => ({
      contender,
      label: nameOf(contender),
      points: trials.flatMap((trial) => pointsOf(trial, contender)),
    }))
    .filter(({ points }) => points.length > 0);
}

const valuesOf = (panels) =>
  panels.flatMap(({ lines }) => lines.flatMap(({ points }) => points.map(([, value]) => value)));

function lengthChart(run, operation) {
  const trials = trialsIn(run, 'lengths').filter((trial) => trial.operation === operation);
  const panels = unique([1, allThreads(run)]).map((threads) => ({
    title: threadsText(threads),
    lines: linesOf(trials, (trial, contender) => {
      const result = resultOf(trial, contender, threads);
      return result ? [[trial.classes, nsPerElement(trial, result)]] : [];
    }),
  }));
  const lengths = trials.map(({ classes }) => classes);
  return lineChart({
    title: operation,
    subtitle: `Time per element by row length, about ${(trials[0].elements / 1e6).toFixed(1)} million float32 logits. Lower is better.`,
    x: {
      name: 'elements in a row',
      type: 'log',
      min: Math.min(...lengths),
      max: Math.max(...lengths),
    },
    y: { name: 'nanoseconds per element', type: 'log', ...decades(valuesOf(panels)) },
    panels,
    columns: panels.length,
    panelHeight: 340,
  });
}

function threadChart(run) {
  const trials = trialsIn(run, 'threads').sort((one, other) => one.elements - other.elements);
  const panels = trials.map((trial) => {
    const counts = unique(trial.results.map(({ threads }) => threads));
    const lines = linesOf(counts, (threads, contender) => {
      const result = resultOf(trial, contender, threads);
      return result ? [[threads, 1 / nsPerElement(trial, result)]] : [];
    });
    return { title: `${trial.operation}, ${shapeText(trial)}`, lines };
  });
  const counts = trials.flatMap(({ results }) => results.map(({ threads }) => threads));
  return lineChart({
    title: 'Speed by number of threads',
    subtitle: 'Higher is better.',
    x: { name: 'threads', type: 'log', logBase: 2, min: 1, max: Math.max(...counts) },
    y: { name: 'billion elements per second', type: 'value', min: 0 },
    panels,
    columns: 2,
    panelHeight: 220,
  });
}

/** A chart of `chartList` as SVG. */
export function drawChart(run, { operation }) {
  return operation ? lengthChart(run, operation) : threadChart(run);
}
