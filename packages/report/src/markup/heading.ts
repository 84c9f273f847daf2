/** Headings of parts that stand on a page of their own as well as deep in a report. */
import { html, type SafeHtml } from '../html.ts';

/** 2: below the page's title; 4: below an incident's sentence in a report. */
export type HeadingLevel = 2 | 4;

export function heading(level: HeadingLevel, text: string): SafeHtml {
  return level === 2 ? html`<h2>${text}</h2>` : html`<h4>${text}</h4>`;
}
