import {
  axis,
  type Bar,
  barSeries,
  grid,
  ink,
  right,
  shareScale,
  text,
  tickPercent,
  valueAxis,
  wrong,
} from './chart-parts.js';
import type { Chart } from './draw.js';
import type { LossBins } from './loss-bins.js';
import { decimal, power } from './numbers.js';

/** The exponents of round numbers between two powers of ten: of 1, 2 and 5 where there is room. */
function roundNumbers(least: number, most: number): number[] {
  const step = Math.ceil((most - least) / 6);
  const digits = most - least < 2.5 ? [1, 2, 5] : [1];
  const numbers: number[] = [];
  for (let exponent = Math.floor(least); exponent <= most; exponent++) {
    if (exponent % step === 0) numbers.push(...digits.map((d) => exponent + Math.log10(d)));
  }
  return numbers.filter((number) => number >= least && number <= most);
}

/** A line at the mean of the losses, its label within the chart. */
function meanLine(mean: number, start: number, end: number): object {
  const at = Math.log10(mean);
  const place = (at - start) / (end - start);
  const align = place < 0.2 ? 'left' : place > 0.8 ? 'right' : 'center';
  return {
    silent: true,
    symbol: 'none',
    lineStyle: { color: ink, width: 1, type: 'dashed' },
    label: { ...text, color: ink, formatter: `mean ${decimal(mean)}`, position: 'end', align },
    data: place >= 0 && place <= 1 ? [{ xAxis: at }] : [],
  };
}

/** The histogram of losses, over the powers of ten. Losses that have no place there stand beside it. */
export function lossChart({ below, bins, infinite }: LossBins, mean: number): Chart {
  const rows = bins.reduce((sum, bin) => sum + bin.count, below + infinite);
  const least = Math.log10(bins[0]?.lower ?? 1);
  const most = Math.log10(bins.at(-1)?.upper ?? 10);
  const gap = (most - least) / 40;
  const width = 3 * gap;
  const numbers = roundNumbers(
    below > 0 ? least + width : least,
    infinite > 0 ? most - width : most,
  );
  const names = new Map(
    numbers.map((number) => [number, power(Number((10 ** number).toPrecision(3)))]),
  );
  const bars: Bar[] = bins.map((bin) => ({
    from: Math.log10(bin.lower),
    to: Math.log10(bin.upper),
    height: bin.count / rows,
    color: right,
  }));
  const addBeside = (from: number, count: number, name: string, color: string) => {
    if (count === 0) return;
    bars.push({ from, to: from + width, height: count / rows, color });
    names.set(from + width / 2, name);
  };
  addBeside(least - gap - width, below, `< ${power(10 ** least)}`, 'var(--muted)');
  addBeside(most + gap, infinite, '∞', wrong);
  const start = Math.min(...bars.map(({ from }) => from));
  const end = Math.max(...bars.map(({ to }) => to));
  const shares = shareScale(Math.max(...bars.map(({ height }) => height)));
  return {
    width: 340,
    height: 300,
    label: 'Histogram of losses: the share of rows by loss in nats, on a logarithmic axis',
    option: {
      textStyle: text,
      grid: grid({ top: 28, bottom: 46 }),
      xAxis: axis({
        name: 'loss (nats)',
        min: start,
        max: end,
        ticks: [...names.keys()].sort((a, b) => a - b),
        label: (value) => names.get(value) ?? '',
        gap: 26,
      }),
      yAxis: valueAxis({ min: 0, ...shares, name: 'share of rows', label: tickPercent, gap: 45 }),
      series: [
        {
          ...barSeries(bars),
          markLine: meanLine(mean, start, end),
        },
      ],
    },
  };
}
