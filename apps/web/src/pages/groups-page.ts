/** The first page: the groups, what hurts first. */
import type { Harm } from '@resetscope/diagnosis';
import { html, type SafeHtml } from '@resetscope/report';
import type { Assets } from '../assets.ts';
import { type GroupSelection, MAX_GROUPS } from '../group-board.ts';
import { filterLink, type GroupOrder, type ListFilter, STATES } from '../list-filter.ts';
import { rangeWords, trendShape } from '../time-range.ts';
import { filterForm } from './filter-form.ts';
import { groupRow } from './group-row.ts';
import { layout } from './layout.ts';
import { STATE_WORDS } from './state-words.ts';

export interface GroupsPage {
  readonly filter: ListFilter;
  readonly selection: GroupSelection;
  /** From 0. */
  readonly page: number;
  readonly pageLen: number;
  /** The store has more groups than were looked at. */
  readonly isCut: boolean;
  readonly nowUs: number;
}

export function groupsPage(page: GroupsPage, assets: Assets): SafeHtml {
  const { filter, selection } = page;
  const main = html`<div class="head"><h1>Groups</h1><p class="summary" data-cell="summary">${summary(page)}</p></div>
${filterForm({ path: '/', filter })}
${stateTabs(page)}
${selection.listed.length === 0 ? nothing(page) : table(page)}
${pager(page)}`;
  return layout({ title: 'Groups · resetscope', main, place: 'groups', live: 'events' }, assets);
}

const HARM_SENTENCES: readonly (readonly [harm: Harm, one: string, many: string])[] = [
  ['failed', 'group has failed requests', 'groups have failed requests'],
  ['may-have-executed', 'has requests that may have executed', 'have requests that may have executed'],
  ['unknown', 'has an outcome that is not known', 'have outcomes that are not known'],
  ['harmless', 'is harmless', 'are harmless'],
];

function summary({ selection: { harms, total }, filter, isCut }: GroupsPage): SafeHtml {
  const parts = HARM_SENTENCES.filter(([harm]) => harms[harm] > 0).map(([harm, one, many], at) => {
    const noun = at === 0 && harm !== 'failed' ? (harms[harm] === 1 ? 'group ' : 'groups ') : '';
    return html`${at > 0 && ', '}<b>${harms[harm]}</b> ${noun}${harms[harm] === 1 ? one : many}`;
  });
  const time = rangeWords(filter.range);
  if (total === 0) return html`No ${filter.state !== 'any' && `${filter.state} `}group in ${time}.`;
  return html`${parts} · ${time}${isCut && ` · the ${MAX_GROUPS} seen last`}`;
}

function stateTabs({ filter, selection }: GroupsPage): SafeHtml {
  const tabs = STATES.map((state) => {
    const isChosen = state === filter.state;
    return html`<a href="/${filterLink(filter, { state })}"${isChosen && html` aria-current="true"`}>${STATE_WORDS[state]} <span data-cell="state-${state}">${selection.states[state]}</span></a>`;
  });
  return html`<nav class="tabs" aria-label="State">${tabs}</nav>`;
}

const COLUMNS: readonly { readonly name: string; readonly label: string; readonly order: GroupOrder | null }[] = [
  { name: 'harm', label: 'Harm', order: 'harm' },
  { name: 'what', label: 'Problem', order: null },
  { name: 'graph', label: 'Trend', order: null },
  { name: 'count', label: 'Count', order: 'count' },
  { name: 'seen', label: 'Seen', order: 'recent' },
];

function table({ filter, selection, nowUs }: GroupsPage): SafeHtml {
  const context = { nowUs, perBar: trendShape(filter.range, nowUs).perBar, rangeWords: rangeWords(filter.range) };
  const heads = COLUMNS.map(({ name, label, order }) => {
    const isChosen = order === filter.order;
    const link = order === null ? label : html`<a class="sort" href="/${filterLink(filter, { order })}">${label}</a>`;
    return html`<th role="columnheader" scope="col" class="${name}"${isChosen && html` aria-sort="descending"`}>${link}</th>`;
  });
  return html`<table role="table" class="list groups"><caption class="unseen">Groups of incidents, ${ORDER_WORDS[filter.order]}</caption>
<thead role="rowgroup"><tr role="row">${heads}</tr></thead>
<tbody role="rowgroup">${selection.listed.map((listed) => groupRow(listed, context))}</tbody>
</table>`;
}

const ORDER_WORDS: Readonly<Record<GroupOrder, string>> = {
  harm: 'the most harmful first',
  recent: 'the latest first',
  count: 'the largest first',
  new: 'the newest first',
};

/** Why there is nothing, and where there may be something. */
function nothing({ filter, selection }: GroupsPage): SafeHtml {
  const others = selection.states.any;
  const isPlain = filterLink({ ...filter, range: { kind: 'all' }, state: 'any' }) === '?range=all&state=any';
  const all = html`<a href="/${filterLink(filter, { range: { kind: 'all' }, state: 'any' })}">Look at all time and every state</a>`;
  return html`<div class="empty">
${others > 0 ? html`<p>No such group is ${STATE_WORDS[filter.state].toLowerCase()}; <a href="/${filterLink(filter, { state: 'any' })}">${others} in other states</a>.</p>` : html`<p>No group fits.</p>`}
${
  others === 0 &&
  html`<p>${all}${!isPlain && html`, or <a href="/">take all filters away</a>`}.</p>
<p>Lines about clients appear only with <code>error_log … info</code>; <code>resetscope doctor</code> checks that.</p>`
}
</div>`;
}

function pager({ filter, page, pageLen, selection: { total } }: GroupsPage): SafeHtml | null {
  if (total <= pageLen) return null;
  const link = (to: number, words: string): SafeHtml =>
    html`<a href="/${filterLink(filter, {}, to === 0 ? [] : [['page', String(to + 1)]])}">${words}</a>`;
  const last = Math.min(total, (page + 1) * pageLen);
  return html`<nav class="pager" aria-label="Pages of the list"><span>${page * pageLen + 1} to ${last} of ${total}</span>${page > 0 && link(page - 1, 'Previous')}${last < total && link(page + 1, 'Next')}</nav>`;
}
