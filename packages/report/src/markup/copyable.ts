/** Code with a button that copies it; without JavaScript the button stays hidden and the code can be selected. */
import { html, type SafeHtml } from '../html.ts';

/** isKeyed: the key c copies it. */
export function copyable(text: string, isKeyed = false): SafeHtml {
  return html`<span class="copyable"><code>${text}</code>${copyButton(text, isKeyed)}</span>`;
}

export interface Paste {
  /** Where it goes. */
  readonly place: string;
  /** Lines. */
  readonly text: string;
}

/** Lines to paste, each with its place above; null without any. */
export function pasteBlocks(pastes: readonly Paste[]): SafeHtml | null {
  if (pastes.length === 0) return null;
  const block = ({ place, text }: Paste): SafeHtml =>
    html`<div class="paste"><p class="place"><span>${place}</span>${copyButton(text, false)}</p><pre tabindex="0"><code>${text}</code></pre></div>
`;
  return html`<div class="pastes">
${pastes.map(block)}</div>`;
}

function copyButton(text: string, isKeyed: boolean): SafeHtml {
  return html`<button type="button" class="copy" data-copy="${text}"${isKeyed && html` data-key="c"`} hidden>Copy</button>`;
}
