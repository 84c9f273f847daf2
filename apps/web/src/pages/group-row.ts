/** One incident group in the table of groups. Cells that change with new incidents carry `data-cell`. */
import { causeMeaning, type Harm } from '@resetscope/diagnosis';
import { HARM_WORDS, harmBadge, html, type SafeHtml } from '@resetscope/report';
import { type ListedGroup, worstHarm } from '../group-board.ts';
import { stateBadge } from './state-words.ts';
import { trend } from './trend.ts';
import { age } from './when.ts';

export interface RowContext {
  readonly nowUs: number;
  /** Buckets of a trend to a bar. */
  readonly perBar: number;
  /** The time asked about, in words. */
  readonly rangeWords: string;
}

export function groupRow(listed: ListedGroup, { nowUs, perBar, rangeWords }: RowContext): SafeHtml {
  const { group, count } = listed;
  const { fingerprint, id, state } = group;
  return html`<tr role="row" data-key="${id}">
<td role="cell" class="harm" data-cell="harm">${harmBadge(worstHarm(group))}${stateBadge(state)}</td>
<th role="rowheader" scope="row" class="what">
<a class="title" href="/groups/${id}" data-row>${group.title}</a>
<p class="meaning">${causeMeaning(fingerprint.cause).short}</p>
<p class="facts">${groupFacts(group)}</p>
</th>
<td role="cell" class="graph" data-cell="graph">${trend(listed.trend, perBar, rangeWords)}</td>
<td role="cell" class="count" data-cell="count"><b>${count.toLocaleString('en-US')}</b>${count !== group.count && html`<span>of ${group.count.toLocaleString('en-US')}</span>`}</td>
<td role="cell" class="seen" data-cell="seen"><a href="/incidents/${encodeURIComponent(group.lastIncidentId)}">last ${age(group.lastSeenUs, nowUs)}</a><span>first ${age(group.firstSeenUs, nowUs)}</span></td>
</tr>`;
}

/** Leg, peer and route; how many failed where not all did the same; how many have no line. */
export function groupFacts({ fingerprint, harms, unlogged, top }: ListedGroup['group']): SafeHtml {
  const { leg, peer, route } = fingerprint;
  const routes = top.route.length;
  const mixed = (Object.keys(HARM_WORDS) as Harm[]).filter((harm) => harms[harm] > 0);
  const parts =
    mixed.length < 2 ? [] : mixed.map((harm) => `${harms[harm].toLocaleString('en-US')} ${HARM_WORDS[harm]}`);
  const lineless = unlogged === 0 ? [] : [`${unlogged.toLocaleString('en-US')} without a log line`];
  return html`<span>${leg} leg</span>${peer !== '' && html`<code>${peer}</code>`}${route !== '' && html`<code>${top.route[0]?.value ?? route}${routes > 1 && ` +${routes - 1}`}</code>`}${[...parts, ...lineless].length > 0 && html`<span>${[...parts, ...lineless].join(', ')}</span>`}`;
}
