/** Later incidents of the same client and request line: it came again, and was reset again. */
import type { StoredIncident } from '@resetscope/incidents';
import { harmDot, html, type SafeHtml } from '@resetscope/report';

/** Those after the first of the same request, oldest first, as list items. */
export function askedAgain(first: StoredIncident, later: readonly StoredIncident[]): readonly SafeHtml[] {
  const { request } = first.incident;
  return later
    .filter(({ id, incident }) => id !== first.id && isSame(incident.request, request))
    .toSorted((a, b) => a.createdAtUs - b.createdAtUs)
    .map(({ id, incident, createdAtUs }) => {
      const seconds = ((createdAtUs - first.createdAtUs) / 1_000_000).toFixed(1);
      return html`<li>${harmDot(incident.harm)} Reset again ${seconds} s later: <a href="/incidents/${encodeURIComponent(id)}">${incident.sentence}</a></li>
`;
    });
}

type Request = StoredIncident['incident']['request'];

function isSame(a: Request, b: Request): boolean {
  return a.target !== null && a.target === b.target && a.method === b.method && a.host === b.host;
}
