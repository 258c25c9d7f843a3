// The reliability diagram. Its colours are the page's variables, which follow the colour scheme: SVG knows them.
import { init } from '/echarts.mjs';

const text = { color: 'var(--muted)', fontSize: 11, fontFamily: 'system-ui, sans-serif' };
const line = { lineStyle: { color: 'var(--muted)' } };
const tick = (share) => `${Number((100 * share).toPrecision(4))} %`;

const axis = (more) => ({
  type: 'value',
  min: 0,
  max: 1,
  interval: 0.2,
  nameLocation: 'middle',
  nameMoveOverlap: false,
  nameTextStyle: text,
  axisLine: { show: true, ...line },
  axisTick: { show: true, ...line },
  axisLabel: { ...text, formatter: tick },
  splitLine: { show: false },
  ...more,
});
const split = { splitLine: { show: true, lineStyle: { color: 'var(--line)' } } };

/** Bars as wide as their bins, from the bottom up. */
const bars = (bins, heightOf, color, index) => ({
  type: 'custom',
  silent: true,
  xAxisIndex: index,
  yAxisIndex: index,
  data: bins.map((bin) => [bin.lower, heightOf(bin)]),
  renderItem({ dataIndex }, api) {
    const bin = bins[dataIndex];
    const [left, top] = api.coord([bin.lower, heightOf(bin)]);
    const [right, bottom] = api.coord([bin.upper, 0]);
    const shape = { x: left + 0.5, y: top, width: right - left - 1, height: bottom - top };
    return { type: 'rect', shape, style: { fill: color } };
  },
});

const diagonal = {
  type: 'custom',
  silent: true,
  data: [[0, 0]],
  renderItem: (_, api) => ({
    type: 'line',
    shape: {
      x1: api.coord([0, 0])[0],
      y1: api.coord([0, 0])[1],
      x2: api.coord([1, 1])[0],
      y2: api.coord([1, 1])[1],
    },
    style: { stroke: 'var(--ink)', lineWidth: 1, lineDash: [4, 3] },
  }),
};

let chart;

/** Accuracy against confidence, bin by bin, above the share of rows of each bin. */
export function drawReliability(element, bins, rows) {
  if (chart === undefined) {
    chart = init(element, null, { renderer: 'svg' });
    new ResizeObserver(() => chart.resize()).observe(element);
  }
  const used = bins.filter(({ count }) => count > 0);
  const grid = { left: 62, right: 24, outerBoundsMode: 'none' };
  chart.setOption(
    {
      animation: false,
      textStyle: text,
      grid: [
        { ...grid, top: 10, height: 228 },
        { ...grid, top: 256, height: 60 },
      ],
      xAxis: [
        axis({ axisLabel: { show: false } }),
        axis({
          gridIndex: 1,
          name: 'confidence',
          nameGap: 28,
          axisLabel: { ...text, formatter: tick, margin: 10 },
        }),
      ],
      yAxis: [
        axis({ name: 'accuracy', nameGap: 42, ...split }),
        axis({
          gridIndex: 1,
          name: 'rows',
          nameGap: 42,
          max: 'dataMax',
          interval: undefined,
          splitNumber: 2,
          ...split,
        }),
      ],
      series: [
        bars(used, ({ accuracy }) => accuracy, 'var(--pale)', 0),
        bars(used, ({ count }) => count / rows, 'var(--right)', 1),
        diagonal,
        {
          type: 'scatter',
          silent: true,
          data: used.map(({ confidence, accuracy }) => [confidence, accuracy]),
          symbolSize: 6,
          itemStyle: { color: 'var(--right)', opacity: 1 },
          z: 3,
        },
      ],
    },
    { notMerge: true },
  );
}
