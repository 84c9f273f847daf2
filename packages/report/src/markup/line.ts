/** The log line as written, with what the match rests on marked and named; or why there is none. */
import type { Incident } from '@resetscope/diagnosis';
import { html, type SafeHtml } from '../html.ts';
import { accessWords } from '../legs.ts';
import { type LineField, logLineParts, noLineWords } from '../log-line.ts';
import { loggedWords } from '../verdict-words.ts';
import { anchor, type HeadingLevel, heading } from './heading.ts';

const FIELD_WORDS: Readonly<Record<LineField, string>> = {
  stamp: 'time',
  action: 'what nginx was doing',
  errno: 'error',
  client: 'client',
  request: 'request',
  upstream: 'upstream',
  host: 'host',
};

export function lineSection(incident: Incident, level: HeadingLevel = 2): SafeHtml {
  const { line, access } = incident;
  return html`<section${anchor(level, 'line')}>
${heading(level, line.raw === '' ? 'No line' : 'The line')}
${line.raw === '' ? html`<p class="empty">${noLineWords(incident)}</p>` : asWritten(incident)}${
  access !== undefined &&
  html`
<p class="caption">Access log: ${accessWords(access)}</p>`
}
</section>`;
}

function asWritten(incident: Incident): SafeHtml {
  const { file, lineNumber, offset } = incident.line;
  const parts = logLineParts(incident);
  const fields = [...new Set(parts.flatMap(({ field }) => field ?? []))].map((field) => FIELD_WORDS[field]);
  const place = lineNumber > 0 ? `:${lineNumber}` : offset === null ? '' : `, byte ${offset}`;
  return html`<pre class="logline"><code>${parts.map(({ text, field }) => (field === null ? text : html`<mark title="${FIELD_WORDS[field]}">${text}</mark>`))}</code></pre>
<p class="caption">${file}${place}, ${loggedWords(incident)}.${fields.length > 0 && ` Marked, what it was compared by: ${fields.join(', ')}.`}</p>`;
}
