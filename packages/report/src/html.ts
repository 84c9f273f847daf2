/** HTML and SVG text in which every interpolated value is escaped, unless it is markup made here. */
import { visibleLines } from './visible-text.ts';

/** Markup that is safe to insert. Only `html` makes it: a plain object, such as parsed JSON, is never taken for one. */
export class SafeHtml {
  readonly #markup: string;

  private constructor(markup: string) {
    this.#markup = markup;
  }

  static join(strings: readonly string[], values: readonly HtmlValue[]): SafeHtml {
    return new SafeHtml(strings.map((text, at) => text + render(values[at])).join(''));
  }

  toString(): string {
    return this.#markup;
  }
}

/** null, undefined and false render as nothing, so that `condition && html`…`` works. */
export type HtmlValue = SafeHtml | string | number | null | undefined | false | readonly HtmlValue[];

/** Tagged template. Values are safe as element text and inside quoted attributes; never put one elsewhere. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): SafeHtml {
  return SafeHtml.join(strings, values);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function render(value: HtmlValue): string {
  if (value === null || value === undefined || value === false) return '';
  if (value instanceof SafeHtml) return value.toString();
  if (Array.isArray(value)) return value.map(render).join('');
  return visibleLines(String(value)).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
