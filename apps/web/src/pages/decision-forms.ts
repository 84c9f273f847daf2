/** Deciding about a group: plain forms, one button for each decision. */
import type { GroupState } from '@resetscope/incidents';
import { html, type SafeHtml } from '@resetscope/report';

/** Snoozes that can be chosen: until the end of a shift, of a night, of a week. */
export const SNOOZES: readonly { readonly name: string; readonly words: string; readonly spanUs: number }[] = [
  { name: '1h', words: '1 hour', spanUs: 3_600_000_000 },
  { name: '8h', words: '8 hours', spanUs: 8 * 3_600_000_000 },
  { name: '24h', words: '24 hours', spanUs: 24 * 3_600_000_000 },
  { name: '7d', words: '7 days', spanUs: 7 * 24 * 3_600_000_000 },
];

export function decisionForms(groupId: string, { kind }: GroupState): SafeHtml {
  const action = `/groups/${groupId}/state`;
  const button = (value: string, words: string): SafeHtml =>
    html`<button class="button" name="kind" value="${value}">${words}</button>`;
  return html`<div class="decisions">
<form method="post" action="${action}">
${kind !== 'resolved' && button('resolved', 'Resolved')}
${kind !== 'expected' && button('expected', 'Expected')}
${kind !== 'open' && button('open', 'Open again')}
</form>
<form method="post" action="${action}">
<label>Snooze for <select name="for">${SNOOZES.map(({ name, words }) => html`<option value="${name}">${words}</option>`)}</select></label>
${button('snoozed', 'Snooze')}
</form>
</div>`;
}
