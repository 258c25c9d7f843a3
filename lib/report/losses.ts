import { addTo } from '../evaluation/state.js';
import {
  axis,
  type Bar,
  barSeries,
  type Chart,
  draw,
  grid,
  ink,
  right,
  shareScale,
  text,
  tickPercent,
  valueAxis,
  wrong,
} from './charts.js';
import { count, decimal, foldedTable, type Html, html, power, section } from './html.js';

/** Bins between one power of two and the next. */
const binsPerOctave = 4;

/** Numbers below 2^-1022 are in bin 0. */
const BINS_OF_ONE = 1023 * binsPerOctave;
const INFINITE = 2047 * binsPerOctave;

/** The lower end of a bin. */
export function lowerEnd(bin: number): number {
  if (bin === 0) return 0;
  return Math.min(2 ** ((bin - BINS_OF_ONE) / binsPerOctave), Number.MAX_VALUE);
}

function binOf(loss: number): number {
  if (loss === Infinity) return INFINITE;
  const bin = BINS_OF_ONE + Math.floor(binsPerOctave * Math.log2(loss));
  // The logarithm of 0 is -Infinity, and that of the largest numbers is rounded up to 1024.
  return Math.max(0, Math.min(bin, INFINITE - 1));
}

/**
 * How many losses lie in each quarter of an octave. The bins cover all of float64, so that no range of the losses
 * need be known in advance.
 */
export class LossCounts {
  /** One for each bin, the last one for infinite losses. */
  readonly counts = new Float64Array(INFINITE + 1);

  /** Counts the losses of rows with a rank. */
  add(losses: Float64Array, ranks: Int32Array): void {
    const { counts } = this;
    for (let row = 0; row < losses.length; row++) {
      if (ranks[row] === 0) continue;
      const bin = binOf(losses[row] as number);
      counts[bin] = (counts[bin] as number) + 1;
    }
  }

  merge({ counts }: Pick<LossCounts, 'counts'>): void {
    addTo(this.counts, counts);
  }

  get infinite(): number {
    return this.counts[INFINITE] as number;
  }

  get #finite(): Float64Array {
    return this.counts.subarray(0, INFINITE);
  }

  /** The first and the last bin with finite losses; undefined where there are none. */
  get range(): { first: number; last: number } | undefined {
    const isUsed = (count: number) => count > 0;
    const first = this.#finite.findIndex(isUsed);
    const last = this.#finite.reduce((used, count, bin) => (isUsed(count) ? bin : used), first);
    return first < 0 ? undefined : { first, last };
  }

  /** How many finite losses lie in the bins from `first` up to but not including `end`. */
  sum(first: number, end: number): number {
    return this.#finite.subarray(first, end).reduce((a, b) => a + b, 0);
  }
}

interface LossBin {
  /** Losses within [lower, upper). */
  readonly lower: number;
  readonly upper: number;
  readonly count: number;
}

interface LossBins {
  /** The losses below the first of the bins. */
  readonly below: number;
  /** Bins of equal widths on a logarithmic axis. */
  readonly bins: readonly LossBin[];
  readonly infinite: number;
}

const MOST_BINS = 48;

/** Fewer would leave the axis without labels. */
const FEWEST_BINS = 2 * binsPerOctave;

/**
 * Losses below 2^-14 are of no interest, the target's probability being 99.994 % or more; except where all
 * are: then all but the uppermost ten octaves.
 */
const SMALL = binsPerOctave * (1023 - 14);
const BINS_KEPT = 10 * binsPerOctave;

/** The losses as a histogram shows them: in quarters of an octave, or coarser where these are too many. */
export function lossBins(losses: LossCounts): LossBins {
  const { infinite, range } = losses;
  if (!range || range.last === 0) return { below: losses.sum(0, 1), bins: [], infinite };
  const end = range.last + 1;
  const lowest = Math.max(range.first, Math.min(SMALL, end - BINS_KEPT));
  const start = Math.max(1, Math.min(lowest, end - FEWEST_BINS));
  let width = 1;
  while ((end - start) / width > MOST_BINS) width *= 2;
  const first = Math.floor(start / width) * width;
  const bins = Array.from({ length: Math.ceil((end - first) / width) }, (_, i) => {
    const from = first + i * width;
    const to = from + width;
    return { lower: lowerEnd(from), upper: lowerEnd(to), count: losses.sum(from, to) };
  });
  return { below: losses.sum(0, first), bins, infinite };
}

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

/** The histogram of losses on a logarithmic axis, with a bar at its left for losses below it and one at its right for infinite ones. */
function lossChart({ below, bins, infinite }: LossBins, mean: number): Chart {
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
    height: 300,
    label: 'Histogram of losses: the share of rows by loss in nats, on a logarithmic axis',
    option: {
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

export function lossSection(losses: LossCounts, mean: number): Html {
  const found = lossBins(losses);
  const { below, bins, infinite } = found;
  const rows = [
    ...(below > 0 ? [[bins[0] ? `below ${decimal(bins[0].lower)}` : '0', count(below)]] : []),
    ...bins.map((bin) => [`${decimal(bin.lower)} to ${decimal(bin.upper)}`, count(bin.count)]),
    ...(infinite > 0 ? [['∞', count(infinite)]] : []),
  ];
  return section(
    'Losses',
    html`<p class="note">Bins are equally wide on a logarithmic axis. A loss of 0.7 gives the target half of the probability, 2.3 a tenth, 6.9 a thousandth.</p>`,
    bins.length > 0
      ? draw(lossChart(found, mean))
      : html`<p>Zero: ${count(below)}, infinite: ${count(infinite)}.</p>`,
    foldedTable(['loss (nats)', 'rows'], rows),
  );
}
