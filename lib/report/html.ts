/** Markup: all else is text. */
export class Html {
  constructor(readonly markup: string) {}
}

type Part = Html | string | number | readonly Html[];

const entities: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function markupOf(part: Part): string {
  if (part instanceof Html) return part.markup;
  if (typeof part === 'object') return part.map(markupOf).join('');
  return String(part).replace(/[&<>"']/g, (character) => entities[character] as string);
}

/** A template of markup: what is inserted is escaped, unless it is markup itself. */
export function html(markup: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(String.raw({ raw: markup }, ...parts.map(markupOf)));
}

/** A table with a title above each column. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): Html {
  const cells = (row: readonly string[]) => row.map((cell) => html`<td>${cell}</td>`);
  return html`<div class="table"><table>
<thead><tr>${titles.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${cells(row)}</tr>\n`)}</tbody>
</table></div>`;
}

/** A table that the reader unfolds. */
export function foldedTable(titles: readonly string[], rows: readonly string[][]): Html {
  return html`<details><summary>The numbers</summary>${table(titles, rows)}</details>`;
}

/** A titled section with each of its parts on a line of its own. */
export function section(title: string, ...parts: (Html | string)[]): Html {
  return html`<section><h2>${title}</h2>\n${parts.map((part) => html`${part}\n`)}</section>\n`;
}

// Numbers as a report shows them.

/** In place of NaN, the mean of no rows. */
const NONE = '–';

function limits(number: number): string | undefined {
  if (Number.isNaN(number)) return NONE;
  if (number === Infinity) return '∞';
  return number === -Infinity ? '−∞' : undefined;
}

/** A number of rows: 1,797,000. */
export function count(number: number): string {
  return number.toLocaleString('en-US');
}

/** Four digits, without a power of ten from 0.001 to a million: 0.3128, 23.40, 1,234, 1.2e-7. */
export function decimal(number: number): string {
  const limit = limits(number);
  if (limit) return limit;
  const size = Math.abs(number);
  if (size === 0) return '0';
  if (size < 1e-3 || size >= 1e6) return number.toExponential(2).replace('e+', 'e');
  const places = Math.max(0, 3 - Math.floor(Math.log10(size)));
  const digits = Math.min(places, 4);
  return number.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** A tick of a logarithmic axis, in as few digits as it takes: 0.001, 10, 1e6. */
export function power(number: number): string {
  if (number < 1e-4 || number >= 1e5) return number.toExponential(0).replace('e+', 'e');
  return number.toLocaleString('en-US', { maximumFractionDigits: 4 });
}

/** A share in per cent: 92.31 %, 0.0042 %. */
export function percent(share: number): string {
  const limit = limits(share);
  if (limit) return limit;
  const percentage = 100 * share;
  if (percentage === 0) return '0 %';
  const digits = percentage < 0.1 ? { maximumSignificantDigits: 2 } : { minimumFractionDigits: 2 };
  return `${percentage.toLocaleString('en-US', { maximumFractionDigits: 2, ...digits })} %`;
}

/** A count in a small cell: 999, 1.2k, 34k, 5.6M. */
export function shortCount(number: number): string {
  if (number < 1000) return String(number);
  const options = { notation: 'compact', maximumSignificantDigits: 2 } as const;
  return number.toLocaleString('en-US', options).replace('K', 'k');
}

// The report's look. Charts use the same variables, so that they follow the reader's colour scheme.
// Print blocks, since browsers break grids badly.

const light = `
  --paper: #ffffff; --ink: #1c2128; --muted: #57606a; --line: #d5dae0; --tile: #f5f7f9;
  --right: #1660b8; --pale: #c3daf5; --wrong: #c04a0b; --on-middle: #1c2128;`;

const dark = `
  --paper: #12161b; --ink: #e8ecf0; --muted: #a3adb8; --line: #353d47; --tile: #1b2128;
  --right: #76b3f7; --pale: #24466e; --wrong: #f5965a; --on-middle: #12161b;`;

export const style = `
:root { color-scheme: light; ${light} }
@media screen and (prefers-color-scheme: dark) { :root { color-scheme: dark; ${dark} } }
* { box-sizing: border-box; }
html { background: var(--paper); color: var(--ink); -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 66rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0.5rem 0 1rem; }
h2 { font-size: 1.15rem; line-height: 1.3; margin: 0 0 0.25rem; }
p { margin: 0 0 0.75rem; max-width: 44rem; }
.note { color: var(--muted); font-size: 0.875rem; }
dl { margin: 0; }
dd { margin: 0; }
.about { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; margin-bottom: 1.5rem; font-size: 0.875rem; }
.about dt { color: var(--muted); }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: 0.5rem; margin-bottom: 2rem; }
.tiles div { background: var(--tile); border-radius: 0.4rem; padding: 0.5rem 0.75rem; }
.tiles dt { color: var(--muted); font-size: 0.8125rem; }
.tiles dd { font-size: 1.2rem; font-variant-numeric: tabular-nums; }
.tiles dd small { display: block; color: var(--muted); font-size: 0.75rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 2rem; }
section { min-width: 0; margin-bottom: 2rem; }
.charts section { margin-bottom: 0; }
svg { display: block; width: 100%; max-width: 32rem; height: auto; }
details { font-size: 0.875rem; margin-top: 0.5rem; }
summary { color: var(--muted); cursor: pointer; }
table { border-collapse: collapse; font-size: 0.875rem; font-variant-numeric: tabular-nums; margin: 0.5rem 0; overflow-wrap: normal; }
.right { color: var(--right); }
.wrong { color: var(--wrong); }
.table { overflow-x: auto; }
th, td { border-bottom: 1px solid var(--line); white-space: nowrap; padding: 0.2rem 0.6rem; text-align: right; }
th { color: var(--muted); font-weight: 600; vertical-align: bottom; }
.text { text-align: left; }
th:first-child, td:first-child { padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
@media (max-width: 30rem) {
  body { padding: 0.75rem; }
  table { font-size: 0.8rem; }
  th, td { padding: 0.2rem 0.3rem; }
}
@media print {
  :root { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  section, svg, tr, .tiles { break-inside: avoid; }
  h2 { break-after: avoid; }
  .tiles { grid-template-columns: repeat(5, 1fr); margin-bottom: 1rem; }
  .charts { display: block; orphans: 1; widows: 1; }
  .charts section { display: inline-block; vertical-align: top; width: 48%; margin: 0 1% 1.5rem 0; }
  svg { max-width: 8cm; }
  .note { font-size: 8pt; }
  table { font-size: 8pt; }
  th, td { padding: 0.1rem 0.35rem; }
  details { display: none; }
}
`;
