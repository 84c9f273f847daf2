/** The first page: what became of all lines, then the groups, then the newest incidents. */
import type { IncidentCounts, ListQuery, StoredIncident } from '@resetscope/incidents';
import { html, REASON_WORDS, type SafeHtml } from '@resetscope/report';
import type { Assets } from '../assets.ts';
import { type GroupWithTrend, groupRow } from './group-row.ts';
import { incidentRow } from './incident-row.ts';
import { layout } from './layout.ts';

export interface ListPage {
  readonly incidents: readonly StoredIncident[];
  readonly counts: IncidentCounts;
  readonly groups: readonly GroupWithTrend[];
  readonly query: ListQuery;
  readonly nowUs: number;
}

export function listPage(page: ListPage, assets: Assets): SafeHtml {
  const { counts, query } = page;
  const main = html`<div data-live>
${countsLine(counts)}
${query.beforeUs === undefined && groupSection(page)}
${incidentSection(page)}
</div>`;
  return layout({ title: 'Incidents · resetscope', main, isLive: true }, assets);
}

function countsLine({ lines, matched, ambiguous, unmatched, unmatchedBy }: IncidentCounts): SafeHtml {
  const number = (count: number): string => count.toLocaleString('en-US');
  const reasons = unmatchedBy.map(
    ({ reason, count }) =>
      html`<li>${reason === 'other' ? 'other' : REASON_WORDS[reason]} <b>${number(count)}</b></li>`,
  );
  return html`<section class="counts" aria-label="Lines by answer">
<p><b>${number(lines)}</b> ${lines === 1 ? 'line' : 'lines'} = <b>${number(matched)}</b> matched + <b>${number(ambiguous)}</b> ambiguous + <b>${number(unmatched)}</b> unmatched</p>
${reasons.length > 0 && html`<ul class="reasons">${reasons}</ul>`}
</section>`;
}

function groupSection({ groups, query, nowUs }: ListPage): SafeHtml | null {
  if (groups.length === 0) return null;
  const heading = query.groupId === undefined ? 'Groups' : 'Group';
  return html`<section>
<h1>${heading}</h1>
<ol class="rows groups">${groups.map((group) => groupRow(group, nowUs))}</ol>
</section>`;
}

function incidentSection({ incidents, query, nowUs }: ListPage): SafeHtml {
  const older = incidents.length < query.limit ? undefined : incidents.at(-1)?.createdAtUs;
  const inGroup = query.groupId === undefined ? '' : `&group=${query.groupId}`;
  return html`<section>
<h2>${query.beforeUs === undefined ? 'Newest incidents' : 'Older incidents'}</h2>
${incidents.length === 0 ? empty(query) : html`<ol class="rows">${incidents.map((stored) => incidentRow(stored, nowUs))}</ol>`}
<p class="pager">${query.groupId !== undefined && html`<a href="/">All incidents</a>`}${older !== undefined && html`<a href="/?before=${older}${inGroup}">Older</a>`}</p>
</section>`;
}

function empty(query: ListQuery): SafeHtml {
  if (query.beforeUs !== undefined || query.groupId !== undefined) return html`<p class="empty">No incidents here.</p>`;
  return html`<div class="empty">
<p>No incidents yet: no line of the error log has spoken of a reset since resetscope began to listen.</p>
<p>Lines about clients appear only with <code>error_log … info</code>; <code>resetscope doctor</code> checks that.</p>
</div>`;
}
