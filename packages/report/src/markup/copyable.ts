/** Code with a button that copies it; without JavaScript the button stays hidden and the code can be selected. */
import { html, type SafeHtml } from '../html.ts';

export function copyable(text: string): SafeHtml {
  return html`<span class="copyable"><code>${text}</code><button type="button" class="copy" data-copy="${text}" hidden>Copy</button></span>`;
}
