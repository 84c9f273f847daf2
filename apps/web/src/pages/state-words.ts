/** What people have decided about a group, in words. */
import type { GroupState } from '@resetscope/incidents';
import { badge, html, type SafeHtml } from '@resetscope/report';
import type { StateFilter } from '../list-filter.ts';
import { age, moment } from './when.ts';

export const STATE_WORDS: Readonly<Record<StateFilter, string>> = {
  active: 'Active',
  regressed: 'Regressed',
  snoozed: 'Snoozed',
  expected: 'Expected',
  resolved: 'Resolved',
  any: 'All',
};

/** Nothing for a group that nobody has decided about. */
export function stateBadge({ kind }: GroupState): SafeHtml | null {
  if (kind === 'open') return null;
  return badge(kind, kind === 'regressed' ? 'warn' : 'calm');
}

/** One sentence: what, who, when. */
export function stateSentence(state: GroupState, nowUs: number): SafeHtml {
  switch (state.kind) {
    case 'open':
      return html`<p>Nobody has decided about this group yet.</p>`;
    case 'regressed':
      return html`<p><b>It came back</b> ${age(state.sinceUs, nowUs)}, after it had been marked as resolved.</p>`;
    case 'expected':
      return html`<p><b>Expected</b>: counted, never announced. ${decided(state, nowUs)}</p>`;
    case 'resolved':
      return html`<p><b>Resolved</b>: the next incident brings it back as a regression. ${decided(state, nowUs)}</p>`;
    case 'snoozed':
      return html`<p><b>Snoozed</b> until ${moment(state.untilUs)}: not announced before. ${decided(state, nowUs)}</p>`;
  }
}

function decided({ by, sinceUs }: { readonly by: string | null; readonly sinceUs: number }, nowUs: number): SafeHtml {
  return html`<span class="by">Decided${by !== null && html` by <b>${by}</b>`} ${age(sinceUs, nowUs)}.</span>`;
}
