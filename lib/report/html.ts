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

/** A template of markup, in which texts are escaped. */
export function html(markup: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(String.raw({ raw: markup }, ...parts.map(markupOf)));
}

export interface Column {
  readonly title: string;
  /** Numbers are aligned to the right. */
  readonly isText?: boolean;
}

/** A table with a title above each column. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): Html {
  const cells = (row: readonly string[]) =>
    row.map((cell, i) =>
      columns[i]?.isText ? html`<td class="text">${cell}</td>` : html`<td>${cell}</td>`,
    );
  return html`<div class="table"><table>
<thead><tr>${columns.map(({ title, isText }) =>
    isText ? html`<th scope="col" class="text">${title}</th>` : html`<th scope="col">${title}</th>`,
  )}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${cells(row)}</tr>\n`)}</tbody>
</table></div>`;
}
