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
