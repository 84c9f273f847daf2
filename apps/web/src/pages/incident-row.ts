/** One incident in a list: its sentence, and what tells it from the others. */
import type { StoredIncident } from '@resetscope/incidents';
import { confidenceWords, harmDot, html, REASON_WORDS, type SafeHtml } from '@resetscope/report';
import { age } from './when.ts';

export function incidentRow({ id, node, createdAtUs, incident }: StoredIncident, nowUs: number): SafeHtml {
  const { client, request, leg, phase, status, reason, confidence } = incident;
  const asked = [request.method, request.target].filter((part) => part !== null).join(' ');
  const answer =
    status === 'matched'
      ? confidenceWords(confidence)
      : reason === null
        ? status
        : `${status}: ${REASON_WORDS[reason]}`;
  const facts = [client ?? '', leg === null ? '' : `${leg} leg`, phase ?? '', answer, node];
  return html`<li class="row">
${harmDot(incident.harm)}
<div class="what">
<a class="title" href="/incidents/${encodeURIComponent(id)}">${incident.sentence}</a>
<p class="facts">${asked !== '' && html`<code>${asked}</code>`}<span>${facts.filter((fact) => fact !== '').join(' · ')}</span></p>
</div>
<div class="when">${age(createdAtUs, nowUs)}</div>
</li>`;
}
