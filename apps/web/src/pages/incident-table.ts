/** Incidents as a table, newest first, and the way to older ones. */
import type { BriefPage } from '@resetscope/incidents';
import { html, type SafeHtml } from '@resetscope/report';
import { incidentRow } from './incident-row.ts';

export interface IncidentTable {
  readonly found: BriefPage;
  readonly nowUs: number;
  readonly caption: string;
  /** Address of the page that begins after a cursor. */
  readonly linkTo: (after: string) => string;
}

export function incidentTable({ found, nowUs, caption, linkTo }: IncidentTable): SafeHtml {
  const { incidents, next, more } = found;
  const onwards =
    next === null ? null : html`<a href="${linkTo(next)}" rel="next">${more ? 'Look further' : 'Older'}</a>`;
  const stopped = more && html`<span>Looked through 10,000 incidents so far.</span>`;
  const rows = incidents.map((stored) => incidentRow(stored, nowUs));
  const table = html`<table role="table" class="list incidents"><caption class="unseen">${caption}</caption>
<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col" class="harm">Harm</th><th role="columnheader" scope="col" class="what">Incident</th><th role="columnheader" scope="col" class="seen">Recorded</th></tr></thead>
<tbody role="rowgroup">${rows}</tbody>
</table>`;
  const empty = html`<div class="empty"><p>No incidents here.</p></div>`;
  return html`${rows.length === 0 ? empty : table}
${(onwards !== null || more) && html`<nav class="pager" aria-label="Pages of the list">${stopped}${onwards}</nav>`}`;
}
