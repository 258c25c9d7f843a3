import { type Html, html } from './html.js';
import { count } from './numbers.js';

/** Where the evaluated numbers came from, and what computed. */
export interface ReportAbout {
  readonly logits: readonly string[];
  readonly targets: string;
  readonly shape: readonly number[];
  readonly axis: number;
  readonly elementType: string;
  readonly ignoreIndex: number | readonly number[];
  readonly isa: string;
  readonly version: string;
}

/** The names of more files than this are shortened to the first and the last one. */
const LISTED = 4;

export function nameOfFiles(files: readonly string[]): string {
  if (files.length <= LISTED) return files.join(', ');
  return `${files[0]} to ${files.at(-1)} (${count(files.length)} files)`;
}

export function aboutSection(about: ReportAbout): Html {
  const { shape, axis } = about;
  const entries = {
    Logits: nameOfFiles(about.logits),
    Targets: about.targets,
    Shape: `${shape.map(count).join(' × ')}, classes along axis ${axis < 0 ? axis + shape.length : axis}`,
    Elements: about.elementType,
    'Ignored target': [about.ignoreIndex].flat().join(', ') || 'none',
    'Computed by': `logits ${about.version} (${about.isa})`,
  };
  return html`<dl class="about">\n${Object.entries(entries).map(
    ([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>\n`,
  )}</dl>\n`;
}
