import {
  axis,
  dotSeries,
  grid,
  lineSeries,
  right,
  text,
  tickPercent,
  valueAxis,
} from './chart-parts.js';
import type { Chart } from './draw.js';

/** Up to so many k the axis is linear, and each has its dot. */
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
export function rankChart(accuracies: readonly number[]): Chart {
  const largest = accuracies.length;
  const place = largest > FEW ? Math.log10 : (k: number) => k;
  const points = accuracies.map((accuracy, i) => [place(i + 1), accuracy] as const);
  const places = new Map(tickPlaces(largest).map((k) => [place(k), String(k)]));
  const least = Math.min(0.9, Math.floor(10 * (accuracies[0] as number)) / 10);
  const interval = [0.02, 0.05, 0.1, 0.2].find((step) => 6 * step >= 1 - least) as number;
  return {
    width: 340,
    height: 300,
    label: 'Accuracy among the k likeliest classes, by k',
    option: {
      textStyle: text,
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
