/** All incidents that fit, newest first: also lines without a connection, and losses without a line. */
import type { BriefPage, IncidentCounts } from '@resetscope/incidents';
import { html, type SafeHtml } from '@resetscope/report';
import type { Assets } from '../assets.ts';
import { filterLink, type ListFilter, type StatusFilter } from '../list-filter.ts';
import { rangeWords } from '../time-range.ts';
import { filterForm, STATUS_WORDS } from './filter-form.ts';
import { incidentTable } from './incident-table.ts';
import { layout } from './layout.ts';

export interface IncidentsPage {
  readonly filter: ListFilter;
  readonly found: BriefPage;
  readonly counts: IncidentCounts;
  /** It is not the first page. */
  readonly isLater: boolean;
  readonly nowUs: number;
}

export function incidentsPage({ filter, found, counts, isLater, nowUs }: IncidentsPage, assets: Assets): SafeHtml {
  const linkTo = (after: string): string => `/incidents${filterLink(filter, {}, [['after', after]])}`;
  const caption = `Incidents of ${rangeWords(filter.range)}, newest first`;
  const main = html`<div class="head"><h1>${isLater ? 'Older incidents' : 'Incidents'}</h1><p class="summary" data-cell="counts">${countsLine(counts)}</p><a class="as-file" href="/incidents.csv${filterLink(filter)}" download>CSV</a></div>
${filterForm({ path: '/incidents', filter })}
${statusTabs(filter)}
${incidentTable({ found, nowUs, caption, linkTo })}`;
  const live = isLater ? {} : ({ live: 'events' } as const);
  return layout({ title: 'Incidents · resetscope', main, place: 'incidents', ...live }, assets);
}

/** Since the store began; the parts add up. */
export function countsLine({ lines, matched, ambiguous, unmatched, unlogged }: IncidentCounts): SafeHtml {
  const number = (count: number): string => count.toLocaleString('en-US');
  return html`<b>${number(lines)}</b> ${lines === 1 ? 'line' : 'lines'} = <b>${number(matched)}</b> matched + <b>${number(ambiguous)}</b> ambiguous + <b>${number(unmatched)}</b> unmatched${unlogged > 0 && html` · <b>${number(unlogged)}</b> without a line`}`;
}

const TABS: readonly (StatusFilter | null)[] = [null, 'matched', 'ambiguous', 'unmatched', 'unlogged'];

function statusTabs(filter: ListFilter): SafeHtml {
  const tabs = TABS.map((status) => {
    const words = status === null ? 'All' : STATUS_WORDS[status];
    const change = { status, reason: null };
    return html`<a href="/incidents${filterLink(filter, change)}"${status === filter.status && html` aria-current="true"`}>${words}</a>`;
  });
  return html`<nav class="tabs" aria-label="What became of the line">${tabs}</nav>`;
}
