/** Text between backticks as code: `proxy_read_timeout`. */
import { type HtmlValue, html } from '../html.ts';

export function codeSpans(text: string): readonly HtmlValue[] {
  return text.split(/`([^`]+)`/).map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : part));
}
