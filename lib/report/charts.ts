import { createRequire } from 'node:module';
import { packageNotFound } from '../files/errors.js';
import { Html, html } from './html.js';

// What the charts have in common. Colours are CSS variables, which follow the reader's colour scheme.

export const ink = 'var(--ink)';
export const faint = 'var(--line)';
export const right = 'var(--right)';
export const wrong = 'var(--wrong)';

export const text = {
  color: 'var(--muted)',
  fontSize: 10.5,
  fontFamily: 'system-ui, sans-serif',
} as const;

interface Axis {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly interval?: number;
  /** Where labels stand; otherwise at each interval. */
  readonly ticks?: readonly number[];
  readonly label: (value: number) => string;
  readonly gap: number;
}

/** An axis with its name. */
export function axis({ name, min, max, interval, ticks, label, gap }: Axis): object {
  const places = ticks && { customValues: ticks };
  return {
    type: 'value',
    name,
    nameLocation: 'middle',
    nameMoveOverlap: false,
    nameGap: gap,
    nameTextStyle: text,
    min,
    max,
    interval,
    axisLine: { show: true, onZero: false, lineStyle: { color: 'var(--muted)' } },
    axisTick: { show: true, lineStyle: { color: 'var(--muted)' }, ...places },
    axisLabel: { ...text, formatter: label, hideOverlap: false, ...places },
    splitLine: { show: false },
  };
}

/** The same with lines across the chart. */
export function valueAxis(options: Axis): object {
  return { ...axis(options), splitLine: { show: true, lineStyle: { color: faint } } };
}

/** A bar between two places of the horizontal axis. */
export interface Bar {
  readonly from: number;
  readonly to: number;
  readonly height: number;
  readonly color: string;
}

/** What a custom series learns about its place. */
export interface Coordinates {
  coord(point: readonly [number, number]): [number, number];
}

/** Bars of any width, from the bottom up. */
export function barSeries(bars: readonly Bar[], axisIndex = 0): object {
  return {
    type: 'custom',
    silent: true,
    xAxisIndex: axisIndex,
    yAxisIndex: axisIndex,
    data: bars.map(({ from, height }) => [from, height]),
    renderItem({ dataIndex }: { dataIndex: number }, api: Coordinates) {
      const { from, to, height, color } = bars[dataIndex] as Bar;
      const [left, top] = api.coord([from, height]);
      const [end, bottom] = api.coord([to, 0]);
      return {
        type: 'rect',
        shape: { x: left + 0.5, y: top, width: end - left - 1, height: bottom - top },
        style: { fill: color },
      };
    },
  };
}

/** A line through some points. That of a line series has a clip, named after the charts of the process. */
export function lineSeries(
  points: readonly (readonly [number, number])[],
  look: { stroke: string; lineWidth: number; lineDash?: readonly number[] },
): object {
  return {
    type: 'custom',
    silent: true,
    data: points.slice(0, 1),
    renderItem: (_: unknown, { coord }: Coordinates) => ({
      type: 'polyline',
      shape: { points: points.map((point) => coord(point)) },
      style: { fill: 'none', ...look },
    }),
  };
}

/** Dots at some points. */
export function dotSeries(points: readonly (readonly [number, number])[], color: string): object {
  return {
    type: 'scatter',
    silent: true,
    data: points,
    symbolSize: 6,
    itemStyle: { color, opacity: 1 },
    emphasis: { disabled: true },
    z: 3,
  };
}

/** The area of a chart within its labels, where it is put: the library would move it. */
export function grid(place: object): object {
  return { left: 60, right: 20, outerBoundsMode: 'none', ...place };
}

/** The end of an axis of shares from 0 on, and the distance of its labels: `steps` of them at most. */
export function shareScale(largest: number, steps = 5): { max: number; interval: number } {
  const power = 10 ** Math.floor(Math.log10(largest));
  const step = [0.2, 0.5, 1, 2, 5].find((step) => steps * step * power >= largest) as number;
  const interval = step * power;
  return { max: Math.ceil(largest / interval - 1e-9) * interval, interval };
}

/** A share at a tick: 20 %, 0.5 %. */
export function tickPercent(share: number): string {
  return `${Number((100 * share).toPrecision(4))} %`;
}

/** What is used of ECharts. Its own types need a browser's. */
interface ECharts {
  init(
    element: null,
    theme: null,
    options: { renderer: 'svg'; ssr: true; width: number; height: number },
  ): {
    setOption(option: object): void;
    renderToSVGString(): string;
    dispose(): void;
  };
}

/** In pixels of a narrow screen; a wide one shows charts larger. */
const WIDTH = 340;

/** A picture for ECharts to draw. */
export interface Chart {
  readonly height: number;
  /** What the picture shows, for those who cannot see it. */
  readonly label: string;
  readonly option: object;
}

/** ECharts, which users of reports install: the package does not bring its tens of megabytes. */
export function loadECharts(): ECharts {
  try {
    return createRequire(__filename)('echarts');
  } catch (cause) {
    throw packageNotFound('echarts', 'reports', cause);
  }
}

/**
 * What a page without scripts has no use for: the root's size, and what would answer a pointer, by names that
 * count the charts of the process.
 */
const superfluous = [
  /^<svg[^>]*>\s*/,
  /\s*<\/svg>\s*$/,
  /<style[\s\S]*?<\/style>\s*/g,
  / (?:class|pointer-events|ecmeta_\w+)="[^"]*"/g,
];

/** A chart as SVG that fits the width of its place. */
export function draw({ height, label, option }: Chart): Html {
  const size = { width: WIDTH, height };
  const chart = loadECharts().init(null, null, { renderer: 'svg', ssr: true, ...size });
  chart.setOption({ animation: false, textStyle: text, ...option });
  const svg = chart.renderToSVGString();
  chart.dispose();
  const content = new Html(superfluous.reduce((rest, pattern) => rest.replace(pattern, ''), svg));
  return html`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${label}">${content}</svg>`;
}
