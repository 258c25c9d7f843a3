import { ConfusionMatrix } from './confusion-matrix.js';
import type { Confusions } from './confusions.js';
import { draw } from './draw.js';
import { type Html, html, table } from './html.js';
import { isNumbered, matrixChart } from './matrix-chart.js';
import { countedPairs } from './mistake-counts.js';
import { count, decimal, percent } from './numbers.js';
import type { WorstRow } from './worst-rows.js';

const LISTED = 20;

function matrixSection(confusions: ConfusionMatrix): Html {
  return html`<section><h2>Confusion matrix</h2>
<p class="note">Rows are targets, columns predictions. Right predictions are <span class="right">blue</span>, mistakes <span class="wrong">orange</span>; the stronger, the larger
their share of the target’s rows.</p>
${draw(matrixChart(confusions))}
</section>\n`;
}

function uncountedNote({ uncounted }: Confusions): Html | string {
  if (uncounted === 0) return '';
  return html`<p class="note">More than ${count(countedPairs)} different mistakes occurred, so that these numbers are lower bounds: each is too small by ${count(uncounted)} at
most. No mistake that occurred more often than that is missing.</p>`;
}

function mistakesSection(confusions: Confusions): Html {
  const { mistakes } = confusions;
  const titles = ['target', 'prediction', 'rows', 'of all mistakes'];
  const rows = confusions
    .mostConfused(LISTED)
    .map((pair) => [
      String(pair.target),
      String(pair.prediction),
      count(pair.count),
      percent(pair.count / mistakes),
    ]);
  return html`<section><h2>Most frequent mistakes</h2>
${uncountedNote(confusions)}
${
  mistakes > 0
    ? table(
        titles.map((title) => ({ title })),
        rows,
      )
    : html`<p>All predictions are right.</p>`
}
</section>\n`;
}

export function worstSection(worst: readonly WorstRow[]): Html {
  const titles = ['row', 'target', 'prediction', 'loss (nats)', 'rank'];
  const rows = worst.map((row) => [
    String(row.row),
    String(row.target),
    String(row.prediction),
    decimal(row.loss),
    count(row.rank),
  ]);
  return html`<section><h2>Rows with the largest losses</h2>
<p class="note">Rows are numbered from 0; the rank is the target’s among all classes.</p>
${table(
  titles.map((title) => ({ title })),
  rows,
)}
</section>\n`;
}

/** The matrix where there is one, and the most frequent mistakes where no matrix tells their numbers. */
export function confusionSections(confusions: Confusions): Html[] {
  if (!(confusions instanceof ConfusionMatrix)) return [mistakesSection(confusions)];
  const matrix = matrixSection(confusions);
  return isNumbered(confusions) ? [matrix] : [matrix, mistakesSection(confusions)];
}
