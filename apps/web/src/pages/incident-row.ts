/** One incident in a table of incidents. */
import type { ListedIncident } from '@resetscope/incidents';
import { badge, confidenceWords, harmBadge, html, REASON_WORDS, type SafeHtml } from '@resetscope/report';
import { age, moment } from './when.ts';

export function incidentRow(stored: ListedIncident, nowUs: number): SafeHtml {
  const { id, createdAtUs, incident } = stored;
  return html`<tr role="row" data-key="${id}">
<td role="cell" class="harm">${harmBadge(incident.harm)}${answerBadge(stored)}</td>
<th role="rowheader" scope="row" class="what">
<a class="title" href="/incidents/${encodeURIComponent(id)}" data-row>${incident.sentence}</a>
<p class="facts">${facts(stored)}</p>
</th>
<td role="cell" class="seen">${age(createdAtUs, nowUs)}<span>${moment(createdAtUs)}</span></td>
</tr>`;
}

/** Where the line was not joined to one connection, or there was none. */
function answerBadge({ incident: { status }, logged }: ListedIncident): SafeHtml | null {
  if (!logged) return badge('no log line', 'calm');
  return status === 'matched' ? null : badge(status, 'warn');
}

function facts({ incident, node, grouped, logged }: ListedIncident): SafeHtml {
  const { client, upstream, request, leg, status, reason, confidence, outcome } = incident;
  const asked = shortened([request.method, request.target].filter((part) => part !== null).join(' '));
  const peers = [client ?? '', leg === 'upstream' ? (incident.stream?.responder ?? upstream ?? '') : ''];
  const words = [
    reason === null ? '' : REASON_WORDS[reason],
    leg === null ? '' : `${leg} leg`,
    outcome?.status === null || outcome === null ? '' : `status ${outcome.status}`,
    status === 'matched' ? `${confidenceWords(confidence)} sure` : '',
    logged ? '' : 'found in the packets alone',
    grouped === 0 ? '' : `stands for ${grouped + 1} lines`,
    node,
  ].filter((word) => word !== '');
  const codes = [asked, ...peers].filter((code) => code !== '');
  return html`${codes.map((code) => html`<code>${code}</code>`)}<span>${words.join(' · ')}</span>`;
}

/** Of a request in a list; the page of the incident has all of it. */
const MAX_REQUEST_LEN = 160;

function shortened(text: string): string {
  return text.length > MAX_REQUEST_LEN ? `${text.slice(0, MAX_REQUEST_LEN)}…` : text;
}
