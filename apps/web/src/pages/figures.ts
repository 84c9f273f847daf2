/** A small table of figures. */
import { type HtmlValue, html, type SafeHtml } from '@resetscope/report';

export interface Column {
  readonly head: string;
  readonly isNumber?: boolean;
}

/** The first cell of a row names it. */
export function figures(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly HtmlValue[])[],
): SafeHtml {
  const classOf = (column: Column | undefined): SafeHtml | false => column?.isNumber === true && html` class="number"`;
  const heads = columns.map((column) => html`<th scope="col"${classOf(column)}>${column.head}</th>`);
  const bodies = rows.map(([name, ...cells]) => {
    const values = cells.map((cell, at) => html`<td${classOf(columns[at + 1])}>${cell}</td>`);
    return html`<tr><th scope="row">${name}</th>${values}</tr>`;
  });
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table class="figures"><caption class="unseen">${caption}</caption><thead><tr>${heads}</tr></thead><tbody>${bodies}</tbody></table></div>`;
}
