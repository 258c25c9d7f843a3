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
import { type ClassNumbers, newCounts } from './counts.js';
import { count, type Html, html, percent, section, shortCount, table } from './html.js';

/** Rows with this target and this prediction. */
export interface Pair {
  readonly target: number;
  readonly prediction: number;
  readonly count: number;
}

/** What has been counted of targets and predictions. */
export interface Confusions {
  /** Counts the rows that have a prediction. */
  add(predictions: Int32Array, targets: ClassNumbers): void;
  /** All counts. */
  readonly memory: Float64Array;
  /** The number of wrong predictions. */
  readonly mistakes: number;
  /** By how much the count of a pair may be too low, at most. */
  readonly uncounted: number;
  /** The most frequent mistakes, of equal ones the smaller classes first. */
  mostConfused(limit: number): Pair[];
}

/** The `limit` most frequent of some pairs, in an order that depends on the pairs alone. */
function mostFrequent(pairs: Pair[], limit: number): Pair[] {
  return pairs
    .sort(
      (one, other) =>
        other.count - one.count || one.target - other.target || one.prediction - other.prediction,
    )
    .slice(0, limit);
}

/** All pairs of target and prediction, for few classes. */
export class ConfusionMatrix implements Confusions {
  readonly classes: number;
  readonly uncounted = 0;
  /** Row by row: one of `classes` counts for each target. */
  readonly memory: Float64Array;

  constructor(classes: number, memory = newCounts(classes * classes)) {
    this.classes = classes;
    this.memory = memory;
  }

  add(predictions: Int32Array, { numbers, stride }: ClassNumbers): void {
    const { classes, memory: counts } = this;
    for (let row = 0; row < predictions.length; row++) {
      const prediction = predictions[row] as number;
      if (prediction < 0) continue;
      const at = (numbers[stride * row] as number) * classes + prediction;
      counts[at] = (counts[at] as number) + 1;
    }
  }

  /** All pairs that occurred, target by target. */
  get pairs(): Pair[] {
    return Array.from(this.memory, (count, at) => ({
      target: Math.floor(at / this.classes),
      prediction: at % this.classes,
      count,
    })).filter(({ count }) => count > 0);
  }

  get #mistaken(): Pair[] {
    return this.pairs.filter(({ target, prediction }) => target !== prediction);
  }

  get mistakes(): number {
    return this.#mistaken.reduce((sum, { count }) => sum + count, 0);
  }

  mostConfused(limit: number): Pair[] {
    return mostFrequent(this.#mistaken, limit);
  }
}

/** Up to this many different mistakes are counted exactly. */
export const countedPairs = 2 ** 16;

const SLOT_BITS = 17;
const SLOTS = 2 ** SLOT_BITS;

/** How many numbers stand before the slots: of mistakes, uncounted ones and slots in use. */
const HEAD = 3;
const [MISTAKES, UNCOUNTED, USED] = [0, 1, 2] as const;

/**
 * Mistakes by target and prediction, for many classes: exact up to `countedPairs` different ones. When
 * there are more, every count is lowered by one as often as it takes until some are gone (Misra and
 * Gries). Each time takes away as many rows as there are pairs, so `uncounted` is at most the number of
 * mistakes divided by `countedPairs`, and no pair that occurs more often is missed.
 */
export class MistakeCounts implements Confusions {
  readonly memory: Float64Array;
  // Pairs by their hash, half of the slots at most in use: one is free where its count is 0.
  readonly #counts: Float64Array;
  readonly #targets: Float64Array;
  readonly #predictions: Float64Array;

  constructor(memory = newCounts(HEAD + 3 * SLOTS)) {
    const slots = (index: number) => memory.subarray(HEAD + index * SLOTS).subarray(0, SLOTS);
    this.memory = memory;
    this.#counts = slots(0);
    this.#targets = slots(1);
    this.#predictions = slots(2);
  }

  get mistakes(): number {
    return this.memory[MISTAKES] as number;
  }

  get uncounted(): number {
    return this.memory[UNCOUNTED] as number;
  }

  add(predictions: Int32Array, { numbers, stride }: ClassNumbers): void {
    for (let row = 0; row < predictions.length; row++) {
      const prediction = predictions[row] as number;
      const target = numbers[stride * row] as number;
      if (prediction >= 0 && prediction !== target) this.#count(target, prediction);
    }
  }

  #increment(index: typeof MISTAKES | typeof UNCOUNTED | typeof USED): void {
    this.memory[index] = (this.memory[index] as number) + 1;
  }

  #count(target: number, prediction: number): void {
    this.#increment(MISTAKES);
    const slot = this.#find(target, prediction);
    const count = this.#counts[slot] as number;
    if (count !== 0) {
      this.#counts[slot] = count + 1;
      return;
    }
    while (this.memory[USED] === countedPairs) this.#lower();
    this.#put({ target, prediction, count: 1 });
  }

  /** Where a pair is, or the free slot where it would be. */
  #find(target: number, prediction: number): number {
    const hash = Math.imul(Math.imul(target, 0x9e3779b1) + prediction, 0x85ebca6b);
    let slot = hash >>> (32 - SLOT_BITS);
    while (
      this.#counts[slot] !== 0 &&
      (this.#targets[slot] !== target || this.#predictions[slot] !== prediction)
    ) {
      slot = (slot + 1) % SLOTS;
    }
    return slot;
  }

  #put({ target, prediction, count }: Pair): void {
    const slot = this.#find(target, prediction);
    this.#targets[slot] = target;
    this.#predictions[slot] = prediction;
    this.#counts[slot] = count;
    this.#increment(USED);
  }

  #lower(): void {
    const left = this.#pairs().filter(({ count }) => count > 1);
    this.#counts.fill(0);
    this.memory[USED] = 0;
    for (const pair of left) this.#put({ ...pair, count: pair.count - 1 });
    this.#increment(UNCOUNTED);
  }

  #pairs(): Pair[] {
    const pairs: Pair[] = [];
    this.#counts.forEach((count, slot) => {
      if (count === 0) return;
      const target = this.#targets[slot] as number;
      pairs.push({ target, prediction: this.#predictions[slot] as number, count });
    });
    return pairs;
  }

  mostConfused(limit: number): Pair[] {
    return mostFrequent(this.#pairs(), limit);
  }
}

/** Cells of more classes have no room for numbers. */
const NUMBERED = 12;
const SIDE = 290;

/** Whether the chart shows numbers of rows. */
function isNumbered({ classes }: ConfusionMatrix): boolean {
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
function matrixChart(confusions: ConfusionMatrix): Chart {
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
          const number = isNumbered(confusions) ? shortCount(pair.count) : '';
          return cellAt(x, y, SIDE / classes, share, pair, number);
        },
      },
    },
  };
}

const LISTED = 20;

function matrixSection(confusions: ConfusionMatrix): Html {
  return section(
    'Confusion matrix',
    html`<p class="note">Rows are targets, columns predictions. Right predictions are <span class="right">blue</span>, mistakes <span class="wrong">orange</span>; the stronger, the larger
their share of the target’s rows.</p>`,
    draw(matrixChart(confusions)),
  );
}

function uncountedNote({ uncounted }: Confusions): Html | string {
  if (uncounted === 0) return '';
  return html`<p class="note">More than ${count(countedPairs)} different mistakes occurred, so that these numbers are lower bounds: each is too small by ${count(uncounted)} at
most. No mistake that occurred more often than that is missing.</p>`;
}

function mistakesSection(confusions: Confusions): Html {
  const { mistakes } = confusions;
  const rows = confusions
    .mostConfused(LISTED)
    .map((pair) => [
      String(pair.target),
      String(pair.prediction),
      count(pair.count),
      percent(pair.count / mistakes),
    ]);
  return section(
    'Most frequent mistakes',
    uncountedNote(confusions),
    mistakes > 0
      ? table(['target', 'prediction', 'rows', 'of all mistakes'], rows)
      : html`<p>All predictions are right.</p>`,
  );
}

/** The matrix where there is one, and the most frequent mistakes where no matrix shows their numbers. */
export function confusionSections(confusions: Confusions): Html[] {
  if (!(confusions instanceof ConfusionMatrix)) return [mistakesSection(confusions)];
  const matrix = matrixSection(confusions);
  return isNumbered(confusions) ? [matrix] : [matrix, mistakesSection(confusions)];
}
