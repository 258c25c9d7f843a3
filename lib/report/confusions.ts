import { newArray } from '../arguments/arrays.js';
import { addTo } from '../evaluation/state.js';
import {
  type Chart,
  type Coordinates,
  draw,
  faint,
  grid,
  ink,
  right,
  text,
  wrong,
} from './charts.js';
import { count, type Html, html, percent, section, shortCount, table } from './html.js';

/** Rows with this target and this prediction. */
export interface Pair {
  readonly target: number;
  readonly prediction: number;
  readonly count: number;
}

/** Rows by target and prediction: a row of counts for each target. */
export type Matrix = readonly (readonly number[])[];

/** All pairs that occurred, target by target. */
function pairsOf(matrix: Matrix): Pair[] {
  return matrix
    .flatMap((counts, target) => counts.map((count, prediction) => ({ target, prediction, count })))
    .filter(({ count }) => count > 0);
}

/** The most frequent ones first, in an order that depends on the pairs alone. */
function byFrequency(pairs: Pair[]): Pair[] {
  return pairs.sort(
    (one, other) =>
      other.count - one.count || one.target - other.target || one.prediction - other.prediction,
  );
}

/** How often a class has part in mistakes. */
export interface ClassMistakes {
  readonly classIndex: number;
  readonly missed: number;
  readonly chosen: number;
}

/** What a {@link MistakeCounts} has counted. */
export type MistakeFields = Pick<
  MistakeCounts,
  'missed' | 'chosen' | 'counts' | 'targets' | 'predictions' | 'different'
>;

/** Up to this many different mistakes are told apart. */
export const mostPairs = 2 ** 16;

const SLOT_BITS = 17;
const SLOTS = 2 ** SLOT_BITS;

/**
 * Mistakes where a matrix would be too large: of each class and, up to `mostPairs` different ones, of each pair of
 * target and prediction. Whether there are more depends neither on the order of rows nor on how they are shared out
 * among threads, so that the counts are exact, and merge exactly.
 */
export class MistakeCounts {
  /** By class: its rows with another prediction. */
  readonly missed: Float64Array;
  /** By class: rows of other classes that have it as their prediction. */
  readonly chosen: Float64Array;
  /** Pairs by their hash, about half of the slots at most in use: one is free where its count is 0. */
  readonly counts = new Float64Array(SLOTS);
  readonly targets = new Int32Array(SLOTS);
  readonly predictions = new Int32Array(SLOTS);
  /** How many different pairs there are; beyond `mostPairs`, counts of pairs say nothing. */
  different = 0;

  constructor(classes: number) {
    this.missed = newArray('Float64Array', classes, 'mistakes') as Float64Array;
    this.chosen = newArray('Float64Array', classes, 'mistakes') as Float64Array;
  }

  /** Counts the mistakes among rows that have a prediction. */
  add(predictions: Int32Array, targets: ArrayLike<number>): void {
    const { missed, chosen } = this;
    for (let row = 0; row < predictions.length; row++) {
      const prediction = predictions[row] as number;
      const target = targets[row] as number;
      if (prediction < 0 || prediction === target) continue;
      missed[target] = (missed[target] as number) + 1;
      chosen[prediction] = (chosen[prediction] as number) + 1;
      this.#addPair(target, prediction, 1);
    }
  }

  /** Adds what another one has counted, of as many classes; a copy of its fields will do. */
  merge(other: MistakeFields): void {
    addTo(this.missed, other.missed);
    addTo(this.chosen, other.chosen);
    const { counts, targets, predictions, different } = other;
    for (let slot = 0; slot < SLOTS; slot++) {
      const count = counts[slot] as number;
      if (count > 0) this.#addPair(targets[slot] as number, predictions[slot] as number, count);
    }
    if (different > mostPairs) this.different = different;
  }

  #addPair(target: number, prediction: number, rows: number): void {
    if (this.different > mostPairs) return;
    const { counts, targets, predictions } = this;
    const hash = Math.imul(Math.imul(target, 0x9e3779b1) + prediction, 0x85ebca6b);
    let slot = hash >>> (32 - SLOT_BITS);
    while (counts[slot] !== 0 && (targets[slot] !== target || predictions[slot] !== prediction)) {
      slot = (slot + 1) % SLOTS;
    }
    if (counts[slot] === 0) this.different++;
    targets[slot] = target;
    predictions[slot] = prediction;
    counts[slot] = (counts[slot] as number) + rows;
  }

  /** All pairs; undefined where there are too many to tell apart. */
  get pairs(): Pair[] | undefined {
    if (this.different > mostPairs) return undefined;
    const pairs: Pair[] = [];
    this.counts.forEach((count, slot) => {
      if (count === 0) return;
      const target = this.targets[slot] as number;
      pairs.push({ target, prediction: this.predictions[slot] as number, count });
    });
    return pairs;
  }

  /** The classes with mistakes, the one with the most first, of equal ones the smaller. */
  get classes(): ClassMistakes[] {
    const classes: ClassMistakes[] = [];
    this.missed.forEach((missed, classIndex) => {
      const chosen = this.chosen[classIndex] as number;
      if (missed + chosen > 0) classes.push({ classIndex, missed, chosen });
    });
    return classes.sort((one, other) => other.missed + other.chosen - one.missed - one.chosen);
  }
}

/** Cells of more classes have no room for numbers. */
const NUMBERED = 12;
const SIDE = 290;

/** Whether the chart shows numbers of rows. */
function isNumbered({ length: classes }: Matrix): boolean {
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
function matrixChart(matrix: Matrix): Chart {
  const { length: classes } = matrix;
  const pairs = pairsOf(matrix);
  const rows = matrix.map((counts) => counts.reduce((a, b) => a + b, 0));
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
    height: 340,
    label: 'Confusion matrix: how many rows of each target have which prediction',
    option: {
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
          const number = isNumbered(matrix) ? shortCount(pair.count) : '';
          return cellAt(x, y, SIDE / classes, share, pair, number);
        },
      },
    },
  };
}

const LISTED = 20;

function matrixSection(matrix: Matrix): Html {
  return section(
    'Confusion matrix',
    html`<p class="note">Rows are targets, columns predictions. Right predictions are <span class="right">blue</span>, mistakes <span class="wrong">orange</span>; the stronger, the larger
their share of the target’s rows.</p>`,
    draw(matrixChart(matrix)),
  );
}

function mistakesSection(pairs: Pair[]): Html {
  const mistakes = pairs.reduce((sum, pair) => sum + pair.count, 0);
  const rows = byFrequency(pairs)
    .slice(0, LISTED)
    .map((pair) => [
      String(pair.target),
      String(pair.prediction),
      count(pair.count),
      percent(pair.count / mistakes),
    ]);
  return section(
    'Most frequent mistakes',
    mistakes > 0
      ? table(['target', 'prediction', 'rows', 'of all mistakes'], rows)
      : html`<p>All predictions are right.</p>`,
  );
}

function classesSection({ classes, missed }: MistakeCounts, isAlone: boolean): Html {
  const mistakes = missed.reduce((a, b) => a + b, 0);
  const rows = classes
    .slice(0, LISTED)
    .map(({ classIndex, missed, chosen }) => [
      String(classIndex),
      count(missed),
      count(chosen),
      percent((missed + chosen) / mistakes),
    ]);
  const reason = isAlone
    ? `There are more than ${count(mostPairs)} different mistakes, too many to count each. `
    : '';
  return section(
    'Classes with the most mistakes',
    html`<p class="note">${reason}A class is missed where it is the target of a mistake, and wrongly predicted where it is the prediction.</p>`,
    table(['class', 'missed', 'wrongly predicted', 'of all mistakes'], rows),
  );
}

/** The matrix, and the most frequent mistakes where it does not show their numbers. */
export function matrixSections(matrix: Matrix): Html[] {
  const section = matrixSection(matrix);
  if (isNumbered(matrix)) return [section];
  const pairs = pairsOf(matrix).filter(({ target, prediction }) => target !== prediction);
  return [section, mistakesSection(pairs)];
}

/** Without a matrix: the most frequent mistakes, as far as they can be told apart, and the classes that have most. */
export function mistakesSections(mistakes: MistakeCounts): Html[] {
  const { pairs } = mistakes;
  if (pairs === undefined) return [classesSection(mistakes, true)];
  if (pairs.length === 0) return [mistakesSection(pairs)];
  return [mistakesSection(pairs), classesSection(mistakes, false)];
}
