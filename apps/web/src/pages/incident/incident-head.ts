/** The top of an incident's page: is it hurting, what happened, how often, and what can be taken along. */
import type { IncidentGroup, StoredIncident } from '@resetscope/incidents';
import {
  badge,
  clientAnswerBadge,
  confidenceWords,
  harmBadge,
  html,
  REASON_WORDS,
  type SafeHtml,
} from '@resetscope/report';
import { age } from '../when.ts';

export interface IncidentHead {
  readonly stored: StoredIncident;
  /** Null: it belongs to none. */
  readonly group: IncidentGroup | null;
  /** They are there, and who asks may have them. */
  readonly offersPackets: boolean;
  readonly nowUs: number;
}

export function incidentHead({ stored, group, offersPackets, nowUs }: IncidentHead): SafeHtml {
  const { incident, createdAtUs, grouped, node } = stored;
  const path = `/incidents/${encodeURIComponent(stored.id)}`;
  const packets = html`<a class="button primary" href="${path}/evidence.pcapng" download>Packets (pcapng)</a>`;
  return html`<header>
<p class="eyebrow">${stateBadges(stored)}<span>${incident.reason === null ? incident.title : REASON_WORDS[incident.reason]}</span></p>
<h1 class="sentence">${incident.sentence}</h1>
<p class="byline">${age(createdAtUs, nowUs)} on <b>${node}</b>${group !== null && groupWords(group, nowUs)}${grouped > 0 && html` · stands for <b>${grouped + 1}</b> lines of a storm`}</p>
<p class="downloads">${offersPackets && packets}<a class="button" href="${path}.md" download>Markdown for the ticket</a><a class="button" href="${path}.json" download>JSON</a></p>
</header>`;
}

function stateBadges({ incident, logged }: StoredIncident): readonly (SafeHtml | null)[] {
  const { harm, status, confidence } = incident;
  const isMatched = status === 'matched';
  return [
    harmBadge(harm),
    clientAnswerBadge(incident),
    badge(isMatched ? `${confidenceWords(confidence)} sure` : status, isMatched ? 'calm' : 'warn'),
    ...(logged ? [] : [badge('no log line', 'warn')]),
  ];
}

/** How often it happens, and since when. */
function groupWords({ id, count, firstSeenUs, lastSeenUs }: IncidentGroup, nowUs: number): SafeHtml {
  const link = html` · <a href="/groups/${id}">`;
  if (count === 1) return html`${link}the only one of its kind</a>`;
  return html`${link}one of ${count.toLocaleString('en-US')} alike</a>, first ${age(firstSeenUs, nowUs)}, last ${age(lastSeenUs, nowUs)}`;
}
