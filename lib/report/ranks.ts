import { addTo } from '../evaluation/state.js';
import {
  axis,
  type Chart,
  dotSeries,
  draw,
  grid,
  lineSeries,
  right,
  tickPercent,
  valueAxis,
} from './charts.js';
import { foldedTable, type Html, html, percent, section } from './html.js';

/** The largest rank with a count of its own. */
const LARGEST_RANK = 100;

/** How many rows have each rank, up to the largest that is counted. */
export class RankCounts {
  readonly largest: number;
  /** By rank; all larger ones are in the last, rows without a rank in the first element. */
  readonly counts: Float64Array;

  constructor(classes: number) {
    this.largest = Math.min(classes, LARGEST_RANK);
    this.counts = new Float64Array(this.largest + 2);
  }

  add(ranks: Int32Array): void {
    const { counts } = this;
    const above = this.largest + 1;
    for (let row = 0; row < ranks.length; row++) {
      const rank = ranks[row] as number;
      const at = Math.min(rank, above);
      counts[at] = (counts[at] as number) + 1;
    }
  }

  merge({ counts }: Pick<RankCounts, 'counts'>): void {
    addTo(this.counts, counts);
  }

  /** The number of rows with a rank. */
  get rows(): number {
    return this.counts.subarray(1).reduce((a, b) => a + b, 0);
  }

  /** For k = 1, 2, ...: the share of rows whose rank is k or less. */
  get accuracies(): number[] {
    const { rows } = this;
    let within = 0;
    return Array.from(this.counts.subarray(1, this.largest + 1), (count) => {
      within += count;
      return within / rows;
    });
  }
}

/** Up to this many k the axis is linear and each k has a dot. */
const FEW = 20;

function tickPlaces(largest: number): number[] {
  const round = [1, 2, 5, 10, 20, 50, 100];
  return largest > FEW
    ? round.filter((k) => k <= largest)
    : counting(largest, largest > 10 ? 2 : 1);
}

function counting(largest: number, step: number): number[] {
  return Array.from({ length: Math.ceil(largest / step) }, (_, i) => 1 + i * step);
}

/** The share of rows whose target is among the k likeliest classes, for k = 1, 2, ... */
function rankChart(accuracies: readonly number[]): Chart {
  const largest = accuracies.length;
  const place = largest > FEW ? Math.log10 : (k: number) => k;
  const points = accuracies.map((accuracy, i) => [place(i + 1), accuracy] as const);
  const places = new Map(tickPlaces(largest).map((k) => [place(k), String(k)]));
  const least = Math.min(0.9, Math.floor(10 * (accuracies[0] as number)) / 10);
  const interval = [0.02, 0.05, 0.1, 0.2].find((step) => 6 * step >= 1 - least) as number;
  return {
    height: 300,
    label: 'Accuracy among the k likeliest classes, by k',
    option: {
      grid: grid({ top: 28, bottom: 46 }),
      xAxis: axis({
        name: 'k',
        min: place(1),
        max: place(largest),
        ticks: [...places.keys()],
        label: (value) => places.get(value) ?? '',
        gap: 26,
      }),
      yAxis: valueAxis({
        name: 'accuracy among the k likeliest',
        min: 1 - interval * Math.round((1 - least) / interval + 0.49),
        max: 1,
        interval,
        label: tickPercent,
        gap: 45,
      }),
      series: [
        lineSeries(points, { stroke: right, lineWidth: 2 }),
        ...(largest > FEW ? [] : [dotSeries(points, right)]),
      ],
    },
  };
}

export function rankSection({ accuracies }: RankCounts): Html {
  return section(
    'Accuracy by rank',
    html`<p class="note">The share of rows whose target is among the k likeliest classes.</p>`,
    accuracies.length > 1
      ? draw(rankChart(accuracies))
      : html`<p>With one class it is always the likeliest.</p>`,
    foldedTable(
      ['k', 'accuracy'],
      accuracies.map((accuracy, i) => [String(i + 1), percent(accuracy)]),
    ),
  );
}
