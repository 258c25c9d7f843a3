import { describe, expect, it } from 'vitest';
import { count, decimal, html, percent, power, shortCount } from '../../lib/report/html.js';
import { evaluate, modelRows } from '../support/evaluation/evaluations.js';
import { extreme, reportOf, usual } from '../support/evaluation/reports.js';

const small = (classes: number, rows = 200) => evaluate(classes, modelRows(classes, rows));
const titles = (page: string) => [...page.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, title]) => title);
const sectionOf = (page: string, title: string) =>
  page.split('<section>').find((section) => section.includes(`<h2>${title}</h2>`)) ?? '';
const rowsIn = (section: string) =>
  [...section.matchAll(/<tr>(<td.*?)<\/tr>/g)].map(([, row]) =>
    [...(row as string).matchAll(/<td[^>]*>(.*?)<\/td>/g)].map(([, cell]) => cell),
  );

const charts = ['Reliability', 'Losses', 'Accuracy by rank'];
const [matrix, mistakes, byClass, worst] = [
  'Confusion matrix',
  'Most frequent mistakes',
  'Classes with the most mistakes',
  'Rows with the largest losses',
];

/** What no report may hold, and what it must be. */
function expectSound(page: string) {
  expect(page).toMatch(/^<!doctype html>/);
  expect(page).not.toMatch(/https?:|\/\/|<script|<link|<img|@import|url\(|\bon\w+=/);
  expect(page).not.toMatch(/undefined|NaN|Infinity|\[object/);
  for (const name of ['html', 'section', 'svg', 'table', 'details', 'dl', 'g', 'text']) {
    const opened = page.match(new RegExp(`<${name}[ >]`, 'g')) ?? [];
    const closed = page.match(new RegExp(`</${name}>`, 'g')) ?? [];
    expect(closed.length, name).toBe(opened.length);
  }
}

describe('reports', () => {
  it.each([
    { classes: 1, sections: [...charts, matrix, worst] },
    { classes: 2, sections: [...charts, matrix, worst] },
    { classes: 10, sections: [...charts, matrix, worst] },
    { classes: 13, sections: [...charts, matrix, mistakes, worst] },
    { classes: 100, sections: [...charts, matrix, mistakes, worst] },
    { classes: 101, sections: [...charts, mistakes, byClass, worst] },
    { classes: 32_000, sections: [...charts, mistakes, byClass, worst] },
  ])('$classes classes', ({ classes, sections }) => {
    const page = reportOf(small(classes, classes > 1000 ? 40 : 200));
    expectSound(page);
    expect(titles(page)).toEqual(sections);
  });

  it('are the same each time', () => {
    const evaluation = small(10);
    expect(reportOf(evaluation)).toBe(reportOf(evaluation));
  });

  it('are of moderate size', () => {
    const { length } = reportOf(usual.pictures());
    expect(length).toBeLessThan(200_000);
  });

  it('have the numbers of the summary', () => {
    const { summary, ...rest } = usual.digits();
    const page = reportOf({ ...rest, summary: { ...summary, bitsPerByte: 0.1234 } });
    const values = [
      [count(summary.rows), `${count(summary.ignored)} ignored`, `${summary.notFinite} not finite`],
      [decimal(summary.loss), decimal(summary.lossStandardError), decimal(summary.perplexity)],
      [decimal(summary.bitsPerToken), '0.1234', percent(summary.accuracy[5] as number)],
      [percent(summary.accuracy[1] as number), decimal(summary.brier)],
      [decimal(summary.meanEntropy), percent(summary.calibration.expected)],
      [percent(summary.calibration.rootMeanSquare), percent(summary.calibration.maximum)],
    ];
    for (const value of values.flat()) expect(page).toContain(value);
  });

  it('have the worst rows', () => {
    const evaluation = usual.digits();
    const rows = rowsIn(sectionOf(reportOf(evaluation), worst));
    const largest = Math.max(...evaluation.rows.losses.filter((loss) => loss > 0));
    expect(rows).toHaveLength(20);
    expect(rows[0]?.[0]).toBe(String(evaluation.rows.losses.indexOf(largest)));
    expect(rows[0]?.[3]).toBe(decimal(largest));
  });

  it('have all numbers of a small matrix', () => {
    const evaluation = small(3);
    const section = sectionOf(reportOf(evaluation), matrix);
    const numbers = [...section.matchAll(/>(\d+)<\/text>/g)].map(([, number]) => Number(number));
    const labels = [0, 1, 2, 0, 1, 2];
    const sum = numbers.reduce((a, b) => a + b, 0) - labels.reduce((a, b) => a + b, 0);
    expect(sum).toBe(evaluation.summary.rows);
  });
});

describe('what is unusual', () => {
  it.each([
    ['no rows', []],
    [
      'ignored rows alone',
      [{ logits: new Float64Array(3), target: -100, kind: 'ignored' as const }],
    ],
    [
      'rows without finite values',
      [{ logits: new Float64Array(3), target: 1, kind: 'notFinite' as const }],
    ],
  ])('%s', (_, rows) => {
    const page = reportOf(evaluate(3, rows));
    expectSound(page);
    expect(titles(page)).toEqual([]);
    expect(page).toContain('No row counts');
    expect(page).toContain('<dd>–');
  });

  it('one row', () => {
    const page = reportOf(evaluate(3, [{ logits: Float64Array.of(1, 2, 3), target: 0 }]));
    expectSound(page);
    expect(page).toContain('± – nats');
  });

  it('infinite losses', () => {
    const logits = Float64Array.of(1, -Infinity, 3);
    const some = evaluate(3, [
      { logits, target: 1 },
      { logits, target: 0 },
    ]);
    const page = reportOf(some);
    expectSound(page);
    expect(page).toContain('<dd>∞');
    expect(rowsIn(sectionOf(page, worst))[0]).toEqual(['0', '1', '2', '∞', '3']);
    const all = reportOf(evaluate(3, [{ logits, target: 1 }]));
    expectSound(all);
    expect(sectionOf(all, 'Losses')).toContain('Zero: 0, infinite: 1.');
  });

  it('equal losses, tiny losses, huge losses', () => {
    for (const size of [1, 1e-9, 1e300]) {
      const evaluation = small(4);
      evaluation.rows.losses.fill(size);
      expectSound(reportOf({ ...evaluation, summary: { ...evaluation.summary, loss: size } }));
    }
  });

  it('all predictions are right', () => {
    const evaluation = evaluate(200, modelRows(200, 100, { skill: 60 }));
    const page = reportOf(evaluation);
    expectSound(page);
    expect(sectionOf(page, mistakes)).toContain('All predictions are right.');
  });

  it('more kinds of mistakes than are told apart', () => {
    const page = reportOf(extreme(), {}, 1e9);
    expectSound(page);
    expect(titles(page)).toEqual([...charts, byClass, worst]);
    const section = sectionOf(page, byClass);
    expect(section).toContain(
      'There are more than 65,536 different mistakes, too many to count each.',
    );
    expect(rowsIn(section)[0]).toEqual(['130000', '1', '1', '0.0029 %']);
    expect(rowsIn(sectionOf(page, worst))[0]?.[0]).toBe('1000000000');
  });

  it('names that look like markup', () => {
    const name = `<b onclick="x">&'.npy`;
    const page = reportOf(small(2), { logits: [name], targets: name, elementType: name });
    expect(page).not.toContain('<b ');
    expect(page.split('&lt;b onclick=&quot;x&quot;&gt;&amp;&#39;.npy')).toHaveLength(6);
  });

  it('many files, several ignored targets, a class axis in the middle', () => {
    const logits = Array.from({ length: 12 }, (_, i) => `part-${i}.npy`);
    const about = { logits, ignoreIndex: [-1, 0], shape: [20, 2, 5], axis: -2 };
    const page = reportOf(small(2), about);
    expect(page).toContain('part-0.npy to part-11.npy (12 files)');
    expect(page).toContain('<dd>-1, 0</dd>');
    expect(page).toContain('20 × 2 × 5, classes along axis 1');
    expect(reportOf(small(2), { ignoreIndex: [] })).toContain('<dd>none</dd>');
  });
});

describe('numbers', () => {
  it.each([
    [count(1_797_000), '1,797,000'],
    [decimal(0), '0'],
    [decimal(0.31279), '0.3128'],
    [decimal(1), '1.000'],
    [decimal(23.4), '23.40'],
    [decimal(1234.5), '1,235'],
    [decimal(1.234e-7), '1.23e-7'],
    [decimal(1e43), '1.00e43'],
    [decimal(Number.NaN), '–'],
    [decimal(-Infinity), '−∞'],
    [percent(0.92309), '92.31 %'],
    [percent(1), '100.00 %'],
    [percent(0), '0 %'],
    [percent(0.000042), '0.0042 %'],
    [power(0.001), '0.001'],
    [power(6.1e-5), '6e-5'],
    [power(1000), '1,000'],
    [power(1e6), '1e6'],
    [shortCount(999), '999'],
    [shortCount(34_567), '35k'],
    [shortCount(5_600_000), '5.6M'],
  ])('%s', (text, expected) => {
    expect(text).toBe(expected);
  });

  it('and texts are escaped in markup, markup is not', () => {
    const { markup } = html`<p>${'<i>'}${3}${html`<b>${'&'}</b>`}${[html`<br>`, html`<hr>`]}</p>`;
    expect(markup).toBe('<p>&lt;i&gt;3<b>&amp;</b><br><hr></p>');
  });
});
