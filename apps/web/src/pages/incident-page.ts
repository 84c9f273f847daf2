/** The page of one incident, in the order an on-call engineer asks: what happened, the three answers, then the proof. */
import type { StoredIncident } from '@resetscope/incidents';
import {
  answersSection,
  badge,
  confidenceWords,
  evidenceSection,
  harmBadge,
  html,
  legsSection,
  lineSection,
  packetsSection,
  REASON_WORDS,
  type SafeHtml,
  trustSection,
  trustWords,
} from '@resetscope/report';
import type { Assets } from '../assets.ts';
import { layout } from './layout.ts';
import { age, formatUtc } from './when.ts';

export interface IncidentPage {
  readonly stored: StoredIncident;
  readonly hasEvidence: boolean;
  readonly nowUs: number;
}

export function incidentPage(page: IncidentPage, assets: Assets): SafeHtml {
  const { incident } = page.stored;
  const main = html`<article class="incident">
${headSection(page)}
${answersSection(incident)}
${lineSection(incident)}
${packetsSection(incident)}
${legsSection(incident)}
${evidenceSection(incident, incident.alternatives)}
${recordSection(page.stored)}
</article>`;
  return layout({ title: `${incident.title} · resetscope`, main }, assets);
}

function headSection({ stored, hasEvidence, nowUs }: IncidentPage): SafeHtml {
  const { id, groupId, incident, createdAtUs } = stored;
  const path = `/incidents/${encodeURIComponent(id)}`;
  const sure = incident.status === 'matched' ? `${confidenceWords(incident.confidence)} sure` : incident.status;
  const why = incident.reason === null ? '' : `: ${REASON_WORDS[incident.reason]}`;
  return html`<header>
<p class="eyebrow">${harmBadge(incident.harm)}${badge(sure, incident.status === 'matched' ? 'calm' : 'warn')}<span>${incident.title}${why}</span></p>
<h1 class="sentence">${incident.sentence}</h1>
<p class="byline">${age(createdAtUs, nowUs)} on <b>${stored.node}</b>${groupId !== null && html` · <a href="/?group=${groupId}">all of this group</a>`}${stored.grouped > 0 && html` · stands for <b>${stored.grouped + 1}</b> lines of a storm`}</p>
<p class="downloads">${hasEvidence && html`<a class="button primary" href="${path}/evidence.pcapng" download>Packets (pcapng)</a>`}<a class="button" href="${path}.md">Markdown for the ticket</a><a class="button" href="${path}.json">JSON</a></p>
</header>`;
}

function recordSection({ incident, createdAtUs, amendedAtUs, id }: StoredIncident): SafeHtml {
  const facts = [
    ...trustWords(incident),
    `recorded ${formatUtc(createdAtUs)}`,
    ...(amendedAtUs === null ? [] : [`amended ${formatUtc(amendedAtUs)}`]),
  ];
  return html`${trustSection(facts)}
<p class="caption">Incident <code>${id}</code></p>`;
}
