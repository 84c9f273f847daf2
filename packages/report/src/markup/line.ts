/** The log line as written, with what the match rests on marked. */
import type { Incident } from '@resetscope/diagnosis';
import { html, type SafeHtml } from '../html.ts';
import { accessWords } from '../legs.ts';
import { logLineParts } from '../log-line.ts';
import { loggedWords } from '../verdict-words.ts';
import { type HeadingLevel, heading } from './heading.ts';

export function lineSection(incident: Incident, level: HeadingLevel = 2): SafeHtml {
  const { file, lineNumber } = incident.line;
  const parts = logLineParts(incident).map(({ text, matched }) => (matched ? html`<mark>${text}</mark>` : text));
  return html`<section>
${heading(level, 'The line')}
<pre class="logline"><code>${parts}</code></pre>
<p class="caption">${file}${lineNumber > 0 && `:${lineNumber}`}, ${loggedWords(incident)}. Marked: what the match rests on.</p>${
    incident.access !== undefined &&
    html`
<p class="caption">Access log: ${accessWords(incident.access)}</p>`
  }
</section>`;
}
