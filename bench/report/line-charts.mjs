// Charts of several panels side by side, as SVG. Apache ECharts draws them: it renders on a server
// with two small dependencies.
import * as echarts from 'echarts';
import { lookOf } from './display.mjs';
import { shiftsApart } from './label-places.mjs';

const FONT = 'Helvetica, Arial, sans-serif';
const INK = '#24292f';
const LABEL_SIZE = 14;
const PANEL = { width: 320, top: 100, left: 66, labels: 144 };
const panelWidth = PANEL.left + PANEL.width + PANEL.labels;

/** 0.1, 2.5, 100, 10k. */
const shortNumber = (value) =>
  value >= 1000 ? `${value / 1000}k` : `${Number(value.toPrecision(3))}`;

/** @param {{ name: string, type: 'log' | 'value', min: number, max?: number }} given */
function axis(given) {
  return {
    ...given,
    nameLocation: 'middle',
    nameTextStyle: { color: INK, fontSize: 14, fontFamily: FONT },
    axisLine: { show: true, lineStyle: { color: '#8c959f' } },
    axisLabel: { color: INK, fontSize: 13, fontFamily: FONT, formatter: shortNumber },
    splitLine: { show: true, lineStyle: { color: '#e4e8ec' } },
    minorSplitLine: { show: false },
  };
}

function lineOf({ contender, label, points }, panel) {
  const { color, symbol } = lookOf(contender);
  const isFloor = symbol === 'none';
  return {
    type: 'line',
    xAxisIndex: panel,
    yAxisIndex: panel,
    data: points,
    symbol,
    symbolSize: 7,
    showSymbol: !isFloor,
    lineStyle: { color, width: isFloor ? 1.5 : 2, type: isFloor ? 'dashed' : 'solid' },
    itemStyle: { color },
    endLabel: {
      show: true,
      formatter: label,
      color,
      fontSize: LABEL_SIZE,
      fontFamily: FONT,
      fontWeight: contender.startsWith('avx') || contender === 'neon' ? 'bold' : 'normal',
      distance: 8,
    },
    z: isFloor ? 2 : 3,
  };
}

/** Moves the labels apart, panel by panel: only a chart that is laid out knows where lines end. */
function placeLabels(chart, panels) {
  const series = panels.flatMap(({ lines }, panel) => {
    const end = ({ points }) => chart.convertToPixel({ gridIndex: panel }, points.at(-1))[1];
    const shifts = shiftsApart(lines.map(end), LABEL_SIZE + 2);
    return shifts.map((shift) => ({ endLabel: { offset: [0, shift] } }));
  });
  chart.setOption({ series });
}

/**
 * @param {{
 *   title: string,
 *   subtitle: string,
 *   x: Parameters<typeof axis>[0],
 *   y: Parameters<typeof axis>[0],
 *   panels: {
 *     title: string,
 *     lines: { contender: string, label: string, points: [number, number][] }[],
 *   }[],
 *   columns: number,
 *   panelHeight: number,
 * }} chart
 * @returns {string} An SVG document.
 */
export function lineChart({ title, subtitle, x, y, panels, columns, panelHeight }) {
  const rows = Math.ceil(panels.length / columns);
  const pitch = panelHeight + 96;
  const place = (i) => ({
    left: PANEL.left + (i % columns) * panelWidth,
    top: PANEL.top + 20 + Math.floor(i / columns) * pitch,
  });
  const chart = echarts.init(null, null, {
    renderer: 'svg',
    ssr: true,
    width: columns * panelWidth + 10,
    height: PANEL.top + rows * pitch,
  });
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    title: [
      {
        text: title,
        subtext: subtitle,
        left: 16,
        top: 12,
        textStyle: { color: INK, fontSize: 20, fontFamily: FONT },
        subtextStyle: { color: '#57606a', fontSize: 14, fontFamily: FONT },
      },
      ...panels.map((panel, i) => ({
        text: panel.title,
        left: place(i).left,
        top: place(i).top - 26,
        textStyle: { color: INK, fontSize: 15, fontFamily: FONT },
        padding: 0,
      })),
    ],
    grid: panels.map((_, i) => ({ ...place(i), width: PANEL.width, height: panelHeight })),
    xAxis: panels.map((_, i) => ({ ...axis(x), gridIndex: i, nameGap: 30 })),
    yAxis: panels.map((_, i) => ({ ...axis(y), gridIndex: i, nameGap: 44 })),
    series: panels.flatMap(({ lines }, i) => lines.map((line) => lineOf(line, i))),
  });
  placeLabels(chart, panels);
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
