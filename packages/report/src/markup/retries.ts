/** What followed: the upstreams that nginx tried one after the other, and the same request asked again. */
import { durationText, type Incident, type Retry } from '@resetscope/diagnosis';
import { html, type SafeHtml } from '../html.ts';
import { formatStream } from '../ladder-heads.ts';
import { anchor, type HeadingLevel, heading } from './heading.ts';

type Followed = Pick<Incident, 'access' | 'retries'>;

/** more: what else the page knows to have followed, as list items. Null when nothing is known. */
export function retriesSection(
  { access, retries = [] }: Followed,
  more: readonly SafeHtml[] = [],
  level: HeadingLevel = 2,
): SafeHtml | null {
  const items = [...attempts(access), ...retries.map(retryItem), ...more];
  if (items.length === 0) return null;
  return html`<section${anchor(level, 'retries')}>
${heading(level, 'What followed')}
<ul class="followed">${items}</ul>
${(retries.length > 0 || more.length > 0) && html`<p class="caption">Asked again: the same address, the same request line. Two users may ask the same.</p>`}
</section>`;
}

/** One attempt alone is no retry. */
function attempts(access: Incident['access']): readonly SafeHtml[] {
  if (access === undefined || access.upstreamAddrs.length < 2) return [];
  const { upstreamAddrs, upstreamStatuses, status } = access;
  const tries = upstreamAddrs.map(
    (address, at) => html`<li><code>${address}</code> ${upstreamStatuses[at] ?? 'no answer'}</li>
`,
  );
  return [
    html`<li>nginx tried ${upstreamAddrs.length} upstreams one after the other, and answered the client ${status ?? 'with a status that is not logged'}.<ol>${tries}</ol></li>
`,
  ];
}

function retryItem({ stream, afterUs, status, response }: Retry): SafeHtml {
  const answer =
    status === null
      ? 'no answer in the packets'
      : `answered ${status}${response === 'complete' ? '' : `, ${response}`}`;
  return html`<li>Asked again ${durationText(afterUs)} later: ${answer}. <code>${formatStream(stream)}</code></li>
`;
}
