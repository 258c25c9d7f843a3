import type { Calibration } from '../evaluation/types.js';
import { draw } from './draw.js';
import { type Html, html, table } from './html.js';
import { lossBins } from './loss-bins.js';
import { lossChart } from './loss-chart.js';
import type { LossCounts } from './loss-counts.js';
import { count, decimal, percent } from './numbers.js';
import { rankChart } from './rank-chart.js';
import type { RankCounts } from './rank-counts.js';
import { reliabilityChart } from './reliability-chart.js';

const numbers = (content: Html) =>
  html`<details><summary>The numbers</summary>${content}</details>`;

export function reliabilitySection({ bins }: Calibration): Html {
  const titles = ['confidence', 'mean confidence', 'accuracy', 'rows'];
  const rows = bins.map((bin) => [
    `${decimal(bin.lower)} to ${decimal(bin.upper)}`,
    percent(bin.confidence),
    percent(bin.accuracy),
    count(bin.count),
  ]);
  return html`<section><h2>Reliability</h2>
<p class="note">How often the likeliest class is right, by its probability. Each dot is a bin of confidences: below the
dashed line predictions are right less often than their probability says, above it more often.</p>
${draw(reliabilityChart(bins))}
${numbers(
  table(
    titles.map((title) => ({ title })),
    rows,
  ),
)}
</section>\n`;
}

export function lossSection(losses: LossCounts, mean: number): Html {
  const found = lossBins(losses);
  const { below, bins, infinite } = found;
  const rows = [
    ...(below > 0 ? [[bins[0] ? `below ${decimal(bins[0].lower)}` : '0', count(below)]] : []),
    ...bins.map((bin) => [`${decimal(bin.lower)} to ${decimal(bin.upper)}`, count(bin.count)]),
    ...(infinite > 0 ? [['∞', count(infinite)]] : []),
  ];
  return html`<section><h2>Losses</h2>
<p class="note">Bins are equally wide on a logarithmic axis. A loss of 0.7 gives the target half of the probability, 2.3 a tenth, 6.9 a thousandth.</p>
${bins.length > 0 ? draw(lossChart(found, mean)) : html`<p>Zero: ${count(below)}, infinite: ${count(infinite)}.</p>`}
${numbers(table([{ title: 'loss (nats)' }, { title: 'rows' }], rows))}
</section>\n`;
}

export function rankSection(ranks: RankCounts): Html {
  const { accuracies } = ranks;
  const rows = accuracies.map((accuracy, i) => [String(i + 1), percent(accuracy)]);
  return html`<section><h2>Accuracy by rank</h2>
<p class="note">The share of rows whose target is among the k likeliest classes.</p>
${accuracies.length > 1 ? draw(rankChart(accuracies)) : html`<p>With one class it is always the likeliest.</p>`}
${numbers(table([{ title: 'k' }, { title: 'accuracy' }], rows))}
</section>\n`;
}
