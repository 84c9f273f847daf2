/** One incident group in a list. */
import type { IncidentGroup } from '@resetscope/incidents';
import { harmDot, html, RESETTER_WORDS, type SafeHtml } from '@resetscope/report';
import { trend } from './trend.ts';
import { age } from './when.ts';

export interface GroupWithTrend {
  readonly group: IncidentGroup;
  /** Creation times of its incidents, newest first. */
  readonly timesUs: readonly number[];
}

export function groupRow({ group, timesUs }: GroupWithTrend, nowUs: number): SafeHtml {
  const { leg, resetBy, phase, peer, route } = group.fingerprint;
  const facts = [
    `${leg} leg`,
    resetBy === null ? '' : `reset by ${RESETTER_WORDS[resetBy]}`,
    phase === null ? '' : `while ${phase}`,
  ];
  return html`<li class="row">
${harmDot(group.harm)}
<div class="what">
<a class="title" href="/?group=${group.id}">${group.title}</a>
<p class="facts">${route !== '' && html`<code>${route}</code>`}${peer !== '' && html`<code>${peer}</code>`}<span>${facts.filter((fact) => fact !== '').join(' · ')}</span></p>
</div>
<div class="graph">${trend(timesUs, nowUs)}</div>
<div class="count"><b>${group.count.toLocaleString('en-US')}</b><span>first ${age(group.firstSeenUs, nowUs)}</span></div>
<div class="when"><a href="/incidents/${encodeURIComponent(group.lastIncidentId)}">last ${age(group.lastSeenUs, nowUs)}</a></div>
</li>`;
}
