/** The keyboard at a glance; app.js opens it with `?`. */
import { html, type SafeHtml } from '@resetscope/report';

const KEYS: readonly (readonly [keys: readonly string[], what: string])[] = [
  [['j', 'k'], 'next, previous row'],
  [['Enter'], 'open the row'],
  [['/'], 'search'],
  [['.'], 'show what is new'],
  [['p'], 'pause, go on'],
  [['g', 'g'], 'groups'],
  [['g', 'i'], 'incidents'],
  [['g', 'n'], 'now'],
  [['?'], 'this list'],
];

export function keysDialog(): SafeHtml {
  const rows = KEYS.map(
    ([keys, what]) => html`<div><dt>${keys.map((key) => html`<kbd>${key}</kbd>`)}</dt><dd>${what}</dd></div>`,
  );
  return html`<dialog class="keys" data-keys aria-labelledby="keys-title">
<h2 id="keys-title">Keyboard</h2>
<dl>${rows}</dl>
<form method="dialog"><button>Close</button></form>
</dialog>`;
}
