/** The page of one incident, in the order an on-call engineer asks: what happened, the three answers, what to change, then the proof. */
import type { StoredIncident } from '@resetscope/incidents';
import {
  answersSection,
  consideredSection,
  evidenceSection,
  fixesSection,
  gapSection,
  html,
  lineSection,
  packetsSection,
  retriesSection,
  type SafeHtml,
  trustSection,
} from '@resetscope/report';
import type { Assets } from '../assets.ts';
import { askedAgain } from './incident/asked-again.ts';
import { type IncidentHead, incidentHead } from './incident/incident-head.ts';
import { layout } from './layout.ts';
import { moment } from './when.ts';

export interface IncidentPage extends IncidentHead {
  /** Incidents of the same client soon after it, itself may be among them. */
  readonly later: readonly StoredIncident[];
}

export function incidentPage(page: IncidentPage, assets: Assets): SafeHtml {
  const { stored, later } = page;
  const { incident } = stored;
  const main = html`<article class="incident">
${incidentHead(page)}
${incident.status === 'matched' ? answersSection(incident) : gapSection(incident)}
${fixesSection(incident)}
${lineSection(incident)}
${packetsSection(incident)}
${retriesSection(incident, askedAgain(stored, later))}
${evidenceSection(incident)}
${consideredSection(incident, incident)}
${trustSection(incident)}
${recordLine(stored)}
</article>`;
  return layout(
    { title: `${incident.title} · resetscope`, main, place: 'incidents', files: ['incident.css', 'incident.js'] },
    assets,
  );
}

function recordLine({ id, createdAtUs, amendedAtUs }: StoredIncident): SafeHtml {
  return html`<p class="caption">Incident <a href="/incidents/${encodeURIComponent(id)}"><code>${id}</code></a>, recorded ${moment(createdAtUs)}${amendedAtUs !== null && html`, amended ${moment(amendedAtUs)}`}</p>`;
}
