/** One group: what it means, what to change, whom it meets, how it goes, and its incidents. */
import { causeById, causeMeaning } from '@resetscope/diagnosis';
import type { BriefPage, StoredIncident, TopValue } from '@resetscope/incidents';
import { codeSpans, HARM_WORDS, harmBadge, html, otherFixes, type SafeHtml } from '@resetscope/report';
import type { Assets } from '../assets.ts';
import { type ListedGroup, worstHarm } from '../group-board.ts';
import { filterLink, type ListFilter } from '../list-filter.ts';
import { rangeWords, SPANS, trendShape } from '../time-range.ts';
import { decisionForms } from './decision-forms.ts';
import { incidentTable } from './incident-table.ts';
import { layout } from './layout.ts';
import { stateBadge, stateSentence } from './state-words.ts';
import { trend } from './trend.ts';
import { age, moment } from './when.ts';

export interface GroupPage {
  readonly listed: ListedGroup;
  readonly filter: ListFilter;
  readonly found: BriefPage;
  /** Its latest incident, whole; null: it has just been dropped. */
  readonly latest: StoredIncident | null;
  /** It is not the first page of its incidents. */
  readonly isLater: boolean;
  readonly mayDecide: boolean;
  readonly nowUs: number;
}

export function groupPage(page: GroupPage, assets: Assets): SafeHtml {
  const { group } = page.listed;
  const path = `/groups/${group.id}`;
  const linkTo = (after: string): string => `${path}${filterLink(page.filter, {}, [['after', after]])}`;
  const main = html`<article class="group">
${headSection(page)}
${stateSection(page)}
${trendSection(page, path)}
${fixSection(page)}
${topSection(page)}
<section>
<h2>${page.isLater ? 'Older incidents' : 'Incidents'}</h2>
${incidentTable({ found: page.found, nowUs: page.nowUs, caption: 'Incidents of this group, newest first', linkTo })}
</section>
</article>`;
  const live = page.isLater ? {} : ({ live: 'events' } as const);
  return layout({ title: `${group.title} · resetscope`, main, place: 'groups', ...live }, assets);
}

function headSection({ listed: { group }, nowUs }: GroupPage): SafeHtml {
  const { fingerprint, harms } = group;
  const parts = (['failed', 'may-have-executed', 'unknown', 'harmless'] as const)
    .filter((harm) => harms[harm] > 0)
    .map((harm) => `${harms[harm].toLocaleString('en-US')} ${HARM_WORDS[harm]}`);
  return html`<header>
<p class="eyebrow" data-cell="eyebrow">${harmBadge(worstHarm(group))}${stateBadge(group.state)}<span>${fingerprint.leg} leg</span>${fingerprint.peer !== '' && html`<code>${fingerprint.peer}</code>`}</p>
<h1 class="sentence">${group.title}</h1>
<p class="long">${causeMeaning(fingerprint.cause).long}</p>
<p class="byline" data-cell="byline"><b>${group.count.toLocaleString('en-US')}</b> in all: ${parts.join(', ')}${group.unlogged > 0 && ` · ${group.unlogged.toLocaleString('en-US')} without a log line`} · first ${age(group.firstSeenUs, nowUs)}, last <a href="/incidents/${encodeURIComponent(group.lastIncidentId)}">${age(group.lastSeenUs, nowUs)}</a></p>
</header>`;
}

function stateSection({ listed: { group }, mayDecide, nowUs }: GroupPage): SafeHtml {
  return html`<section class="state" aria-label="State">
<div data-cell="state">${stateSentence(group.state, nowUs)}</div>
${mayDecide && decisionForms(group.id, group.state)}
</section>`;
}

function trendSection({ listed, filter, nowUs }: GroupPage, path: string): SafeHtml {
  const words = rangeWords(filter.range);
  const { perBar } = trendShape(filter.range, nowUs);
  const chosen = (name: string): boolean => filter.range.kind === 'span' && filter.range.span.name === name;
  const links = SPANS.map(
    (span) =>
      html`<a href="${path}${filterLink(filter, { range: { kind: 'span', span } })}"${chosen(span.name) && html` aria-current="true"`}>${span.name}</a>`,
  );
  return html`<section class="course">
<div class="line"><h2>Trend</h2><span class="ranges" role="group" aria-label="Time">${links}</span></div>
<div class="chart" data-cell="trend">${trend(listed.trend, perBar, words)}
<p class="axis"><span>${moment(listed.trend.fromUs)}</span><b>${listed.count.toLocaleString('en-US')} in ${words}</b><span>now</span></p></div>
</section>`;
}

/** The words of the latest incident where there is one: they name the very directives and times. */
function fixSection({ listed: { group }, latest }: GroupPage): SafeHtml | null {
  const fixes = latest === null ? (causeById(group.fingerprint.cause)?.fixes ?? []) : otherFixes(latest.incident);
  if (latest === null && fixes.length === 0) return null;
  return html`<section>
<h2>What to change</h2>
${latest !== null && html`<p class="change">${codeSpans(latest.incident.answers.change)}</p>`}
<dl class="parties">${fixes.map(({ party, text }) => html`<div><dt>${party}</dt><dd>${codeSpans(text)}</dd></div>`)}</dl>
</section>`;
}

function topSection({ listed: { group } }: GroupPage): SafeHtml {
  const { top, fingerprint } = group;
  const search = (name: 'upstream' | 'client' | 'text', value: string): string =>
    `/incidents?${new URLSearchParams({ range: 'all', cause: fingerprint.cause, [name]: value })}`;
  return html`<section>
<h2>Whom it meets</h2>
<div class="tops">
${topList('Upstreams', top.upstream, (value) => search('upstream', value))}
${topList('Clients', top.client, (value) => search('client', value))}
${topList('Routes', top.route, null)}
</div>
</section>`;
}

/** Of each kind so many at most; the rest is counted. */
const TOP_SHOWN = 6;

function topList(
  name: string,
  values: readonly TopValue[],
  linkTo: ((value: string) => string) | null,
): SafeHtml | null {
  if (values.length === 0) return null;
  const most = values[0]?.count ?? 1;
  const items = values.slice(0, TOP_SHOWN).map(({ value, count, error }) => {
    const code = html`<code>${value}</code>`;
    const share = Math.max(1, Math.round((100 * count) / most));
    return html`<li>${linkTo === null ? code : html`<a href="${linkTo(value)}">${code}</a>`}<span>${error > 0 && '≤ '}${count.toLocaleString('en-US')}</span><svg class="share" viewBox="0 0 100 2" preserveAspectRatio="none" aria-hidden="true"><path d="M0 1h${share}"/></svg></li>`;
  });
  const rest = values.length - items.length;
  return html`<div><h3>${name}</h3><ol>${items}</ol>${rest > 0 && html`<p class="caption">and ${rest} more</p>`}</div>`;
}
