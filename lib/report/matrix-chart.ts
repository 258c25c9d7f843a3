import { type Coordinates, faint, grid, ink, right, text, wrong } from './chart-parts.js';
import type { ConfusionMatrix } from './confusion-matrix.js';
import type { Pair } from './confusions.js';
import type { Chart } from './draw.js';
import { shortCount } from './numbers.js';

/** Cells of more classes have no room for numbers. */
const NUMBERED = 12;
const SIDE = 290;

/** Whether the chart tells the numbers of rows. */
export function isNumbered({ classes }: ConfusionMatrix): boolean {
  return classes <= NUMBERED;
}

/** Square roots, since mistakes are a small share of a target's rows, and should be seen. */
const strength = (share: number) => Number((0.15 + 0.85 * Math.sqrt(share)).toFixed(2));

/** The colour of a number on a cell: dark and light trade places at another strength in each colour scheme. */
function colorOn(opacity: number): string {
  if (opacity < 0.62) return ink;
  return opacity < 0.8 ? 'var(--on-middle)' : 'var(--paper)';
}

/** A cell: a square and, where there is room, its number. */
function cellAt(x: number, y: number, side: number, share: number, pair: Pair, number: string) {
  const opacity = strength(share);
  const fill = pair.target === pair.prediction ? right : wrong;
  const square = {
    type: 'rect',
    shape: { x: x - side / 2, y: y - side / 2, width: side, height: side },
    style: { fill, opacity },
  };
  const style = {
    text: number,
    x,
    y,
    align: 'center',
    verticalAlign: 'middle',
    font: `${text.fontSize}px ${text.fontFamily}`,
  };
  const label = { type: 'text', style: { ...style, fill: colorOn(opacity) } };
  return { type: 'group', children: number === '' ? [square] : [square, label] };
}

/** The confusion matrix: a row of cells for each target, coloured by the share of the target's rows. */
export function matrixChart(confusions: ConfusionMatrix): Chart {
  const { classes, pairs } = confusions;
  const rows = new Float64Array(classes);
  for (const { target, count } of pairs) rows[target] = (rows[target] as number) + count;
  const step = [1, 2, 5, 10].find((step) => classes / step <= NUMBERED) ?? 10;
  const names = Array.from({ length: classes }, (_, i) => String(i));
  const classAxis = (name: string, gap: number) => ({
    type: 'category',
    data: names,
    name,
    nameLocation: 'middle',
    nameGap: gap,
    nameMoveOverlap: false,
    nameTextStyle: text,
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: { ...text, interval: (i: number) => i % step === 0 },
  });
  return {
    width: 340,
    height: 340,
    label: 'Confusion matrix: how many rows of each target have which prediction',
    option: {
      textStyle: text,
      grid: grid({ left: 46, top: 6, width: SIDE, height: SIDE, show: true, borderColor: faint }),
      xAxis: classAxis('prediction', 24),
      yAxis: { ...classAxis('target', 28), inverse: true },
      series: {
        type: 'custom',
        silent: true,
        data: pairs.map(({ target, prediction }) => [prediction, target]),
        renderItem({ dataIndex }: { dataIndex: number }, api: Coordinates) {
          const pair = pairs[dataIndex] as Pair;
          const [x, y] = api.coord([pair.prediction, pair.target]);
          const share = pair.count / (rows[pair.target] as number);
          const number = isNumbered(confusions) ? shortCount(pair.count) : '';
          return cellAt(x, y, SIDE / classes, share, pair, number);
        },
      },
    },
  };
}
