import type { Calibration, CalibrationBin } from '../evaluation/types.js';
import {
  axis,
  barSeries,
  type Chart,
  dotSeries,
  draw,
  grid,
  ink,
  lineSeries,
  right,
  shareScale,
  tickPercent,
  valueAxis,
} from './charts.js';
import { count, decimal, foldedTable, type Html, html, percent, section } from './html.js';

const TOP = grid({ top: 10, height: 220 });
const BOTTOM = grid({ top: 250, height: 60 });
const confidences = { min: 0, max: 1, interval: 0.2, label: tickPercent };

/** Accuracy against confidence, bin by bin, above the share of rows of each bin. */
function reliabilityChart(bins: readonly CalibrationBin[]): Chart {
  const rows = bins.reduce((sum, { count }) => sum + count, 0);
  const used = bins.filter(({ count }) => count > 0);
  const shares = shareScale(Math.max(...used.map(({ count }) => count / rows)), 2);
  const barOf = ({ lower, upper }: CalibrationBin, height: number, color: string) => ({
    from: lower,
    to: upper,
    height,
    color,
  });
  return {
    height: 356,
    label: 'Reliability diagram: accuracy against confidence, and the share of rows in each bin',
    option: {
      grid: [TOP, BOTTOM],
      xAxis: [
        { ...axis({ ...confidences, name: '', gap: 0 }), axisLabel: { show: false } },
        { ...axis({ ...confidences, name: 'confidence', gap: 26 }), gridIndex: 1 },
      ],
      yAxis: [
        valueAxis({ ...confidences, name: 'accuracy', gap: 45 }),
        {
          ...valueAxis({ min: 0, ...shares, label: tickPercent, name: 'share of rows', gap: 45 }),
          gridIndex: 1,
        },
      ],
      series: [
        barSeries(used.map((bin) => barOf(bin, bin.accuracy, 'var(--pale)'))),
        barSeries(
          used.map((bin) => barOf(bin, bin.count / rows, right)),
          1,
        ),
        lineSeries(
          [
            [0, 0],
            [1, 1],
          ],
          { stroke: ink, lineWidth: 1, lineDash: [4, 3] },
        ),
        dotSeries(
          used.map(({ confidence, accuracy }) => [confidence, accuracy]),
          right,
        ),
      ],
    },
  };
}

export function reliabilitySection({ bins }: Calibration): Html {
  const rows = bins.map((bin) => [
    `${decimal(bin.lower)} to ${decimal(bin.upper)}`,
    percent(bin.confidence),
    percent(bin.accuracy),
    count(bin.count),
  ]);
  return section(
    'Reliability',
    html`<p class="note">How often the likeliest class is right, by its probability. Each dot is a bin of confidences: below the
dashed line predictions are right less often than their probability says, above it more often.</p>`,
    draw(reliabilityChart(bins)),
    foldedTable(['confidence', 'mean confidence', 'accuracy', 'rows'], rows),
  );
}
