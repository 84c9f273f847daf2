/** Headings of parts that stand on a page of their own as well as deep in a report. */
import { html, type SafeHtml } from '../html.ts';

/** 2: below the page's title; 4: below an incident's sentence in a report. */
export type HeadingLevel = 2 | 4;

export function heading(level: HeadingLevel, text: string): SafeHtml {
  return level === 2 ? html`<h2>${text}</h2>` : html`<h4>${text}</h4>`;
}

/** A step below. */
export function subheading(level: HeadingLevel, text: string): SafeHtml {
  return level === 2 ? html`<h3>${text}</h3>` : html`<h5>${text}</h5>`;
}

/** The id of a section, to link to: of a page of its own, where there is one of each. */
export function anchor(level: HeadingLevel, id: string): SafeHtml | null {
  return level === 2 ? html` id="${id}"` : null;
}
