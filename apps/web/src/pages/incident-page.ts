/** The page of one incident, in the order an on-call engineer asks: what happened, the three answers, then the proof. */
import type { StoredIncident } from '@resetscope/incidents';
import {
  confidenceWords,
  formatStream,
  html,
  ladderHeads,
  ladderSvg,
  loggedWords,
  logLineParts,
  REASON_WORDS,
  type SafeHtml,
  trustWords,
} from '@resetscope/report';
import type { Assets } from '../assets.ts';
import { answersSection } from './answers.ts';
import { badge, harmBadge } from './badge.ts';
import { copyable } from './copyable.ts';
import { evidenceSection } from './evidence.ts';
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
${lineSection(page.stored)}
${ladderSection(page.stored)}
${evidenceSection(incident)}
${trustSection(page.stored)}
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
<p class="byline">${age(createdAtUs, nowUs)} on <b>${stored.node}</b>${groupId !== null && html` · <a href="/?group=${groupId}">all of this group</a>`}</p>
<p class="downloads">${hasEvidence && html`<a class="button primary" href="${path}/evidence.pcapng" download>Packets (pcapng)</a>`}<a class="button" href="${path}.md">Markdown for the ticket</a><a class="button" href="${path}.json">JSON</a></p>
</header>`;
}

function lineSection({ incident }: StoredIncident): SafeHtml {
  const { file, lineNumber } = incident.line;
  const parts = logLineParts(incident).map(({ text, matched }) => (matched ? html`<mark>${text}</mark>` : text));
  return html`<section>
<h2>The line</h2>
<pre class="logline"><code>${parts}</code></pre>
<p class="caption">${file}${lineNumber > 0 && `:${lineNumber}`}, ${loggedWords(incident)}. Marked: what the match rests on.</p>
</section>`;
}

function ladderSection({ incident }: StoredIncident): SafeHtml | null {
  const { stream, ladder, reset, history, teardown, wiresharkFilter } = incident;
  if (stream === null || ladder.length === 0) return null;
  const title = `Packets of ${formatStream(stream)}`;
  const facts = [
    formatStream(stream),
    history === null ? '' : `history ${history}`,
    teardown === null ? '' : `teardown ${teardown}`,
    reset === null ? '' : `reset in frame ${reset.frame} at ${reset.time}`,
  ];
  return html`<section>
<h2>The packets</h2>
<div class="ladder" tabindex="0" role="region" aria-label="Ladder diagram">${ladderSvg(ladder, ladderHeads(incident), title, incident.sentence)}</div>
<p class="caption">${facts.filter((fact) => fact !== '').join(' · ')}</p>
${wiresharkFilter !== null && html`<p class="caption">${copyable(wiresharkFilter)}</p>`}
</section>`;
}

function trustSection({ incident, createdAtUs, amendedAtUs, id }: StoredIncident): SafeHtml {
  const facts = [
    ...trustWords(incident),
    `recorded ${formatUtc(createdAtUs)}`,
    ...(amendedAtUs === null ? [] : [`amended ${formatUtc(amendedAtUs)}`]),
  ];
  return html`<section>
<h2>How far to trust it</h2>
<ul class="trust">${facts.map((fact) => html`<li>${fact}</li>`)}</ul>
<p class="caption">Incident <code>${id}</code></p>
</section>`;
}
